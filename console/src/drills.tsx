// Rehearsals: which are due, how the last ones went, and how one is run.
import { useState } from 'preact/hooks'
import { Clock, Event, Incident, post } from './api'
import { useLive, useNow } from './live'
import { IncidentRow } from './now'
import { about, Act, Ask, At, Card, Field, person, Read, Source } from './parts'

interface Result {
  verdict: string
  name: string
  score: number
  seconds: number
  failed_steps: string[]
  by_hand: string[]
  lacks: string[]
  why: string | null
}

// What `crashcart drill run --json` printed, in words that stand on record.
function told(result: Result): string {
  const lists: [string, string[]][] = [['failed', result.failed_steps ?? []], ['by hand', result.by_hand ?? []], ['the runbook lacks', result.lacks ?? []]]
  return [
    `${result.name}: ${result.verdict === 'pass' ? 'passed' : 'not passed'}, score ${result.score}, ${Math.round(result.seconds)} s${result.why ? ` (${result.why})` : ''}`,
    ...lists.filter(([, items]) => items.length).map(([word, items]) => `${word}: ${items.join('; ')}`),
  ].join('\n')
}

function Held({ clock, close }: { clock: Clock; close: () => void }) {
  const [text, setText] = useState('')
  const [problem, setProblem] = useState('')
  const read = async (input: HTMLInputElement) => {
    const chosen = input.files?.[0]
    setProblem('')
    try {
      if (chosen) setText(told(JSON.parse(await chosen.text()) as Result))
    } catch {
      setProblem('This is not what crashcart drill run --json prints.')
    }
  }
  return (
    <Ask title={`${clock.what}: it was held`} yes="Put on record" close={close} does={() => post(`/api/v1/clocks/${clock.clock}/done`, { text })}>
      <label><span>Result <span class="quiet small">what <code>crashcart drill run NAME --json</code> printed, if there is a file of it</span></span>
        <input type="file" accept=".json" onChange={(event) => void read(event.currentTarget)} /></label>
      {problem && <p class="said small" role="alert">{problem}</p>}
      <Field label="How did it go?" value={text} set={setText} rows={5} required />
      <p class="small quiet">The next one is counted from now.</p>
    </Ask>
  )
}

function Dates({ clocks, now }: { clocks: Clock[]; now: number }) {
  const [held, setHeld] = useState<Clock | null>(null)
  return (
    <>
      <ul class="list">
        {clocks.map((clock) => {
          const left = Date.parse(clock.due_at) - now
          return (
            <li key={clock.clock} class="look">
              <div class="head"><b>{clock.what.replace(/_/g, ' ')}</b><span class={`mark ${left < 0 ? 'bad' : left < 7 * 86400000 ? 'warn' : ''}`}>{left < 0 ? `${about(left)} late` : `in ${about(left)}`}</span></div>
              <p class="small quiet"><At time={clock.due_at} date />{clock.rule && !clock.rule.startsWith('FREQ=') && ` · ${clock.rule}`} · <Source file={clock.file} line={clock.line} /></p>
              <Act label={`${clock.what}: it was held`} does={() => setHeld(clock)}>It was held…</Act>
            </li>)
        })}
      </ul>
      {held && <Held clock={held} close={() => setHeld(null)} />}
    </>
  )
}

function Results() {
  const live = useLive<{ events: (Event & { position: number })[] }>('/api/v1/ledger?kind=drill.done&limit=50', (event) => event.kind === 'drill.done')
  return (
    <Card id="results" title="Last results">
      <Read from={live}>{({ events }) => (events.length === 0 ? <p class="quiet">None is on record.</p>
        : <ul class="list">{events.map((event) => (
          <li key={event.position} class="look">
            <div class="head"><b>{String(event.body.what ?? event.summary).replace(/_/g, ' ')}</b><span class="small quiet">{person(event.actor)}, <At time={event.at} date /></span></div>
            {event.body.file ? <Source file={String(event.body.file)} line={Number(event.body.line ?? 1)} /> : null}
            {event.body.text ? <pre tabIndex={0} class="output">{String(event.body.text)}</pre> : null}
          </li>))}</ul>)}
      </Read>
    </Card>
  )
}

export function Drills() {
  const now = useNow(10000)
  const clocks = useLive<{ clocks: Clock[] }>('/api/v1/clocks', (event) => event.kind.startsWith('drill.'))
  const incidents = useLive<{ incidents: Incident[] }>('/api/v1/incidents?state=all&limit=200', (event) => event.kind.startsWith('incident.'))
  return (
    <div class="columns">
      <div>
        <section class="card" aria-labelledby="drills">
          <h1 id="drills">Drills</h1>
          <Read from={clocks}>{({ clocks: all }) => {
            const due = all.filter((clock) => clock.kind === 'drill')
            return due.length === 0 ? <p class="quiet">The runbooks name no date and no rhythm of a drill. A line like “Next drill: 2027-01-15” does.</p> : <Dates clocks={due} now={now} />
          }}</Read>
        </section>
        <Results />
      </div>
      <div>
        <Card id="how" title="Run one">
          <p class="small">A drill breaks a stand-in of a system in a place of its own, and measures until it is well again. In the terminal:</p>
          <pre tabIndex={0}>crashcart drill due{'\n'}crashcart drill run NAME --json{'\n'}crashcart drill tabletop RUNBOOK.md</pre>
        </Card>
        <Card id="rehearsed" title="Rehearsed on this server">
          <Read from={incidents}>{({ incidents: all }) => {
            const rehearsed = all.filter((one) => one.drill)
            return rehearsed.length === 0 ? <p class="quiet">None of the latest incidents was a drill.</p>
              : <ul class="list">{rehearsed.map((one) => <IncidentRow key={one.number} incident={one} now={now} />)}</ul>
          }}</Read>
        </Card>
      </div>
    </div>
  )
}
