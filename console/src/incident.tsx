// One incident on one page: what is known, what runs, what waits for a yes, what is due, what happened.
import { useEffect, useLayoutEffect, useState } from 'preact/hooks'
import { Event as Told, post, Step, WholeIncident } from './api'
import { frameIsWhole, useLater } from './frame'
import { acts } from './incident_acts'
import { Lazy } from './lazy'
import { useLive, useNow, useTimeline } from './live'
import { mayApprove } from './me'
import { Due } from './now'
import { about, Act, Ask, At, Card, Field, length, Link, person, Severity, Source, State, Words } from './parts'
import { asks, Diagnosis, id as stepId, Steps } from './steps'
import { Updates } from './updates'

interface Options { incident: WholeIncident }

// To a card or step of this page, and on to the keyboard.
function point(id: string) {
  const there = document.getElementById(id)
  if (location.hash !== `#${id}`) history.replaceState(null, '', `#${id}`)
  there?.scrollIntoView({ block: there.matches('.step') ? 'center' : 'start' })
  there?.focus({ preventScroll: true })
}

const says = (step: Step) => step.text || (step.runs ?? step.command).split('\n')[0]
const base = (incident: WholeIncident) => `/api/v1/incidents/${incident.number}`
const over = (incident: WholeIncident) => incident.state === 'resolved' || incident.state === 'closed'

function Acts({ incident }: Options) {
  const [open, setOpen] = useState<string | null>(null)
  const Opened = acts.find((act) => act.key === open)?.ask
  const offered = acts.filter((act) => !act.when || act.when(incident))
  const draw = (act: typeof acts[number]) => <Act key={act.key} shortcut={act.key} does={() => setOpen(act.key)}>{act.says(incident)}</Act>
  return (
    <div class="row acts">
      {incident.state === 'triggered' && <Act how="first" shortcut="a" does={() => post(`${base(incident)}/acknowledge`, {})}>Acknowledge</Act>}
      {incident.state === 'acknowledged' && <Act how="first" shortcut="i" does={() => post(`${base(incident)}/state`, { state: 'investigating' })}>Investigating</Act>}
      {incident.state === 'resolved' && <Act does={() => post(`${base(incident)}/state`, { state: 'closed' })}>Close</Act>}
      {offered.filter((act) => act.often).map(draw)}
      <details class="more">
        <summary class="button">More…</summary>
        <div class="row">{offered.filter((act) => !act.often).map(draw)}<a class="button" href={`${base(incident)}/report?format=html`}>Report</a></div>
      </details>
      {Opened && <Opened incident={incident} close={() => setOpen(null)} />}
    </div>
  )
}

interface Next { at: string | null; step: number | null; steps: number; reminder: boolean; people: string[] }

// Who is paged next if nobody does anything: the clock that everybody wants to know of at three in the morning.
function NextPage({ next, now }: { next: Next; now: number }) {
  if (!next.at) return null
  const who = next.people.length > 4 ? `everybody (${next.people.length})` : next.people.join(', ')
  const left = Date.parse(next.at) - now
  return (
    <li class="clock">
      <span>{next.reminder ? <>Without progress <b>{who}</b> is paged again</> : <>Paged next: <b>{who}</b>{next.step && next.steps > 1 && <span class="quiet small"> step {next.step} of {next.steps}</span>}</>}</span>
      <b class={`mark ${left < 60000 ? 'warn' : ''}`} title={next.at}>{left > 0 ? `in ${length(left)}` : 'now'}</b>
    </li>
  )
}

