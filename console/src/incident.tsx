// One incident on one page: what is known, what runs, what waits for a yes, what is due, what happened.
import { useState } from 'preact/hooks'
import { Event as Told, post, Refused, Step, WholeIncident } from './api'
import { useLive, useNow } from './live'
import { Due } from './now'
import { Act, At, length, Link, looks, person, Severity, State } from './parts'

const path = (step: Step) => `/api/v1/runs/${step.run}/steps/${step.line}`

function StepButtons({ step }: { step: Step }) {
  const [sure, setSure] = useState(false)
  const can = (verb: string) => step.can.includes(verb)
  return (
    <div class="row">
      {can('approve') && step.approval && (step.class === 'destructive' && !sure
        ? <button type="button" class="bad" onClick={() => setSure(true)}>Approve…</button>
        : <Act how={step.class === 'destructive' ? 'bad' : 'first'} does={() => post(`${path(step)}/approve`, { sha256: step.approval!.sha256 })}>
          {step.class === 'destructive' ? 'Yes, approve what may destroy' : 'Approve'}
        </Act>)}
      {can('deny') && <Act does={() => post(`${path(step)}/deny`, { reason: 'denied in the console' })}>Deny</Act>}
      {can('start') && <Act does={() => post(`${path(step)}/start`, {})}>{step.finished_at ? 'Run again' : 'Start'}</Act>}
      {can('stop') && <Act does={() => post(`${path(step)}/stop`, {})}>Stop</Act>}
      {can('done') && <Act how="first" does={() => post(`${path(step)}/done`, {})}>Done</Act>}
      {can('answer') && ['yes', 'no'].map((answer) => (
        <Act key={answer} does={() => post(`${path(step)}/answer`, { answer })}>{answer === 'yes' ? 'Yes' : 'No'}</Act>))}
      {can('choose') && <Act does={() => post(`${path(step)}/choose`, {})}>Take this way</Act>}
      {can('skip') && <Act does={() => post(`${path(step)}/skip`, {})}>Skip</Act>}
      {step.approval?.first_by && <span class="small quiet">{person(step.approval.first_by)} has approved; a second person is needed.</span>}
    </div>
  )
}

function StepRow({ step }: { step: Step }) {
  return (
    <li class="step">
      <div class="row">
        {step.class && <span class={`mark ${looks[step.class] ?? ''}`}>{step.class}</span>}
        <span class="mark">{step.state}{step.exit_code !== null && step.exit_code !== 0 ? `, exit ${step.exit_code}` : ''}</span>
        {step.verdict && <span class={`mark ${step.verdict === 'passed' ? 'good' : 'bad'}`}>{step.verdict}</span>}
        <span class="small quiet">{step.file}:{step.line}</span>
      </div>
      {step.kind === 'command' ? <pre><code>{step.approval?.runs ?? step.runs ?? step.command}</code></pre> : <p>{step.text}</p>}
      {step.class_why && step.approval && <p class="small quiet">{step.class}: {step.class_why}</p>}
      {step.why && <p class="small quiet">{step.why}</p>}
      {step.verdict_why && <p class="small">{step.verdict_why}</p>}
      {step.output && <details open={step.state === 'running' || step.exit_code !== 0}><summary class="small">Output</summary><pre tabIndex={0}>{step.output}</pre></details>}
      <StepButtons step={step} />
    </li>
  )
}

function Steps({ steps }: { steps: Step[] }) {
  const asks = (step: Step) => step.can.length > 0 && !step.finished_at
  const waiting = steps.filter(asks)
  const rest = steps.filter((step) => !asks(step))
  return (
    <>
      <section class="card" aria-labelledby="asks">
        <h2 id="asks">Asks you</h2>
        {waiting.length ? <ul class="list">{waiting.map((step) => <StepRow key={`${step.run}/${step.line}`} step={step} />)}</ul>
          : <p class="quiet">Nothing waits for a person.</p>}
      </section>
      <section class="card" aria-labelledby="ran">
        <h2 id="ran">Steps of the runbook</h2>
        {rest.length ? <ul class="list">{rest.map((step) => <StepRow key={`${step.run}/${step.line}`} step={step} />)}</ul>
          : <p class="quiet">None has run.</p>}
      </section>
    </>
  )
}

// The first answer may be why not yet; then it is the person who knows better.
function Resolve({ base }: { base: string }) {
  const [why, setWhy] = useState('')
  const resolve = (force: boolean) => post(`${base}/resolve`, { force }).catch((thrown) => {
    if (force || !(thrown instanceof Refused) || thrown.status !== 409) throw thrown
    setWhy(thrown.message)
  })
  if (!why) return <Act does={() => resolve(false)}>Resolve</Act>
  return <><span role="alert" class="said small">{why}</span><Act how="bad" does={() => resolve(true)}>Resolve all the same</Act></>
}

