// How the team does over the months, and what is still to be done after incidents.
import { useState } from 'preact/hooks'
import { post } from './api'
import { useLive, useNow } from './live'
import { about, Act, At, Card, Field, Link, person, Read } from './parts'

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
interface Spread { n: number; mean_s: number | null; median_s: number | null; p90_s: number | null }
type Group = { service: string | null; severity: string | null; month: string | null; incidents: number; resolved: number; reopened: number; response_promised: number; response_kept: number } & Record<string, unknown>

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

const spread = (group: Group, name: string) => group[name] as Spread | undefined
const time = (seconds: number | null | undefined) => (seconds === null || seconds === undefined ? '–' : about(seconds * 1000))
const HIGH = 110, WIDE = 560

// Bars of the incidents a month, and a line of the time that half of them took.
function Trend({ months }: { months: Group[] }) {
  const most = Math.max(1, ...months.map((month) => month.incidents))
  const slowest = Math.max(1, ...months.map((month) => spread(month, 'time_to_resolve')?.median_s ?? 0))
  const step = WIDE / months.length
  const points = months.map((month, i) => [i * step + step / 2, spread(month, 'time_to_resolve')?.median_s] as const).filter(([, seconds]) => typeof seconds === 'number')
  const y = (seconds: number) => HIGH - (seconds / slowest) * (HIGH - 20)
  return (
    <svg class="trend" viewBox={`0 0 ${WIDE} ${HIGH + 22}`} role="img" aria-label="Incidents and times of each month; the same stands in the table">
      {months.map((month, i) => (
        <g key={month.month}>
          <title>{month.month}: {month.incidents} incidents, half resolved within {time(spread(month, 'time_to_resolve')?.median_s)}</title>
          <rect class="who-0" x={i * step + step * 0.15} width={Math.min(step * 0.7, 60)} y={HIGH - (month.incidents / most) * (HIGH - 20)} height={(month.incidents / most) * (HIGH - 20)} rx={3} />
          <text class="quiet" x={i * step + step * 0.15} y={HIGH + 16}>{month.month?.slice(2)}</text>
        </g>))}
      {points.length > 1 && <polyline class="now" fill="none" points={points.map(([x, seconds]) => `${x},${y(seconds!)}`).join(' ')} />}
      {points.map(([x, seconds]) => <circle key={x} class="dot" cx={x} cy={y(seconds!)} r={3.5} />)}
    </svg>
  )
}

const kinds: Record<string, (group: Group) => boolean> = {
  month: (group) => group.month !== null && group.service === null && group.severity === null,
  service: (group) => group.service !== null && group.month === null && group.severity === null,
  severity: (group) => group.severity !== null && group.month === null && group.service === null,
}

function Statistics() {
  const live = useLive<{ groups: Group[] }>('/api/v1/statistics', (event) => event.kind.startsWith('incident.'))
  const [by, setBy] = useState('month')
  return (
    <Card id="trends" title="The last year" more={<a class="small" href="/api/v1/statistics?format=csv">CSV</a>}>
      <Read from={live}>{({ groups }) => {
        const months = groups.filter(kinds.month).sort((a, b) => (a.month! < b.month! ? -1 : 1))
        const rows = groups.filter(kinds[by]).sort((a, b) => (by === 'month' ? (a.month! < b.month! ? 1 : -1) : b.incidents - a.incidents))
        if (groups.length === 0) return <p class="quiet">There was no incident.</p>
        return (
          <>
            {months.length > 0 && <Trend months={months} />}
            <Field label="By" value={by} set={setBy} options={Object.keys(kinds)} />
            <div class="scroll" tabIndex={0} role="region" aria-label={`By ${by}`}>
              <table>
                <thead><tr><th>{by}</th><th>Incidents</th><th>Acknowledged, median</th><th>Resolved, median</th><th>Resolved, 90 %</th><th>In time</th></tr></thead>
                <tbody>{rows.map((group) => (
                  <tr key={String(group[by])}>
                    <td>{String(group[by]) || 'none'}</td><td>{group.incidents}</td><td class="nowrap">{time(spread(group, 'time_to_acknowledge')?.median_s)}</td>
                    <td class="nowrap">{time(spread(group, 'time_to_resolve')?.median_s)}</td><td class="nowrap">{time(spread(group, 'time_to_resolve')?.p90_s)}</td>
                    <td>{group.response_promised ? `${group.response_kept} of ${group.response_promised}` : '–'}</td>
                  </tr>))}</tbody>
              </table>
            </div>
          </>
        )
      }}</Read>
    </Card>
  )
}

export function Reviews() {
  const now = useNow(10000)
  const actions = useLive<{ actions: Action[] }>('/api/v1/actions', (event) => event.kind.startsWith('action.'))
  return (
    <div class="columns">
      <div><Statistics /></div>
      <div>
        <Card id="actions" title="Action items">
          <Read from={actions}>{({ actions: all }) => (all.length === 0 ? <p class="quiet">Nothing is left to be done.</p> : <Actions actions={all} linked now={now} />)}</Read>
        </Card>
      </div>
    </div>
  )
}