function Head({ incident, waiting, next }: Options & { waiting: Step[]; next: Next | null }) {
  const now = useNow()
  const due = incident.clocks.find((clock) => clock.state === 'running' || clock.state === 'overdue')
  return (
    <section class="card top" aria-labelledby="title">
      <div class="row">
        <Severity incident={incident} /><State state={incident.state} />
        {incident.drill && <span class="mark">drill</span>}
        {incident.patient_safety && <span class="mark bad" title={incident.patient_safety_why ?? undefined}>patient safety</span>}
        {incident.muted_until && <span class="mark warn" title={incident.muted_why ?? undefined}>muted</span>}
        {incident.flapping_since && <span class="mark warn">comes and goes</span>}
      </div>
      <h1 id="title"><span class="quiet">#{incident.number}</span> {incident.title}</h1>
      <p class="small quiet">
        {incident.acknowledged_by ? <b>{person(incident.acknowledged_by)} has it</b> : over(incident) ? 'nobody took it' : <b>nobody has it yet</b>}
        {' · '}{incident.service ?? 'no service'} · {incident.alerts.firing} of {incident.alerts.total} alerts fire
        {' · '}opened <At time={incident.opened_at} date />{!over(incident) && `, ${about(now - Date.parse(incident.opened_at))} ago`}
        {incident.earlier_incident && <> · it was there before: <Link to={`/incidents/${incident.earlier_incident}`}>#{incident.earlier_incident}</Link></>}
        {incident.storm && incident.storm !== incident.number && <> · part of the storm of <Link to={`/incidents/${incident.storm}`}>#{incident.storm}</Link></>}
      </p>
      {incident.severity_why && <p class="small"><b>{incident.severity}</b>: <Words text={incident.severity_why} /></p>}
      {waiting.length > 0 && !over(incident) && (
        <p class="next-step"><a href={`#${stepId(waiting[0])}`} onClick={(event) => {
          event.preventDefault()
          point(stepId(waiting[0]))
        }}><b>Next:</b> {says(waiting[0])}</a>{waiting.length > 1 && <span class="quiet small"> and {waiting.length - 1} more {waiting.length === 2 ? 'asks' : 'ask'}</span>}</p>)}
      {due && !over(incident) && <Due clocks={[due]} now={now} />}
      {next?.at && incident.state === 'triggered' && <ul class="list"><NextPage next={next} now={now} /></ul>}
      <Acts incident={incident} />
    </section>
  )
}

function Clocks({ incident, next }: Options & { next: Next | null }) {
  const now = useNow()
  const due = incident.clocks.filter((clock) => clock.state === 'running' || clock.state === 'overdue')
  const waits = (over(incident) ? [] : [['It pages again: muted until then', incident.muted_until]])
    .filter((wait): wait is [string, string] => wait[1] !== null && Date.parse(wait[1]) > now)
  return (
    <Card id="clocks" title="Due">
      {due.length === 0 ? !next?.at && <p class="quiet">Nothing is due.</p> : <Due clocks={due} now={now}
        done={(clock) => (['follow_up', 'phase', 'escalation'].includes(clock.kind) ? () => post(`${base(incident)}/clocks/${clock.clock}/done`, {}) : null)} />}
      {next?.at && !over(incident) && <ul class="list" aria-label="Next page"><NextPage next={next} now={now} /></ul>}
      {(waits.length > 0) && <ul class="list">{waits.map(([text, at]) => (
        <li key={text} class="clock"><span class="quiet">{text}</span><span class="mark" title={at}>in {length(Date.parse(at) - now)}</span></li>))}</ul>}
    </Card>
  )
}

// What was ticked stays so until the server has answered, whatever else of the incident is drawn anew meanwhile.
function Check({ item, to }: { item: WholeIncident['checklist'][number]; to: string }) {
  const [ticked, setTicked] = useState<boolean | null>(null)
  useEffect(() => setTicked(null), [item.done])
  return (
    <li>
      <label class="tick">
        <input type="checkbox" checked={ticked ?? item.done} onChange={(event) => {
          setTicked(event.currentTarget.checked)
          post(to, { done: event.currentTarget.checked }).catch(() => setTicked(null))
        }} />
        <span>{item.text}{item.checked_by && <span class="quiet small"> {person(item.checked_by)}</span>}</span>
      </label>
    </li>
  )
}

function Checklist({ incident }: Options) {
  if (incident.checklist.length === 0) return null
  const done = incident.checklist.filter((item) => item.done).length
  return (
    <Card id="checklist" title="Before it is resolved" more={<span class="small quiet">{done} of {incident.checklist.length}</span>}>
      <ul class="list">
        {incident.checklist.map((item) => (
          <Check key={item.item} item={item} to={`${base(incident)}/checklist/${item.item}`} />))}
      </ul>
    </Card>
  )
}

function Roles({ incident }: Options) {
  const held = incident.roles.filter((role) => !role.until)
  return (
    <Card id="roles" title="Roles">
      {held.length === 0 ? <p class="quiet">Nobody has a role.</p>
        : <ul class="list">{held.map((role) => <li key={role.role + role.person} class="clock"><span>{role.role}</span><b>{role.person}</b></li>)}</ul>}
    </Card>
  )
}

interface Shown { labels: Record<string, string>; annotations: Record<string, string>; startsAt: string; fingerprint: string }
interface Group { alerts: Shown[]; labels: { incident?: string } }

function Alerts({ incident }: Options) {
  const filter = incident.service ? `?filter=${encodeURIComponent(`service=${JSON.stringify(incident.service)}`)}` : ''
  const groups = useLive<Group[]>(over(incident) ? null : `/api/v1/alerts/groups${filter}`, (event) => event.kind.startsWith('alert.')).data
  const own = groups?.filter((group) => group.labels.incident === String(incident.number)).flatMap((group) => group.alerts).slice(0, 20) ?? []
  if (own.length === 0) return null
  return (
    <Card id="alerts" title="Alerts">
      <ul class="list">
        {own.map((alert) => (
          <li key={alert.fingerprint} class="look">
            <div><b>{alert.labels.alertname}</b> <span class="small quiet">since <At time={alert.startsAt} date /></span></div>
            {Object.values(alert.annotations).map((text, i) => <p key={i} class="small">{text}</p>)}
            <p class="labels">{Object.entries(alert.labels).filter(([name]) => name !== 'alertname').map(([name, value]) => <code key={name}>{name}={value}</code>)}</p>
          </li>))}
      </ul>
    </Card>
  )
}

// What is kept, who read it, and whether anything of it may be replaced.
function Evidence({ incident, events }: Options & { events: Told[] }) {
  const [open, setOpen] = useState(false)
  const [why, setWhy] = useState('')
  const told = events.filter((event) => event.kind.startsWith('evidence.'))
  const kept = told.filter((event) => event.kind === 'evidence.kept')
  const held = incident.legal_hold_since
  if (told.length === 0 && !held) return null
  return (
    <Card id="evidence" title="Evidence" more={mayApprove() && <Act does={() => setOpen(true)}>{held ? 'Release the hold…' : 'Legal hold…'}</Act>}>
      {held && <p class="said warn small">Under legal hold since <At time={held} date />{incident.legal_hold_by && `, by ${person(incident.legal_hold_by)}`}: {incident.legal_hold_why}</p>}
      {kept.length === 0 && <p class="quiet">None has been kept yet.</p>}
      <ul class="list">{kept.map((event) => <li key={event.n} class="small look"><At time={event.at} date /> <Words text={event.summary} /></li>)}</ul>
      {told.length > kept.length && (
        <details><summary class="small">What became of it, and who read it</summary>
          <ul class="list">{told.filter((event) => event.kind !== 'evidence.kept').map((event) => (
            <li key={event.n} class="small look"><At time={event.at} date /> {event.summary} <span class="quiet">{person(event.actor)}</span></li>))}</ul></details>)}
      {open && (
        <Ask title={held ? 'Release the legal hold?' : 'Put it under legal hold'} yes={held ? 'Release it' : 'Hold it'} how={held ? 'bad' : 'first'} close={() => setOpen(false)}
          does={() => post(`${base(incident)}/${held ? 'release' : 'hold'}`, { why })}>
          <p>{held ? 'From then on, what is kept beside the record may be replaced and erased again.' : 'Nothing that is kept of it is replaced or erased until the hold is released.'}</p>
          <Field label="Why?" value={why} set={setWhy} required />
        </Ask>)}
    </Card>
  )
}

const kinds: Record<string, RegExp> = {
  all: /./,
  people: /^(note|incident|role|approval|update|check|lease)\./,
  pages: /^(page|escalation|response|resolution|lease)\./,
  steps: /^(step|run|change|approval|evidence|limit)\./,
  alerts: /^alert\./,
}
const FIRST = 200

function Timeline({ events }: { events: Told[] }) {
  const [which, setWhich] = useState('all')
  const [all, setAll] = useState(false)
  const wanted = events.filter((event) => kinds[which].test(event.kind)).reverse()
  const shown = all ? wanted : wanted.slice(0, FIRST)
  return (
    <Card id="timeline" title="Timeline" more={(
      <select class="small" aria-label="Which events" value={which} onChange={(event) => setWhich(event.currentTarget.value)}>
        {Object.keys(kinds).map((kind) => <option key={kind}>{kind}</option>)}
      </select>)}>
      <ol class="list timeline" aria-live="polite" aria-relevant="additions">
        {shown.map((event) => (
          <li key={event.n} class={`small kind-${event.kind.split('.')[0]}`} title={event.kind}>
            <At time={event.at} /><span><Words text={event.summary} />{!event.summary.includes(person(event.actor)) && <span class="quiet"> {person(event.actor)}</span>}</span>
          </li>))}
      </ol>
      {wanted.length > shown.length && <button type="button" onClick={() => setAll(true)}>{wanted.length - shown.length} earlier</button>}
    </Card>
  )
}

function Side({ incident, next }: Options & { next: Next | null }) {
  const events = useTimeline(incident.number)
  return (
    <>
      <Clocks incident={incident} next={next} />
      <Updates incident={incident} />
      <Checklist incident={incident} />
      <Roles incident={incident} />
      <Lazy from={() => import('./after')} draw={(all) => <all.After incident={incident} />} />
      <Evidence incident={incident} events={events} />
      <Alerts incident={incident} />
      <Timeline events={events} />
    </>
  )
}

export function IncidentPage({ number }: { number: number }) {
  const own = (event: Told) => event.incident === number
  const { data: incident, problem } = useLive<WholeIncident>(`/api/v1/incidents/${number}`, own)
  const steps = useLive<{ steps: Step[]; next: number | null }>(`/api/v1/incidents/${number}/steps`, (event) => own(event) && !event.kind.startsWith('page.')).data
  const later = useLater()
  const next = useLive<Next>(later && incident && !over(incident) ? `/api/v1/incidents/${number}/next-page` : null, (event) => own(event) || /^(site|override)\./.test(event.kind)).data
  useLayoutEffect(() => {
    if (incident && steps) frameIsWhole()
  }, [incident && steps])
  useEffect(() => {
    if (later && steps && location.hash) point(decodeURIComponent(location.hash.slice(1)))
  }, [later && steps !== null])
  if (problem && !incident) return <Card id="nowhere" title={`Incident #${number}`}><p class="said" role="alert">{problem.message}</p><p><Link to="/incidents">All incidents</Link></p></Card>
  if (!incident) return <p class="quiet">Reading…</p>
  const waiting = (steps?.steps ?? []).filter(asks)
  const procedure = incident.procedure
  return (
    <>
      <Head incident={incident} waiting={waiting} next={next} />
      <div class="incident-page">
        <div class="found">
          <Card id="diagnosis" title="Diagnosis">{steps ? <Diagnosis steps={steps.steps} /> : <p class="quiet">Reading…</p>}</Card>
        </div>
        <div class="runbook">
          <Card id="runbook" title={procedure?.title ?? 'Runbook'} more={procedure && <Source file={procedure.file} line={procedure.line} />}>
            {over(incident) && steps?.steps.some((step) => step.kind === 'command') && <p class="small quiet">It is {incident.state}: no command runs for it any more.</p>}
            {procedure?.why && <p class="small quiet">{procedure.why}</p>}
            {!procedure && <p class="quiet">No runbook answers this.</p>}
            {steps && steps.steps.length > 0 ? <Steps steps={steps.steps} next={steps.next} /> : procedure && <p class="quiet">{procedure.line > 0 ? 'It names no steps.' : 'It has no procedure for this alert. Another one of it: More…, Procedure.'}</p>}
          </Card>
        </div>
        <div class="side">{later && <Side incident={incident} next={next} />}</div>
      </div>
    </>
  )
}
