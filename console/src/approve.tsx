// The yes to a command: what will run, why it asks, what it changes, how it is taken back, and who has said yes so far.
import { useState } from 'preact/hooks'
import { post, Refused, Step } from './api'
import { Ask, Field, looks, person, Words } from './parts'

export const path = (step: Step) => `/api/v1/runs/${step.run}/steps/${step.line}`

function Facts({ step }: { step: Step }) {
  const approval = step.approval
  return (
    <dl class="facts">
      <dt>Class</dt><dd><span class={`mark ${looks[step.class ?? ''] ?? ''}`}>{step.class}</span> <Words text={step.class_why ?? ''} /></dd>
      <dt>Runs</dt><dd>{step.target || "on the server's own host"}</dd>
      {approval?.changes && <><dt>Changes</dt><dd><Words text={approval.changes} /></dd></>}
      {approval && step.class !== 'read' && <><dt>Way back</dt><dd>{approval.way_back ? <Words text={approval.way_back} /> : <strong>none is known</strong>}</dd></>}
      {step.values.length > 0 && <><dt>Values</dt><dd>{step.values.map((value) => <div key={value.name}>{value.name} = <code>{value.value}</code> <span class="quiet">{person(value.by)}</span></div>)}</dd></>}
      {step.why && step.why !== step.class_why && <><dt>Waits</dt><dd><Words text={step.why} /></dd></>}
      {approval?.first_by && <><dt>Approved by</dt><dd>{person(approval.first_by)}; a second person is needed</dd></>}
    </dl>
  )
}

// One person alone may let run what wants two, or what a limit forbids; everybody who answers for it is told at once.
export function Approve({ step, close }: { step: Step; close: () => void }) {
  const [reason, setReason] = useState('')
  const [refused, setRefused] = useState(false)
  const [alone, setAlone] = useState(false)
  const approval = step.approval
  const destroys = step.class === 'destructive'
  const first = destroys && !approval?.first_by
  const approve = () => post(`${path(step)}/approve`, { sha256: approval?.sha256, ...(reason ? { reason } : {}), ...(alone ? { break_glass: true } : {}) })
    .catch((thrown) => {
      setRefused(thrown instanceof Refused && thrown.status === 409)
      throw thrown
    })
  return (
    <Ask title={destroys ? 'This may destroy something' : 'Let this run?'} close={close} how={destroys || alone ? 'bad' : 'first'}
      yes={alone ? 'Break the glass: run it' : first ? 'Yes, as the first of two' : 'Yes, run it'} does={approve}>
      <pre tabIndex={0}><code>{approval?.runs ?? step.runs ?? step.command}</code></pre>
      <Facts step={step} />
      {(destroys || refused) && (
        <label class="tick">
          <input type="checkbox" checked={alone} onChange={(event) => setAlone(event.currentTarget.checked)} />
          <span>There is no time for {destroys ? 'a second person' : 'this limit'}: I let it run alone. All others who are responsible are told at once, and it is on record.</span>
        </label>)}
      <Field label="Reason" hint={alone ? undefined : 'goes on record; needed when evidence would be lost'} value={reason} set={setReason} required={alone} />
    </Ask>
  )
}

// Values for placeholders, and which mended form to take. Nothing runs of it yet.
export function Values({ step, close }: { step: Step; close: () => void }) {
  const [values, setValues] = useState<Record<string, string>>({})
  const [repairs, setRepairs] = useState<string[]>([])
  return (
    <Ask title="What belongs into this command?" yes="Fill in" close={close}
      does={() => post(`${path(step)}/values`, { values, ...(repairs.length ? { repairs } : {}) })}>
      <pre tabIndex={0}><code>{step.command}</code></pre>
      {step.missing.map((slot) => (
        <Field key={slot.name} label={slot.name} hint={slot.type} value={values[slot.name] ?? ''} required
          set={(value) => setValues({ ...values, [slot.name]: value })} />))}
      {step.faults.map((fault) => (
        <label key={fault.code} class="tick">
          <input type="checkbox" checked={repairs.includes(fault.code)}
            onChange={(event) => setRepairs(event.currentTarget.checked ? [...repairs, fault.code] : repairs.filter((code) => code !== fault.code))} />
          <span>{fault.says}<br /><span class="small">mended: <code>{fault.repaired}</code></span></span>
        </label>))}
    </Ask>
  )
}

// What a person says with a word that ends a step: why not, or how it went.
export function Say({ step, verb, title, yes, label, needed, close }:
  { step: Step; verb: string; title: string; yes: string; label: string; needed: boolean; close: () => void }) {
  const [reason, setReason] = useState('')
  return (
    <Ask title={title} yes={yes} close={close} does={() => post(`${path(step)}/${verb}`, reason ? { reason } : {})}>
      {step.kind === 'command' ? <pre tabIndex={0}><code>{step.runs ?? step.command}</code></pre> : <p>{step.text}</p>}
      <Field label={label} value={reason} set={setReason} required={needed} rows={2} />
    </Ask>
  )
}
