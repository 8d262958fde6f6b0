// Who is on call, who is next, and where nobody is: by team and by person, in one's own zone or the team's.
import { useState } from 'preact/hooks'
import { Duty, OnCall, Person, post, remove } from './api'
import { useLive, useNow } from './live'
import { me } from './me'
import { about, Act, Ask, At, Card, Field, person, Read } from './parts'

const DAY = 86400000
const own = Intl.DateTimeFormat().resolvedOptions().timeZone

// Milliseconds that the clocks of the zone are ahead of UTC.
function ahead(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' }).formatToParts(at)
  const of = (type: string) => Number(parts.find((part) => part.type === type)!.value)
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) - Math.floor(at / 1000) * 1000
}

// Midnights of the zone; a day on which the clocks change is an hour shorter or longer.
function midnights(from: number, n: number, zone: string): number[] {
  const local = from + ahead(from, zone)
  const day = local - (((local % DAY) + DAY) % DAY)
  return Array.from({ length: n + 1 }, (_, i) => {
    const guess = day + i * DAY - ahead(day + i * DAY, zone)
    return day + i * DAY - ahead(guess, zone)
  })
}

interface Bar { from: number; until: number; text: string; who: number; over: boolean }
interface Line { name: string; bars: Bar[]; gaps: [number, number][] }

const WIDTH = 960, LEFT = 120, ROW = 34, TOP = 24

function Calendar({ days, lines, now, zone }: { days: number[]; lines: Line[]; now: number; zone: string }) {
  const from = days[0], until = days[days.length - 1]
  const x = (at: number) => LEFT + ((Math.min(Math.max(at, from), until) - from) / (until - from)) * (WIDTH - LEFT)
  const height = TOP + lines.length * ROW + 4
  const [touched, touch] = useState('')
  const at = (time: number) => new Date(time).toLocaleString([], { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone })
  const says = (line: Line, text: string, start: number, end: number) => `${line.name}: ${text}, ${at(start)} – ${at(end)} (${zone})`
  const wide = (bar: Bar) => x(bar.until) - x(bar.from)
  const label = (at: number) => new Date(at + DAY / 2).toLocaleDateString([], { weekday: 'short', day: 'numeric', timeZone: zone })
  return (
    <><div class="scroll" tabIndex={0} role="region" aria-label="Calendar">
      <svg class="calendar" viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label="The same is listed below in words">
        {days.slice(0, -1).map((day, i) => (
          <g key={day}><line class="line" x1={x(day)} x2={x(day)} y1={8} y2={height} />
            {(days.length < 20 || i % 2 === 0) && <text class="quiet" x={x(day) + 4} y={16}>{label(day)}</text>}</g>))}
        {lines.map((line, i) => {
          const y = TOP + i * ROW
          return (
            <g key={line.name}>
              <text x={0} y={y + 19}>{line.name.length > 17 ? `${line.name.slice(0, 16)}…` : line.name}<title>{line.name}</title></text>
              {line.bars.map((bar) => (
                <g key={bar.from} class="stretch" onClick={() => touch(says(line, bar.text, bar.from, bar.until))}>
                  <title>{says(line, bar.text, bar.from, bar.until)}</title>
                  <rect class={`who-${bar.who % 8}`} x={x(bar.from)} y={y + 4} width={Math.max(1, wide(bar) - 1)} height={ROW - 10} rx={4} />
                  {bar.over && <rect class="over" x={x(bar.from) + 1} y={y + 5} width={Math.max(1, wide(bar) - 3)} height={ROW - 12} rx={4} />}
                  {wide(bar) > bar.text.length * 6.4 + 8 && <text x={x(bar.from) + 6} y={y + 19}>{bar.text}</text>}
                </g>))}
              {line.gaps.map(([start, end]) => <g key={start} class="stretch" onClick={() => touch(says(line, 'nobody', start, end))}><title>{says(line, 'nobody', start, end)}</title><rect class="gap" x={x(start)} y={y + 4} width={Math.max(2, x(end) - x(start) - 1)} height={ROW - 10} rx={4} /></g>)}
            </g>
          )
        })}
        {now > from && now < until && <line class="now" x1={x(now)} x2={x(now)} y1={4} y2={height} />}
      </svg>
    </div>
    <p class="small" role="status">{touched || <span class="quiet">Touch a stretch to read who it is, and from when to when.</span>}</p></>
  )
}

const stretches = (duty: Duty) => (duty.stretches ?? []).map((one) => ({ from: Date.parse(one.from), until: Date.parse(one.until), people: one.people }))
const overridden = (duty: Duty, from: number, until: number) => duty.overrides.some((one) => Date.parse(one.from) <= from && Date.parse(one.until) >= until)

