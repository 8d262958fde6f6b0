// The team's runbooks, and which alerts lead to them.
import { useState } from 'preact/hooks'
import { Clock, Event, post } from './api'
import { useLive, useNow } from './live'
import { about, At, Card, Link, Read, said as why, Source } from './parts'

interface Listed { runbooks: { file: string; title: string; procedures: number; severities: number }[]; refused: { file: string; why: string }[] }
interface Place { file: string; line: number; heading: string; why: string | null }
interface Coverage {
  alerts: { alert: string; file: string; line: number; procedure_is: string; procedure: Place | null; nearest: Place | null; has_severity: boolean }[]
  unreached: { file: string; line: number; title: string }[]
  overdue: { file: string; line: number; what: string; due: string }[]
  unreadable: string[]
  counts: { alerts: number; without_procedure: number; weak: number; without_severity: number }
}

const states: Record<string, [string, string]> = { none: ['bad', 'no procedure'], weak: ['warn', 'not sure'], sure: ['good', 'sure'] }
const worst = ['none', 'weak', 'sure']

function Found({ coverage }: { coverage: Coverage }) {
  const { counts } = coverage
  return (
    <div role="status">
      <p class="row"><span class="mark good">{counts.alerts - counts.without_procedure - counts.weak} sure</span>
        {counts.weak > 0 && <span class="mark warn">{counts.weak} not sure</span>}
        {counts.without_procedure > 0 && <span class="mark bad">{counts.without_procedure} without a procedure</span>}
        {counts.without_severity > 0 && <span class="mark warn">{counts.without_severity} without a severity</span>}</p>
      {coverage.unreadable.map((line) => <p key={line} class="said small">{line}</p>)}
      <div class="scroll" tabIndex={0} role="region" aria-label="Alerts and their procedures">
        <table>
          <thead><tr><th>Alert</th><th>Leads to</th><th></th></tr></thead>
          <tbody>{[...coverage.alerts].sort((a, b) => worst.indexOf(a.procedure_is) - worst.indexOf(b.procedure_is)).map((one, i) => {
            const place = one.procedure ?? one.nearest
            return (
              <tr key={i}>
                <td><b>{one.alert}</b> <span class="quiet">line {one.line}</span>{!one.has_severity && <> <span class="mark warn">no severity</span></>}</td>
                <td>{place ? <>{!one.procedure && <span class="quiet">nearest: </span>}{place.heading} <Source file={place.file} line={place.line} /></> : <span class="quiet">nothing near</span>}</td>
                <td><span class={`mark ${states[one.procedure_is]?.[0] ?? ''}`}>{states[one.procedure_is]?.[1] ?? one.procedure_is}</span></td>
              </tr>)
          })}</tbody>
        </table>
      </div>
      {coverage.unreached.length > 0 && (
        <details><summary class="small">{coverage.unreached.length} procedures that none of these alerts leads to</summary>
          <ul class="list">{coverage.unreached.map((one) => <li key={one.file + one.line} class="small look">{one.title} <Source file={one.file} line={one.line} /></li>)}</ul></details>)}
      {coverage.overdue.map((one) => <p key={one.file + one.line} class="small"><b class="bad">Overdue</b>: {one.what}, {one.due} <Source file={one.file} line={one.line} /></p>)}
    </div>
  )
}

function Covers({ found, setFound }: { found: Coverage | null; setFound: (found: Coverage) => void }) {
  const [problem, setProblem] = useState('')
  const read = async (input: HTMLInputElement) => {
    const chosen = input.files?.[0]
    if (!chosen) return
    setProblem('')
    try {
      setFound(await post<Coverage>('/api/v1/coverage', { name: chosen.name, rules: await chosen.text() }))
    } catch (thrown) {
      setProblem(why(thrown))
    }
    input.value = ''
  }
  return (
    <Card id="coverage" title="Does every alert have an answer?">
      <label><span class="small quiet">A file of alerting rules, as Prometheus and its operator read them. It is read and forgotten.</span>
        <input type="file" accept=".yml,.yaml,.rules,.json" aria-label="A file of alerting rules" onChange={(event) => void read(event.currentTarget)} /></label>
      {problem && <p class="said small" role="alert">{problem}</p>}
      {found && <Found coverage={found} />}
    </Card>
  )
}

// How many alerts lead to it, and how many of its procedures they reach, once a file of rules was read.
function Covered({ runbook, coverage }: { runbook: Listed['runbooks'][number]; coverage: Coverage | null }) {
  if (!coverage) return null
  const lines = coverage.alerts.filter((one) => one.procedure?.file === runbook.file).map((one) => one.procedure?.line)
  return <>{lines.length} of {coverage.counts.alerts} alerts lead here, to {new Set(lines).size} of {runbook.procedures} procedures · </>
}

// The newest rehearsal on record, and the next that is due.
function Rehearsed({ file, drills, clocks, now }: { file: string; drills: Event[]; clocks: Clock[]; now: number }) {
  const last = drills.find((event) => event.body.file === file)
  const due = clocks.find((clock) => clock.kind === 'drill' && clock.file === file)
  const left = due ? Date.parse(due.due_at) - now : 0
  return (
    <>
      {last ? <>last drill <At time={last.at} date /></> : 'no drill on record'}
      {due && <>, {left < 0 ? <b class="bad">{about(left)} late</b> : `the next in ${about(left)}`}</>}
    </>
  )
}

export function Runbooks() {
  const now = useNow(60000)
  const [coverage, setCoverage] = useState<Coverage | null>(null)
  const drills = useLive<{ events: Event[] }>('/api/v1/ledger?kind=drill.done&limit=200', (event) => event.kind === 'drill.done').data
  const clocks = useLive<{ clocks: Clock[] }>('/api/v1/clocks', (event) => event.kind.startsWith('drill.') || event.kind.startsWith('site.')).data
  const live = useLive<Listed>('/api/v1/runbooks', (event) => event.kind.startsWith('site.') || event.kind.startsWith('runbook.'))
  return (
    <div class="columns">
      <div>
        <section class="card" aria-labelledby="runbooks">
          <h1 id="runbooks">Runbooks</h1>
          <Read from={live}>{(data) => (
            <>
              {data.runbooks.length === 0 && <p class="quiet">The runbook folder is empty: put a Markdown file into it.</p>}
              <ul class="list">
                {data.runbooks.map((runbook) => (
                  <li key={runbook.file}>
                    <Link to={`/runbooks/${encodeURIComponent(runbook.file)}`} class="incident">
                      <strong>{runbook.title || runbook.file}</strong>
                      <span class="quiet small">{runbook.procedures} procedures, {runbook.severities} levels</span>
                      <span class="quiet small"><Covered runbook={runbook} coverage={coverage} />{drills && clocks && <Rehearsed file={runbook.file} drills={drills.events} clocks={clocks.clocks} now={now} />}</span>
                      <span class="quiet small">{runbook.file}</span>
                    </Link>
                  </li>))}
                {data.refused.map((refused) => <li key={refused.file} class="said">{refused.file}: {refused.why}</li>)}
              </ul>
            </>)}
          </Read>
        </section>
      </div>
      <div><Covers found={coverage} setFound={setCoverage} /></div>
    </div>
  )
}
