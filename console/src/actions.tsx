// What is to be done after incidents, with who does it and by when.
import { post } from './api'
import { about, Act, At, Link, person } from './parts'

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

export function Actions({ actions, linked, now }: { actions: Action[]; linked?: boolean; now: number }) {
  return (
    <ul class="list">
      {actions.map((action) => {
        const open = action.state === 'open'
        const late = open && action.due_at !== null && Date.parse(action.due_at) < now
        return (
          <li key={`${action.incident}/${action.item}`} class="clock">
            <span>
              <b>{action.what}</b> {linked && <Link to={`/incidents/${action.incident}`}>#{action.incident}</Link>}<br />
              <span class="small quiet">{action.owner ? person(action.owner) : <b class="bad">nobody has it</b>}, {action.priority}{action.due_at && <>, due <At time={action.due_at} date /></>}{action.file && `, for ${action.file}`}</span>
              {open && <> <Act label={`${action.what}: done`} does={() => post(`/api/v1/incidents/${action.incident}/actions/${action.item}`, { state: 'done' })}>Done</Act></>}
            </span>
            <span class={`mark ${late ? 'bad' : open ? '' : 'good'}`}>{late ? `${about(now - Date.parse(action.due_at!))} late` : action.state}</span>
          </li>
        )
      })}
    </ul>
  )
}