function Note({ incident }: { incident: WholeIncident }) {
  const [text, setText] = useState('')
  return (
    <form onSubmit={(event) => event.preventDefault()}>
      <label>Note<textarea id="note" rows={2} value={text} onInput={(event) => setText(event.currentTarget.value)} /></label>
      <div class="row">
        <Act does={async () => {
          await post(`/api/v1/incidents/${incident.number}/notes`, { text })
          setText('')
        }}>Add the note</Act>
      </div>
    </form>
  )
}

export function IncidentPage({ number }: { number: number }) {
  const now = useNow()
  const own = (event: Told) => event.incident === number
  const base = `/api/v1/incidents/${number}`
  const { data: incident, problem } = useLive<WholeIncident>(base, own)
  const steps = useLive<{ steps: Step[] }>(`${base}/steps`, (event) => own(event) && !event.kind.startsWith('page.')).data
  const timeline = useLive<{ events: Told[] }>(`${base}/timeline`, own).data
  if (problem && !incident) return <p class="said" role="alert">{problem.message}</p>
  if (!incident) return <p class="quiet">Reading…</p>
  const due = incident.clocks.filter((clock) => clock.state === 'running' || clock.state === 'overdue')
  const over = incident.state === 'resolved' || incident.state === 'closed'
  return (
    <>
      <section class="card" aria-labelledby="title">
        <div class="row">
          <Severity incident={incident} /><State state={incident.state} />
          {incident.drill && <span class="mark">drill</span>}
          {incident.patient_safety && <span class="mark bad">patient safety</span>}
          <span class="quiet small">opened <At time={incident.opened_at} date />{!over && `, ${length(now - Date.parse(incident.opened_at))} ago`}</span>
        </div>
        <h1 id="title">#{incident.number} {incident.title}</h1>
        <p class="small quiet">
          {incident.service ?? 'no service'} · {incident.alerts.firing} of {incident.alerts.total} alerts fire
          {incident.procedure && <> · {incident.procedure.title ?? 'runbook'}, <Link to={`/runbooks/${encodeURIComponent(incident.procedure.file)}`}>{incident.procedure.file}:{incident.procedure.line}</Link></>}
        </p>
        {incident.severity_why && <p class="small">{incident.severity}: {incident.severity_why}</p>}
        <div class="row">
          {incident.state === 'triggered' && <Act how="first" shortcut="a" does={() => post(`${base}/acknowledge`, {})}>Acknowledge (a)</Act>}
          {incident.state === 'acknowledged' && <Act shortcut="i" does={() => post(`${base}/state`, { state: 'investigating' })}>Investigating (i)</Act>}
          {!over && <Resolve base={base} />}
          {incident.state === 'resolved' && <Act does={() => post(`${base}/state`, { state: 'closed' })}>Close</Act>}
          <span class="small quiet">{incident.acknowledged_by ? `${person(incident.acknowledged_by)} has it` : 'nobody has it yet'}</span>
          <a class="small" href={`${base}/report`}>Report</a>
        </div>
      </section>
      <div class="columns">
        <div>{steps ? <Steps steps={steps.steps} /> : <p class="quiet">Reading…</p>}</div>
        <div>
          <section class="card" aria-labelledby="clocks">
            <h2 id="clocks">Due</h2>
            {due.length > 0 ? <Due clocks={due} now={now} /> : <p class="quiet">Nothing is due.</p>}
          </section>
          {incident.checklist.length > 0 && (
            <section class="card" aria-labelledby="checklist">
              <h2 id="checklist">Before it is resolved</h2>
              <ul class="list">{incident.checklist.map((item) => (
                <li key={item.item} class="clock">
                  <span>{item.text}</span>
                  {item.done ? <span class="mark good">{person(item.checked_by ?? '')}</span>
                    : <Act does={() => post(`${base}/checklist/${item.item}`, { done: true })}>Done</Act>}
                </li>))}
              </ul>
            </section>)}
          {incident.roles.some((role) => !role.until) && (
            <section class="card" aria-labelledby="roles">
              <h2 id="roles">Roles</h2>
              <ul class="list">{incident.roles.filter((role) => !role.until).map((role) => (
                <li key={role.role} class="clock"><span>{role.role}</span><b>{role.person}</b></li>))}
              </ul>
            </section>)}
          <section class="card" aria-labelledby="timeline">
            <h2 id="timeline">Timeline</h2>
            <Note incident={incident} />
            <ol class="list timeline" aria-live="polite">
              {(timeline?.events ?? []).slice().reverse().map((event) => (
                <li key={event.n} class="small"><At time={event.at} /><span>{event.summary} <span class="quiet">{person(event.actor)}</span></span></li>))}
            </ol>
          </section>
        </div>
      </div>
    </>
  )
}
