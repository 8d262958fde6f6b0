// What models get and answer, held against their references over time: drift by feature and segment, and the scores.
import { useEffect, useState } from 'preact/hooks'
import { Chart, colour, Line } from './chart'
import { useLive } from './live'
import { about, At, Card, Field, Link, Read } from './parts'

interface Check { id: string; kind: string; alert: string; service: string | null; every_s: number; above: number | null; state: string; looked_at: string | null; says: string | null }
interface Series { kind: string; feature: string | null; segment: string | null; points: [number, number][] }

const MAJOR = 0.2, MODERATE = 0.1, SHOWN = 6
const ALL = 'all rows'
const spans: Record<string, number> = { '2 days': 2, '2 weeks': 14, '3 months': 90, '1 year': 366 }
const scores: Record<string, string> = { auprc: 'AUPRC', ece: 'ECE', brier: 'Brier', precision: 'Precision', recall: 'Recall' }
const states: Record<string, string> = { bad: 'bad', error: 'bad', pending: 'warn', well: 'good' }

const last = (series: Series | undefined) => series?.points[series.points.length - 1]?.[1]
const band = (psi: number) => (psi >= MAJOR ? 'bad' : psi >= MODERATE ? 'warn' : 'good')
const segmentOf = (series: Series) => series.segment ?? ALL

function Legend({ lines }: { lines: Line[] }) {
  return (
    <ul class="legend small">
      {lines.map((line, i) => (
        <li key={line.name}><svg width="14" height="10" aria-hidden="true"><rect y="3" width="14" height="4" rx="2" fill={`var(${colour(i)})`} /></svg> {line.name} <b>{line.points[line.points.length - 1][1].toFixed(3)}</b></li>))}
    </ul>
  )
}

// Features down, segments across: the newest index of each, the worst feature first.
function Heat({ psi, chosen, choose }: { psi: Series[]; chosen: string; choose: (segment: string) => void }) {
  const segments = [...new Set(psi.map(segmentOf))].sort((a, b) => (a === ALL ? -1 : b === ALL ? 1 : a.localeCompare(b)))
  const worst = new Map<string, number>()
  for (const series of psi) worst.set(series.feature!, Math.max(worst.get(series.feature!) ?? 0, last(series) ?? 0))
  const features = [...worst].sort((a, b) => b[1] - a[1]).map(([name]) => name)
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Drift now, by feature and segment">
      <table class="heat">
        <thead><tr><th>Feature</th>{segments.map((segment) => (
          <th key={segment}><button type="button" class="tiny" aria-pressed={segment === chosen} onClick={() => choose(segment)}>{segment}</button></th>))}</tr></thead>
        <tbody>{features.map((feature) => (
          <tr key={feature}><th scope="row">{feature}</th>{segments.map((segment) => {
            const value = last(psi.find((series) => series.feature === feature && segmentOf(series) === segment))
            return <td key={segment}>{value === undefined ? <span class="quiet">–</span> : <span class={`mark ${band(value)}`}>{value.toFixed(3)}</span>}</td>
          })}</tr>))}</tbody>
      </table>
    </div>
  )
}

function Watched({ check, days }: { check: Check; days: number }) {
  const [segment, setSegment] = useState('')
  const live = useLive<{ series: Series[] }>(`/api/v1/checks/${encodeURIComponent(check.id)}/measures?days=${days}`, (event) => event.kind.startsWith('alert.'))
  useEffect(() => {
    const timer = setInterval(live.again, 60000)
    return () => clearInterval(timer)
  }, [])
  const from = Date.now() / 1000 - days * 86400
  return (
    <Read from={live}>{({ series }) => {
      const psi = series.filter((one) => one.kind === 'psi')
      const worst = [...psi].sort((a, b) => (last(b) ?? 0) - (last(a) ?? 0))[0]
      const chosen = segment || (worst ? segmentOf(worst) : ALL)
      const lines = psi.filter((one) => segmentOf(one) === chosen).sort((a, b) => (last(b) ?? 0) - (last(a) ?? 0)).slice(0, SHOWN)
        .map((one) => ({ name: one.feature!, points: one.points }))
      const scored = series.filter((one) => scores[one.kind]).map((one) => ({ name: scores[one.kind], points: one.points }))
      if (series.length === 0)
        return <Card id="none" title="Nothing was measured in this time"><p class="quiet">A look is kept when it is done; the next is within {about(check.every_s * 1000)}.</p></Card>
      return (
        <>
          {psi.length > 0 && (
            <Card id="drift" title={`Drift of ${chosen}`} more={<span class="small quiet">population stability index; {check.above === null ? `${MAJOR} is major` : `it alerts above ${check.above}`}</span>}>
              <Chart label={`Drift of ${chosen} over time; the newest values stand in the table below`} lines={lines} limits={[check.above ?? MAJOR]} from={from} />
              <Legend lines={lines} />
              <h3>Now, by feature and segment</h3>
              <Heat psi={psi} chosen={chosen} choose={setSegment} />
            </Card>)}
          {scored.length > 0 && (
            <Card id="scores" title="How good the scores were" more={<span class="small quiet">of the rows whose truth is known</span>}>
              <Chart label="AUPRC, ECE and others over time; the newest values stand below" lines={scored} from={from} />
              <Legend lines={scored} />
            </Card>)}
        </>
      )
    }}</Read>
  )
}

export function Models() {
  const live = useLive<{ checks: Check[] }>('/api/v1/checks', (event) => event.kind.startsWith('alert.') || event.kind.startsWith('site.'))
  const asked = new URLSearchParams(location.search)
  const [id, setId] = useState(asked.get('check') ?? '')
  const [time, setTime] = useState(asked.get('time') ?? '2 weeks')
  const address = (check: string, over: string) => history.replaceState(null, '', `?${new URLSearchParams({ check, time: over })}`)
  return (
    <Read from={live}>{({ checks }) => {
      const models = checks.filter((one) => one.kind === 'drift')
      const check = models.find((one) => one.id === id) ?? models.find((one) => one.state === 'bad') ?? models[0]
      if (!check)
        return (
          <Card id="models" title="Model watch">
            <p>No model is watched. A check of the kind <code>drift</code> holds what a model gets and answers against a reference:</p>
            <pre tabIndex={0}>{'checks:\n  - id: triage-drift\n    alert: ModelDrift\n    every: 1h\n    above: 0.2\n    drift: {profile: /srv/may.profile, current: /srv/today.csv}'}</pre>
          </Card>)
      return (
        <>
          <section class="card" aria-labelledby="models">
            <div class="head"><h1 id="models">Model watch</h1>
              <span class="row"><span class={`mark ${states[check.state] ?? ''}`}>{check.state}</span>{check.looked_at && <span class="small quiet">looked <At time={check.looked_at} date /></span>}</span></div>
            <form class="search" onSubmit={(event) => event.preventDefault()}>
              <Field label="Check" value={check.id} set={(value) => { setId(value); address(value, time) }} options={models.map((one) => one.id)} />
              <Field label="Over" value={spans[time] ? time : '2 weeks'} set={(value) => { setTime(value); address(check.id, value) }} options={Object.keys(spans)} />
            </form>
            {check.says && <p class="small quiet">{check.says}</p>}
            <p class="small quiet">It alerts as {check.alert}{check.service && ` of ${check.service}`}. All checks stand under <Link to="/checks">Checks</Link>.</p>
          </section>
          <Watched key={check.id} check={check} days={spans[time] ?? 14} />
        </>
      )
    }}</Read>
  )
}
