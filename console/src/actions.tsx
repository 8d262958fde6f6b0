// What is to be done after incidents, with who does it and by when.
import { useState } from 'preact/hooks'
import { OnCall, post } from './api'
import { useLive } from './live'
import { mayRespond } from './me'
import { about, Act, Ask, At, Field, Link, person } from './parts'

export interface Action {
  incident: number
  item: number
  kind: string
  state: string
  priority: string
  what: string
  owner: string | null
  due_at: string | null
  file: string | null
}

const path = (action: Action) => `/api/v1/incidents/${action.incident}/actions/${action.item}`

// A moment on the clocks of this browser, as <input type=datetime-local> has it.
const local = (time: string) => new Date(Date.parse(time) - new Date(time).getTimezoneOffset() * 60000).toISOString().slice(0, 16)

// Who does it, by when, or why it is left. What was not changed is not sent.
function Change({ action, close }: { action: Action; close: () => void }) {
  const people = useLive<OnCall>('/api/v1/oncall', () => false).data?.people ?? []
  const had = { owner: action.owner ? person(action.owner) : '', due: action.due_at ? local(action.due_at) : '', priority: action.priority }
  const [owner, setOwner] = useState(had.owner)
  const [due, setDue] = useState(had.due)
  const [priority, setPriority] = useState(had.priority)
  const [dropped, setDropped] = useState(false)
  const [note, setNote] = useState('')
  const does = () => post(path(action), {
    ...(owner !== had.owner && { owner }), ...(due && due !== had.due && { due: new Date(due).toISOString() }), ...(priority !== had.priority && { priority }),
    ...(dropped && { state: 'dropped' }), ...(note && { note }),
  })
  return (
    <Ask title={action.what} yes={dropped ? 'Drop it' : 'Change it'} how={dropped ? 'bad' : 'first'} close={close} does={does}>
      <Field label="Who does it?" value={owner} set={setOwner} options={[...new Set(['', had.owner, ...people.map((one) => one.id)])]} />
      <Field label={action.kind === 'review' ? 'When is it?' : 'By when?'} type="datetime-local" value={due} set={setDue} />
      {action.kind !== 'review' && <Field label="Priority" value={priority} set={setPriority} options={['high', 'medium', 'low']} />}
      <label class="tick"><input type="checkbox" checked={dropped} onChange={(event) => setDropped(event.currentTarget.checked)} /><span>It is not to be done after all</span></label>
      <Field label="Note" hint={dropped ? 'why not' : undefined} value={note} set={setNote} required={dropped} />
    </Ask>
  )
}

export function Actions({ actions, linked, now }: { actions: Action[]; linked?: boolean; now: number }) {
  const [changed, change] = useState<Action | null>(null)
  return (
    <><ul class="list">
      {actions.map((action) => {
        const open = action.state === 'open'
        const late = open && action.due_at !== null && Date.parse(action.due_at) < now
        return (
          <li key={`${action.incident}/${action.item}`} class="clock">
            <span>
              <b>{action.what}</b> {linked && <Link to={`/incidents/${action.incident}`}>#{action.incident}</Link>}<br />
              <span class="small quiet">{action.owner ? person(action.owner) : <b class="bad">nobody has it</b>}, {action.priority}{action.due_at && <>, due <At time={action.due_at} date /></>}{action.file && `, for ${action.file}`}</span>
              {open && mayRespond() && <span class="row"><Act label={`${action.what}: done`} does={() => post(path(action), { state: 'done' })}>Done</Act>
                <Act label={`${action.what}: change`} does={() => change(action)}>Change…</Act></span>}
            </span>
            <span class={`mark ${late ? 'bad' : open ? '' : 'good'}`}>{late ? `${about(now - Date.parse(action.due_at!))} late` : action.state}</span>
          </li>
        )
      })}
    </ul>
    {changed && <Change action={changed} close={() => change(null)} />}</>
  )
}
