// What a person does with an incident as a whole. Each is a dialog: what it asks for, and what it will be on record.
import { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { OnCall, post, Refused, WholeIncident } from './api'
import { useLive } from './live'
import { Ask, Field } from './parts'
import { Drafts, Tell } from './updates'

interface Options { incident: WholeIncident; close: () => void }
const base = (incident: WholeIncident) => `/api/v1/incidents/${incident.number}`
const states = ['triggered', 'acknowledged', 'investigating', 'identified', 'monitoring', 'resolved', 'closed']

function Level({ incident, close }: Options) {
  const file = incident.procedure?.file
  const levels = useLive<{ severities: { id: string }[] }>(file ? `/api/v1/runbooks/${encodeURIComponent(file)}/understood` : null, () => false).data
  const [severity, setSeverity] = useState(incident.severity)
  const [why, setWhy] = useState('')
  return (
    <Ask title="Severity" yes="Set it" close={close} does={() => post(`${base(incident)}/severity`, { severity, why })}>
      <Field label="Level" value={severity} set={setSeverity} options={file ? [...new Set([incident.severity, ...(levels?.severities ?? []).map((level) => level.id)])] : undefined} />
      <Field label="Why?" value={why} set={setWhy} required />
      <p class="small quiet">Times and people follow the level at once, counted from when the incident was opened.</p>
    </Ask>
  )
}

function Move({ incident, close }: Options) {
  const others = states.filter((state) => state !== incident.state && state !== 'resolved')
  const [state, setState] = useState(others[others.indexOf('investigating')] ?? others[0])
  const [text, setText] = useState('')
  return (
    <Ask title="State" yes="Move it" close={close} does={() => post(`${base(incident)}/state`, { state, ...(text ? { text } : {}) })}>
      <Field label="To" hint="triggered opens it again, and pages" value={state} set={setState} options={others} />
      <Field label="Note" value={text} set={setText} />
    </Ask>
  )
}

function Role({ incident, close }: Options) {
  const people = useLive<OnCall>('/api/v1/oncall', () => false).data?.people ?? []
  const known = ['commander', 'technical-lead', 'communications-lead', 'scribe', 'expert']
  const held = incident.roles.filter((role) => !role.until)
  const [role, setRole] = useState('commander')
  const [chosen, setChosen] = useState('')
  const holder = held.find((holds) => holds.role === role)?.person
  return (
    <Ask title="Give a role, or hand it over" yes={holder ? 'Hand it over' : 'Give it'} close={close}
      does={() => post(`${base(incident)}/roles`, { role, person: chosen || null })}>
      <Field label="Role" value={role} set={setRole} options={[...new Set([...known, ...held.map((holds) => holds.role)])]} />
      <p class="small quiet">{holder ? `${holder} has it now.` : 'Nobody has it.'}</p>
      <Field label="To" hint="empty: to nobody" value={chosen} set={setChosen} options={['', ...people.map((one) => one.id)]} />
    </Ask>
  )
}

function Mute({ incident, close }: Options) {
  const [why, setWhy] = useState('')
  const [time, setTime] = useState('1h')
  if (incident.muted_until)
    return (
      <Ask title="Page again" yes="Unmute" close={close} does={() => post(`${base(incident)}/unmute`, {})}>
        <p>Muted by {incident.muted_by}: {incident.muted_why}</p>
      </Ask>)
  return (
    <Ask title="Page nobody about this for a while" yes="Mute" close={close} does={() => post(`${base(incident)}/mute`, { why, for: time })}>
      <Field label="For" value={time} set={setTime} options={['15m', '30m', '1h', '2h', '4h', '8h', '1d']} />
      <Field label="Why?" value={why} set={setWhy} required />
    </Ask>
  )
}

function Update({ incident, close }: Options) {
  const drafts = useLive<Drafts>(`${base(incident)}/updates`, () => false)
  return drafts.data || drafts.problem ? <Tell incident={incident} drafts={drafts.data} close={close} /> : null
}

function Note({ incident, close }: Options) {
  const [text, setText] = useState('')
  return (
    <Ask title="Note" yes="Add the note" close={close} does={() => post(`${base(incident)}/notes`, { text })}>
      <Field label="What happened, what was seen?" value={text} set={setText} rows={4} required />
    </Ask>
  )
}

// The first answer may be why not yet; then it is the person who knows better.
function Resolve({ incident, close }: Options) {
  const [refused, setRefused] = useState('')
  const [text, setText] = useState('')
  const open = incident.checklist.filter((item) => !item.done)
  const resolve = () => post(`${base(incident)}/resolve`, { force: refused !== '', ...(text ? { text } : {}) }).catch((thrown) => {
    if (refused || !(thrown instanceof Refused) || thrown.status !== 409) throw thrown
    setRefused(thrown.message)
    throw thrown
  })
  return (
    <Ask title="Is it over?" yes={refused ? 'Resolve all the same' : 'Resolve'} how={refused ? 'bad' : 'first'} close={close} does={resolve}>
      {open.length > 0 && <><p>Not verified yet:</p><ul>{open.map((item) => <li key={item.item}>{item.text}</li>)}</ul></>}
      {incident.alerts.firing > 0 && <p>{incident.alerts.firing} of its alerts still {incident.alerts.firing === 1 ? 'fires' : 'fire'}.</p>}
      <Field label="What helped?" value={text} set={setText} rows={2} required={refused !== ''} />
    </Ask>
  )
}

function Safety({ incident, close }: Options) {
  const [why, setWhy] = useState('')
  const to = !incident.patient_safety
  return (
    <Ask title={to ? 'Patients may be harmed' : 'Patients are not at risk'} yes={to ? 'Say so' : 'Clear it'} close={close}
      does={() => post(`${base(incident)}/patient-safety`, { patient_safety: to, why })}>
      <Field label="Why?" value={why} set={setWhy} required />
      <p class="small quiet">{to ? 'It lifts the severity, and pages those who answer for patients.' : 'No alert will set it again.'}</p>
    </Ask>
  )
}

interface Listed { file: string | null; procedures: { title: string; id: string; line: number; commands: number }[] }

function Procedure({ incident, close }: Options) {
  const listed = useLive<Listed>(`${base(incident)}/procedures`, () => false).data
  const [chosen, setChosen] = useState('')
  const titles = (listed?.procedures ?? []).map((one) => one.title)
  return (
    <Ask title="Another procedure of the runbook" yes="Add it to the run" close={close}
      does={() => post(`${base(incident)}/procedures`, { procedure: chosen || titles[0] })}>
      <Field label="Procedure" value={chosen} set={setChosen} options={titles} />
      <p class="small quiet">What only looks starts at once; all else asks.</p>
    </Ask>
  )
}

function Action({ incident, close }: Options) {
  const people = useLive<OnCall>('/api/v1/oncall', () => false).data?.people ?? []
  const [what, setWhat] = useState('')
  const [owner, setOwner] = useState('')
  const [priority, setPriority] = useState('medium')
  return (
    <Ask title="Action item" yes="Add it" close={close}
      does={() => post(`${base(incident)}/actions`, { what, priority, ...(owner ? { owner } : {}) })}>
      <Field label="What is to be done?" value={what} set={setWhat} rows={2} required />
      <Field label="By" value={owner} set={setOwner} options={['', ...people.map((one) => one.id)]} />
      <Field label="Priority" hint="7, 30 or 90 days" value={priority} set={setPriority} options={['high', 'medium', 'low']} />
    </Ask>
  )
}

// Key, whether it is always in sight, what the button says, when it is there, and what it opens.
export const acts: { key: string; often?: boolean; says: (incident: WholeIncident) => string; when?: (incident: WholeIncident) => boolean; ask: (options: Options) => JSX.Element | null }[] = [
  { key: 'n', often: true, says: () => 'Note', ask: Note },
  { key: 'u', often: true, says: () => 'Update', ask: Update },
  { key: 'l', says: () => 'Severity', when: (incident) => incident.state !== 'closed', ask: Level },
  { key: 't', says: () => 'State', when: (incident) => incident.state !== 'closed', ask: Move },
  { key: 'h', often: true, says: () => 'Hand over', ask: Role },
  { key: 'm', says: (incident) => (incident.muted_until ? 'Unmute' : 'Mute'), when: (incident) => incident.state !== 'closed', ask: Mute },
  { key: 's', says: () => 'Patient safety', ask: Safety },
  { key: 'o', says: () => 'Procedure', when: (incident) => incident.procedure !== null, ask: Procedure },
  { key: 'v', says: () => 'Action item', ask: Action },
  { key: 'x', often: true, says: () => 'Resolve', when: (incident) => incident.state !== 'resolved' && incident.state !== 'closed', ask: Resolve },
]
