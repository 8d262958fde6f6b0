// What burns, how bad, who has it, what is due next.
import { Clock, Incident, OnCall } from './api'
import { useLive, useNow } from './live'
import { about, Act, At, Card, length, Link, person, Read, Severity, State } from './parts'

export interface Incidents { incidents: Incident[]; open: number }

export function IncidentRow({ incident, now }: { incident: Incident; now: number }) {
  const over = incident.state === 'resolved' || incident.state === 'closed'
  return (
    <li class={`burns${over ? '' : ` rank-${incident.severity_rank}`}`}>
      <Link to={`/incidents/${incident.number}`} class="incident">
        <strong><span class="quiet">#{incident.number}</span> {incident.title}</strong>
        <span class="row">{incident.drill && <span class="mark">drill</span>}<Severity incident={incident} /><State state={incident.state} /></span>
        <span class="quiet small">
          {incident.patient_safety && <><b class="bad">patient safety</b> · </>}
          {incident.service ?? 'no service'} · {!incident.procedure && incident.storm !== incident.number && <><b>no runbook</b> · </>}{incident.acknowledged_by ? `${person(incident.acknowledged_by)} has it` : over ? 'nobody took it' : <b>nobody has it yet</b>}
          {incident.muted_until && ' · muted'}
        </span>
        <span class="quiet small">{over ? <At time={incident.opened_at} date /> : about(now - Date.parse(incident.opened_at))}</span>
      </Link>
    </li>
  )
}

// A date that a runbook states has the name that it has there: next_drill.
const words = (text: string) => (/^\w+$/.test(text) ? text.replace(/_/g, ' ') : text)

// "acknowledged by then" is said of a time; here the time stands beside it.
const plain: Record<string, string> = { response: 'To be acknowledged', resolution: 'To be resolved' }
export function what(clock: Clock): string {
  const said = `${plain[clock.kind] ?? (clock.kind === 'phase' ? `Time for “${words(clock.what)}” ends` : words(clock.what))}${clock.audience ? `, for ${clock.audience}` : ''}`
  return said[0].toUpperCase() + said.slice(1)
}

interface DueOptions { clocks: Clock[]; now: number; linked?: boolean; done?: (clock: Clock) => (() => Promise<unknown>) | null }

export function Due({ clocks, now, linked, done }: DueOptions) {
  return (
    <ul class="list">
      {clocks.map((clock) => {
        const left = Date.parse(clock.due_at) - now
        const does = done?.(clock)
        return (
          <li class="clock" key={`${clock.incident}/${clock.clock}`}>
            <span>{what(clock)}
              {linked && clock.incident && <> · <Link to={`/incidents/${clock.incident}`} class="small">#{clock.incident}</Link></>}
              {does && <> <Act does={does} label={`${clock.what}: done`}>Done</Act></>}</span>
            <b class={`mark ${left < 0 ? 'bad' : left < 300000 ? 'warn' : ''}`} title={clock.rule ?? undefined}>{left < 0 ? `${length(left)} late` : `in ${length(left)}`}</b>
          </li>
        )
      })}
    </ul>
  )
}

function Duties() {
  const { data } = useLive<OnCall>('/api/v1/oncall', (event) => event.kind.startsWith('site.') || event.kind.startsWith('override.'))
  if (!data || data.schedules.length === 0) return null
  return (
    <Card id="duty" title={<Link to="/oncall">On call</Link>}>
      <ul class="list">
        {data.schedules.map((duty) => (
          <li key={duty.id} class="clock">
            <span>{duty.people.length ? <b>{duty.people.map((one) => one.name).join(', ')}</b> : <b class="bad">nobody</b>} <span class="quiet small">{duty.id}</span></span>
            {duty.until && <span class="quiet small">until <At time={duty.until} date /></span>}
          </li>))}
      </ul>
    </Card>
  )
}

function DueNext() {
  const now = useNow()
  const { data } = useLive<{ clocks: Clock[] }>('/api/v1/clocks?limit=8', (event) => !event.kind.startsWith('alert.'))
  return (
    <Card id="due" title={<Link to="/clocks">Due next</Link>}>
      {data && data.clocks.length > 0 ? <Due clocks={data.clocks} now={now} linked /> : <p class="quiet">Nothing is due.</p>}
    </Card>
  )
}

export function Now() {
  const now = useNow(10000)
  const live = useLive<Incidents>('/api/v1/incidents?state=open&order=worst&limit=25', () => true)
  return (
    <Read from={live}>{({ incidents, open }) => (
      <div class="columns">
        <div>
          <section class="card" aria-labelledby="burning">
            {open === 0
              ? <div class="calm"><h1 id="burning">Nothing burns</h1><p class="quiet">Alerts are taken; the next one appears here by itself.</p></div>
              : <><h1 id="burning">{open === 1 ? 'One incident' : `${open.toLocaleString()} incidents`}</h1>
                <ul class="list">{incidents.map((incident) => <IncidentRow key={incident.number} incident={incident} now={now} />)}</ul>
                {open > incidents.length && <p class="small"><Link to="/incidents?state=open">The {incidents.length} worst are shown; all of them</Link></p>}</>}
          </section>
        </div>
        <div>
          <DueNext />
          <Duties />
        </div>
      </div>)}
    </Read>
  )
}
