// The section of the runbook that answers this incident, in the order of the document: what ran, what asks, what is next.
import { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { get, post, Step } from './api'
import { Approve, path, Say, Values } from './approve'
import { useLater } from './frame'
import { Act, looks, person, Source, Words } from './parts'

const verdicts: Record<string, string> = { passed: 'good', failed: 'bad', checking: '' }
const bad = ['failed', 'timed out', 'refused', 'effect unknown', 'denied']
const under = ['running', 'starting', 'stopping']

export const asks = (step: Step) => step.can.length > 0 && !step.finished_at && !under.includes(step.state) && step.state !== 'not taken' && step.state !== 'queued'
// Shown under "Diagnosis", with what it printed.
const looked = (step: Step) => step.kind === 'command' && step.class === 'read' && !step.checks_for && (step.finished_at !== null || under.includes(step.state))
const FIRST = { steps: 8, looks: 6 } // what fits a screen
export const id = (step: Step) => `step-${step.run}-${step.line}`

// What a running command prints, as it comes.
function Output({ step }: { step: Step }) {
  const [live, setLive] = useState('')
  const running = under.includes(step.state)
  useEffect(() => {
    if (!running) return
    let from = 0, alive = true, text = ''
    const more = async () => {
      const said = await get<{ output: string; next: number; more: boolean }>(`${path(step)}/output?from=${from}`).catch(() => null)
      if (!alive) return
      if (said && said.next > from) {
        text = (text + said.output).slice(-65536)
        from = said.next
        setLive(text)
      }
      setTimeout(more, 700)
    }
    void more()
    return () => {
      alive = false
    }
  }, [step.attempt, running])
  const text = running ? live : step.output
  if (!text) return running ? <p class="small quiet">Nothing printed yet.</p> : null
  return <pre tabIndex={0} class="output" aria-label="Output">{text}{step.output_cut && !running && '\n… the middle is left out'}</pre>
}

function Marks({ step }: { step: Step }) {
  const how = bad.includes(step.state) ? 'bad' : step.state === 'succeeded' || step.state === 'done' ? 'good' : ''
  return (
    <>
      {step.class && <span class={`mark ${looks[step.class] ?? ''}`} title={step.class_why ?? undefined}>{step.class}</span>}
      <span class={`mark ${how}`}>{step.state}{step.exit_code ? `, exit ${step.exit_code}` : ''}</span>
      {step.verdict && <span class={`mark ${verdicts[step.verdict] ?? 'warn'}`}>{step.verdict === 'passed' ? 'it helped' : step.verdict === 'failed' ? 'it did not help' : step.verdict}</span>}
      {step.evidence && <span class="mark warn">evidence</span>}
      {step.part && <span class="mark">{step.part === 'back' ? 'way back' : `read ${step.part} the change`}</span>}
    </>
  )
}

const Command = ({ text }: { text: string }) => <pre tabIndex={0}><code>{text}</code></pre>

function Buttons({ step, next }: { step: Step; next: boolean }) {
  const [open, setOpen] = useState<string | null>(null)
  const can = (verb: string) => step.can.includes(verb)
  const close = () => setOpen(null)
  const isCommand = step.kind === 'command'
  const verb = (word: string, body: object = {}) => () => post(`${path(step)}/${word}`, body)
  return (
    <div class="row">
      {can('approve') && step.approval && <Act how={step.class === 'destructive' ? 'bad' : next ? 'first' : ''} shortcut="p" does={() => setOpen('approve')}>Approve…</Act>}
      {asks(step) && (step.missing.length > 0 || step.faults.length > 0) &&
        <Act shortcut="v" does={() => setOpen('values')}>{step.missing.length ? 'Fill in…' : 'Mend…'}</Act>}
      {can('start') && <Act shortcut="b" does={verb('start', { attempt: step.attempt })}>{step.finished_at ? (isCommand ? 'Run again' : 'Open again') : 'Start'}</Act>}
      {can('stop') && <Act shortcut="e" how="bad" does={verb('stop')}>Stop</Act>}
      {can('answer') && ['yes', 'no'].map((answer) => (
        <Act key={answer} how={step.answer === answer ? 'first' : ''} shortcut={answer === 'yes' ? 'y' : 'z'} does={verb('answer', { answer })}>{answer === 'yes' ? 'Yes' : 'No'}</Act>))}
      {can('choose') && <Act shortcut="c" does={verb('choose')}>Take this way</Act>}
      {can('done') && (isCommand ? <Act shortcut="f" does={() => setOpen('done')}>Done by hand…</Act>
        : <Act how={next ? 'first' : ''} shortcut="f" does={verb('done')}>Done</Act>)}
      {can('deny') && <Act shortcut="d" does={() => setOpen('deny')}>Deny…</Act>}
      {can('skip') && <Act does={() => setOpen('skip')}>Skip…</Act>}
      {open === 'approve' && step.approval && <Approve step={step} close={close} />}
      {open === 'values' && <Values step={step} close={close} />}
      {open === 'deny' && <Say step={step} verb="deny" title="Not this command" yes="Deny it" label="Why not?" needed={false} close={close} />}
      {open === 'skip' && <Say step={step} verb="skip" title="Leave this out" yes="Skip it" label="Why?" needed close={close} />}
      {open === 'done' && <Say step={step} verb="done" title="It was done by hand" yes="Done" label="What was done, what was seen?" needed close={close} />}
    </div>
  )
}

function Why({ step }: { step: Step }) {
  const approval = step.approval
  return (
    <>
      {step.condition && step.kind !== 'decision' && <p class="small quiet">{step.condition}</p>}
      {asks(step) && step.class_why && <p class="small"><b>{step.class}</b>: <Words text={step.class_why} /></p>}
      {step.why && step.why !== step.class_why && <p class="small quiet"><Words text={step.why} /></p>}
      {approval?.changes && <p class="small"><b>Changes</b>: <Words text={approval.changes} /></p>}
      {approval && step.class !== 'read' && <p class="small"><b>Way back</b>: <Words text={approval.way_back ?? 'none is known'} /></p>}
      {approval?.first_by && <p class="small said warn">{person(approval.first_by)} has approved; a second person is needed.</p>}
      {step.missing.length > 0 && <p class="small"><b>Wants</b>: {step.missing.map((slot) => `${slot.name} (${slot.type})`).join(', ')}</p>}
      {step.faults.map((fault) => <p class="small" key={fault.code}><b>Does not work as written</b>: {fault.says}</p>)}
      {step.verdict_why && <p class="small">{step.verdict_why}</p>}
      {step.done_by && <p class="small quiet">{step.answer ? `${step.answer}, says ${person(step.done_by)}` : person(step.done_by)}{step.note ? `: ${step.note}` : ''}</p>}
    </>
  )
}

function StepRow({ step, next, later }: { step: Step; next: boolean; later: boolean }) {
  const text = step.approval?.runs ?? step.runs ?? step.command
  const open = asks(step) || under.includes(step.state) || step.state === 'queued'
  const over = step.state === 'not taken' || step.state === 'skipped'
  const head = (
    <div class="row"><Marks step={step} /><Source file={step.file} line={step.document_line} />
      {step.target && <span class="small quiet">at {step.target}</span>}</div>)
  const body = (
    <>
      {step.kind === 'command' ? <Command text={text} /> : <p class="task">{step.text}</p>}
      {step.runs && step.runs !== step.command && <p class="small quiet">as written: <code>{step.command}</code></p>}
      <Why step={step} />
      <Buttons step={step} next={next} />
    </>)
  return (
    <li class={`step${step.branch_of ? ' under' : ''}${next ? ' next' : ''}`} id={id(step)} tabIndex={-1} data-step={asks(step) ? 'asks' : ''} aria-label={step.text ?? step.command}>
      {open ? <>{head}{under.includes(step.state) && !looked(step) && <Output step={step} />}{body}</>
        : <details class={over ? 'quiet' : ''} open={bad.includes(step.state) && !looked(step)}>
          <summary><span class="oneline">{step.kind === 'command' ? <code>{text.split('\n')[0]}</code> : step.text}</span><span class="row"><Marks step={step} /></span></summary>
          {later && <>
            <Source file={step.file} line={step.document_line} />
            {step.kind === 'command' && text.includes('\n') && <Command text={text} />}
            <Why step={step} />{!looked(step) && <Output step={step} />}<Buttons step={step} next={false} />
          </>}
        </details>}
    </li>
  )
}

// Alternatives stand together, under the words "one of these"; each may have a heading of its own.
export function Steps({ steps, next }: { steps: Step[]; next: number | null }) {
  const phases: { name: string; rows: ComponentChildren[] }[] = []
  const later = useLater()
  let choice: number | null = null, option: number | null = null
  for (const step of later ? steps : steps.slice(0, FIRST.steps)) {
    const name = step.phase ?? ''
    const words = step.choice && step.choice !== choice ? 'One of these ways:' : step.choice && step.option !== option ? 'or' : ''
    if (!phases.length || phases[phases.length - 1].name !== name) phases.push({ name, rows: [] })
    const { rows } = phases[phases.length - 1]
    if (words) rows.push(<li key={`way-${step.option}`} class="or small">{words}</li>)
    if (step.choice) [choice, option] = [step.choice, step.option]
    rows.push(<StepRow key={`${step.run}/${step.line}`} step={step} next={step.line === next} later={later} />)
  }
  return <>{phases.map((phase, i) => <div key={i} class="phase">{phase.name && <h3>{phase.name}</h3>}<ul class="list">{phase.rows}</ul></div>)}</>
}

// What was found before anybody was awake: looks that have run, with what they printed.
export function Diagnosis({ steps }: { steps: Step[] }) {
  const later = useLater()
  const all = steps.filter(looked)
  const ran = later ? all : all.slice(0, FIRST.looks)
  if (ran.length === 0) return <p class="quiet">The runbook has no look that runs by itself here.</p>
  return (
    <ul class="list">
      {ran.map((step) => (
        <li key={`${step.run}/${step.line}`} class="look">
          <div class="row"><code class="oneline">{(step.runs ?? step.command).split('\n')[0]}</code>
            <span class={`mark ${bad.includes(step.state) ? 'bad' : step.state === 'succeeded' ? 'good' : ''}`}>{step.state}{step.exit_code ? `, exit ${step.exit_code}` : ''}</span></div>
          <Output step={step} />
          {step.finished_at && !step.output && <p class="small quiet">It printed nothing.</p>}
        </li>))}
    </ul>
  )
}
