// How the team does over the months, and what is still to be done after incidents.
import { useEffect, useState } from 'preact/hooks'
import { Action, Actions } from './actions'
import { Chart, colour } from './chart'
import { useLive, useNow } from './live'
import { about, Card, Field, Read } from './parts'

interface Spread { n: number; mean_s: number | null; median_s: number | null; p90_s: number | null }
type Group = { service: string | null; severity: string | null; month: string | null; incidents: number; resolved: number; reopened: number; response_promised: number; response_kept: number } & Record<string, unknown>

const spread = (group: Group, name: string) => group[name] as Spread | undefined
const says = (seconds: number) => (seconds <= 1 ? '≤ 1 s' : seconds < 60 ? `${Math.ceil(seconds)} s` : about(seconds * 1000))
const time = (seconds: number | null | undefined) => (seconds === null || seconds === undefined ? '–' : says(seconds))
const times: [name: string, label: string, short: string][] = [
  ['time_to_detect', 'to detect', 'MTTD'], ['time_to_acknowledge', 'to acknowledge', 'MTTA'], ['time_to_resolve', 'to resolve', 'MTTR'],
]
const ofs: Record<string, keyof Spread> = { median: 'median_s', '90th percentile': 'p90_s', mean: 'mean_s' }

// What each month's incidents took, and how many there were. Seconds and days are on one chart, so each step up is ten times as much.
function Trend({ months, of }: { months: Group[]; of: keyof Spread }) {
  const at = (group: Group) => Date.parse(`${group.month}-01T00:00:00Z`) / 1000
  const lines = times.map(([name, label, short]) => ({
    name: `${label} (${short})`,
    points: months.map((group) => [at(group), spread(group, name)?.[of]]).filter((point): point is [number, number] => typeof point[1] === 'number').map(([x, y]): [number, number] => [x, Math.max(1, y)]),
  }))
  const named = lines.filter((line) => line.points.length > 0)
  return (
    <>
      {named.length > 0 && <>
        <Chart label="Times to detect, acknowledge and resolve of each month; the same stands in the table below" lines={lines} months steps says={says} />
        <ul class="legend small">{lines.map((line, i) => line.points.length > 0 && (
          <li key={line.name}><svg width="14" height="10" aria-hidden="true"><rect y="3" width="14" height="4" rx="2" fill={`var(${colour(i)})`} /></svg> {line.name} <b>{says(line.points[line.points.length - 1][1])}</b></li>))}</ul></>}
      <h3>Incidents a month</h3>
      <Chart label="Incidents of each month; the same stands in the table below" lines={[{ name: 'incidents', points: months.map((group): [number, number] => [at(group), group.incidents]) }]} months bars height={120} />
    </>
  )
}

const kinds: Record<string, (group: Group) => boolean> = {
  month: (group) => group.month !== null && group.service === null && group.severity === null,
  service: (group) => group.service !== null && group.month === null && group.severity === null,
  severity: (group) => group.severity !== null && group.month === null && group.service === null,
}

const EVERY = 'all'

function Table({ rows, by, of }: { rows: Group[]; by: string; of: keyof Spread }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={`By ${by}`}>
      <table class="stacked named">
        <thead><tr><th>{by[0].toUpperCase() + by.slice(1)}</th><th>Incidents</th>{times.map(([name, label]) => <th key={name}>{label[0].toUpperCase() + label.slice(1)}</th>)}<th>Taken in time</th></tr></thead>
        <tbody>{rows.map((group) => (
          <tr key={String(group[by])}>
            <td class={by === 'month' ? 'nowrap' : 'anywhere'}>{String(group[by]) || 'none'}</td><td data-head="Incidents">{group.incidents.toLocaleString()}</td>
            {times.map(([name, label]) => <td key={name} data-head={label[0].toUpperCase() + label.slice(1)}>{time(spread(group, name)?.[of])}</td>)}
            <td data-head="Taken in time">{group.response_promised ? `${group.response_kept} of ${group.response_promised}` : '–'}</td>
          </tr>))}</tbody>
      </table>
    </div>
  )
}

function Statistics() {
  const asked = new URLSearchParams(location.search)
  const [service, setService] = useState(asked.get('service') ?? EVERY)
  const [severity, setSeverity] = useState(asked.get('severity') ?? EVERY)
  const [of, setOf] = useState('median')
  const [by, setBy] = useState('month')
  const wanted = new URLSearchParams({ ...(service !== EVERY && { service }), ...(severity !== EVERY && { severity }) }).toString()
  const all = useLive<{ groups: Group[] }>('/api/v1/statistics', (event) => event.kind.startsWith('incident.'))
  const some = useLive<{ groups: Group[] }>(wanted ? `/api/v1/statistics?${wanted}` : null, (event) => event.kind.startsWith('incident.'))
  const live = wanted ? some : all
  useEffect(() => history.replaceState(null, '', wanted ? `?${wanted}` : location.pathname), [wanted])
  const named = (kind: string) => [...new Set([EVERY, ...(all.data?.groups.filter(kinds[kind]).map((group) => String(group[kind])) ?? [])])].filter(Boolean)
  return (
    <section class="card" aria-labelledby="reviews">
      <div class="head"><h1 id="reviews">Reviews</h1><a class="small" href={`/api/v1/statistics?format=csv${wanted && `&${wanted}`}`}>CSV</a></div>
      <Read from={all}>{() => all.data!.groups.length === 0 ? <p class="quiet">No incident within the last year. What was resolved is measured here.</p> : (
        <>
          <form class="search" onSubmit={(event) => event.preventDefault()}>
            <Field label="Service" value={service} set={setService} options={named('service')} />
            <Field label="Severity" value={severity} set={setSeverity} options={named('severity')} />
            <Field label="Times" value={of} set={setOf} options={Object.keys(ofs)} />
            <Field label="Table by" value={by} set={setBy} options={Object.keys(kinds)} />
          </form>
          <Read from={live}>{({ groups }) => {
            const months = groups.filter(kinds.month).sort((a, b) => (a.month! < b.month! ? -1 : 1))
            const rows = groups.filter(kinds[by]).sort((a, b) => (by === 'month' ? (a.month! < b.month! ? 1 : -1) : b.incidents - a.incidents))
            return groups.length === 0 ? <p class="quiet">There was none of these within the last year.</p> : <><Trend months={months} of={ofs[of]} /><Table rows={rows.slice(0, 200)} by={by} of={ofs[of]} /></>
          }}</Read>
        </>)}</Read>
    </section>
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