function byTeam(data: OnCall, index: Map<string, number>, name: (id: string) => string): Line[] {
  return data.schedules.map((duty) => ({
    name: duty.id,
    bars: stretches(duty).filter((one) => one.people.length).map((one) => (
      { from: one.from, until: one.until, text: one.people.map(name).join(', '), who: index.get(one.people[0]) ?? 0, over: overridden(duty, one.from, one.until) })),
    gaps: stretches(duty).filter((one) => !one.people.length).map((one) => [one.from, one.until]),
  }))
}

function byPerson(data: OnCall, index: Map<string, number>): Line[] {
  return data.people.map((person) => ({
    name: person.name,
    bars: data.schedules.flatMap((duty) => stretches(duty).filter((one) => one.people.includes(person.id)).map((one) => (
      { from: one.from, until: one.until, text: duty.id, who: index.get(person.id) ?? 0, over: overridden(duty, one.from, one.until) }))),
    gaps: [],
  })).filter((line) => line.bars.length > 0)
}

const names = (people: Person[]) => (people.length ? people.map((one) => one.name).join(', ') : 'nobody')

function Nows({ data, now, zone, name }: { data: OnCall; now: number; zone: string; name: (id: string) => string }) {
  return (
    <ul class="list">
      {data.schedules.map((duty) => {
        const next = stretches(duty).find((one) => one.from > now)
        return (
          <li key={duty.id} class="clock">
            <span><b class={duty.people.length ? '' : 'bad'}>{names(duty.people)}</b> <span class="quiet small">{duty.id}, {duty.timezone}</span></span>
            <span class="small">
              {next ? <>then {next.people.length ? next.people.map(name).join(', ') : <b class="bad">nobody</b>} from <At time={new Date(next.from).toISOString()} date zone={zone} /> <span class="quiet">(in {about(next.from - now)})</span></>
                : <span class="quiet">nobody else in these days</span>}
            </span>
          </li>
        )
      })}
    </ul>
  )
}

// A team that is on call by day has a gap every night: each team's are told in one line, and listed below it.
function Gaps({ data, zone }: { data: OnCall; zone: string }) {
  const teams = data.schedules.map((duty) => ({ id: duty.id, gaps: stretches(duty).filter((one) => !one.people.length) })).filter((team) => team.gaps.length)
  const whole = (gaps: { from: number; until: number }[]) => about(gaps.reduce((sum, gap) => sum + gap.until - gap.from, 0))
  return (
    <Card id="gaps" title="Gaps">
      {teams.length === 0 && <p class="quiet">Somebody is on call at every minute of these days.</p>}
      {teams.map((team) => (
        <details key={team.id} open={team.gaps.length < 4}>
          <summary><b class="bad">nobody</b> {team.id} <span class="quiet small">{team.gaps.length === 1 ? 'once' : `${team.gaps.length} times`}, {whole(team.gaps)} in all</span></summary>
          <ul class="list small">{team.gaps.slice(0, 60).map((gap) => (
            <li key={gap.from} class="look"><At time={new Date(gap.from).toISOString()} date zone={zone} /> – <At time={new Date(gap.until).toISOString()} date zone={zone} /> <span class="quiet">({about(gap.until - gap.from)})</span></li>))}</ul>
        </details>))}
    </Card>
  )
}

// What an <input type=datetime-local> takes, on the clocks of that zone; and back.
const local = (at: number, zone: string) => new Date(at + ahead(at, zone)).toISOString().slice(0, 16)
function moment(text: string, zone: string): string {
  const wall = Date.parse(`${text}Z`), guess = wall - ahead(wall, zone)
  return new Date(wall - ahead(guess, zone)).toISOString()
}

function TakeOver({ data, zone, close, done }: { data: OnCall; zone: string; close: () => void; done: () => void }) {
  const [schedule, setSchedule] = useState(data.schedules[0].id)
  const [who, setWho] = useState(data.people.some((one) => one.id === me.person) ? me.person : data.people[0]?.id ?? '')
  const [from, setFrom] = useState(local(Date.now(), zone))
  const [until, setUntil] = useState(local(Date.now() + 8 * 3600000, zone))
  const [why, setWhy] = useState('')
  return (
    <Ask title="Somebody takes over" yes="Put on call" close={close}
      does={() => post('/api/v1/oncall/overrides', { schedule, person: who, from: moment(from, zone), until: moment(until, zone), ...(why ? { why } : {}) }).then(done)}>
      <Field label="Schedule" value={schedule} set={setSchedule} options={data.schedules.map((duty) => duty.id)} />
      <Field label="Who" value={who} set={setWho} options={data.people.map((one) => one.id)} />
      <Field label="From" hint={`on the clocks of ${zone}`} type="datetime-local" value={from} set={setFrom} required />
      <Field label="Until" type="datetime-local" value={until} set={setUntil} required />
      <Field label="Why?" value={why} set={setWhy} />
      <p class="small quiet">They alone are on call then. What was paged before stays with whom it reached.</p>
    </Ask>
  )
}

type Override = Duty['overrides'][number] & { id: string }

function Overrides({ data, now, zone, name, again }: { data: OnCall; now: number; zone: string; name: (id: string) => string; again: () => void }) {
  const [open, setOpen] = useState(false)
  const [ending, setEnding] = useState<Override | null>(null)
  const rows: Override[] = data.schedules.flatMap((duty) => duty.overrides.filter((one) => Date.parse(one.until) > now).map((one) => ({ ...one, id: duty.id })))
  return (
    <Card id="overrides" title="Overrides" more={data.people.length > 0 && <Act shortcut="o" does={() => setOpen(true)}>Take over…</Act>}>
      {rows.length === 0 && <p class="quiet">None is to come.</p>}
      <ul class="list">{rows.sort((a, b) => a.from.localeCompare(b.from)).map((one) => (
        <li key={one.id + one.from + one.number} class="look">
          <div class="head"><span><b>{name(one.person)}</b> <span class="quiet small">{one.id}</span></span>
            {one.number && <Act label={`End the override of ${name(one.person)}`} does={() => setEnding(one)}>End…</Act>}</div>
          <p class="small"><At time={one.from} date zone={zone} /> – <At time={one.until} date zone={zone} />{one.why && <>: {one.why}</>} <span class="quiet">{one.made_by ? `by ${person(one.made_by)}` : 'by the configuration'}</span></p>
        </li>))}</ul>
      {open && <TakeOver data={data} zone={zone} close={() => setOpen(false)} done={again} />}
      {ending && (
        <Ask title="End the override?" yes="End it" how="bad" close={() => setEnding(null)} does={() => remove(`/api/v1/oncall/overrides/${ending.number}`).then(again)}>
          <p>{name(ending.person)} is not on call for {ending.id} any more; whoever it would be by the schedule is.</p>
        </Ask>)}
    </Card>
  )
}

function Words({ data, zone, name }: { data: OnCall; zone: string; name: (id: string) => string }) {
  return (
    <details class="card">
      <summary>All stretches, in words</summary>
      {data.schedules.map((duty) => (
        <div key={duty.id}><h3>{duty.id}</h3>
          <ul class="list">{stretches(duty).map((one) => (
            <li key={one.from} class="clock small"><span>{one.people.length ? one.people.map(name).join(', ') : <b class="bad">nobody</b>}</span>
              <span><At time={new Date(one.from).toISOString()} date zone={zone} /> – <At time={new Date(one.until).toISOString()} date zone={zone} /></span></li>))}</ul></div>))}
    </details>
  )
}

const weeks: Record<string, number> = { '1 week': 7, '2 weeks': 14, '4 weeks': 28 }

export function OnCallPage() {
  const now = useNow()
  const [length, setLength] = useState('2 weeks')
  const [view, setView] = useState('by team')
  const [zone, setZone] = useState(own)
  const [week, setWeek] = useState(0)
  const [begin] = useState(Date.now())
  const days = midnights(begin + week * 7 * DAY, weeks[length], zone)
  const to = new Date(days[days.length - 1]).toISOString()
  const live = useLive<OnCall>(`/api/v1/oncall?from=${new Date(days[0]).toISOString()}&to=${to}`, (event) => event.kind.startsWith('site.') || event.kind.startsWith('override.'))
  return (
    <Read from={live}>{(data) => {
      const index = new Map(data.people.map((person, i) => [person.id, i]))
      const name = (id: string) => data.people[index.get(id) ?? -1]?.name ?? id
      const zones = [...new Set([own, 'UTC', ...data.schedules.map((duty) => duty.timezone)])]
      if (data.schedules.length === 0)
        return <Card id="none" title="On call"><p>No schedule is configured: an alert pages those whom its service names, or everyone.</p></Card>
      return (
        <>
          <section class="card" aria-labelledby="oncall"><div class="head"><h1 id="oncall">On call</h1></div><Nows data={data} now={now} zone={zone} name={name} /></section>
          <section class="card" aria-label="Calendar">
            <form class="search" onSubmit={(event) => event.preventDefault()}>
              <Field label="Calendar" value={view} set={setView} options={['by team', 'by person']} />
              <Field label="Length" value={length} set={setLength} options={Object.keys(weeks)} />
              <Field label="Times of" value={zone} set={setZone} options={zones} />
              <div class="row">
                <button type="button" onClick={() => setWeek(week - 1)}>Earlier</button>
                <button type="button" onClick={() => setWeek(0)} disabled={week === 0}>Today</button>
                <button type="button" onClick={() => setWeek(week + 1)}>Later</button>
              </div>
            </form>
            <Calendar days={days} lines={view === 'by team' ? byTeam(data, index, name) : byPerson(data, index)} now={now} zone={zone} />
          </section>
          <div class="columns"><Gaps data={data} zone={zone} /><Overrides data={data} now={now} zone={zone} name={name} again={live.again} /></div>
          <Words data={data} zone={zone} name={name} />
        </>
      )
    }}</Read>
  )
}
