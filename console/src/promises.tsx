// What Crashcart promises of itself, and how far it was kept.
import { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { post } from './api'
import { useLive } from './live'
import { mayRespond } from './me'
import { Act, At, Card, Link, Read, span } from './parts'

interface Promised { id: string; aim: number; within_s: number | null; kept: number; of: number; p99_s: number | null }

// A row a promise: what it is called, what it says, how it is kept, and what to do when it is not.
const told: Record<string, { title: string; says: (within: string) => string; how: ComponentChildren; missed: ComponentChildren; none: string; unit: string }> = {
  alerts: {
    title: 'An alert is on disk, and answered soon', says: (within) => `within ${within} of its first byte`,
    how: 'No alert is answered before it is on disk, however long that takes; measured is how long its sender waits.',
    missed: <>The disk or the store is slow: look at <code>crashcart_commit_seconds</code> and run <code>crashcart doctor</code>.</>, none: 'No alert has come since the start.', unit: 'requests with alerts',
  },
  pages: {
    title: 'A page leaves in time', says: (within) => `a channel took it within ${within}`,
    how: 'From the decision to page until the channel took it, with all attempts. A way that does not work counts as missed.',
    missed: <>A channel did not take pages: the timelines say which; below stands which ways are proved.</>, none: 'Nobody was paged since the start.', unit: 'pages',
  },
  updates: {
    title: 'An update goes out in time', says: () => 'every period that a runbook promises has one',
    how: 'Each update that was told, and each period that went by without the one promised.',
    missed: <>Who leads communication is reminded when one is due. What is due now stands under <Link to="/clocks">Clocks</Link>.</>, none: 'No update was due since the start.', unit: 'updates',
  },
  ways: {
    title: 'Every way of reaching people is proved', says: () => 'a test arrived there, or a page did',
    how: 'Each contact of each person in the configuration.',
    missed: <>Test those below that are not proved, or all with <code>crashcart channel test</code>.</>, none: 'The configuration names nobody to page.', unit: 'ways',
  },
}

const part = (value: number) => `${(Math.floor(value * 100000) / 1000).toLocaleString([], { maximumFractionDigits: value < .99 ? 1 : 3 })}\u00a0%`

function Row({ promised }: { promised: Promised }) {
  const words = told[promised.id]
  const within = promised.within_s === null ? '' : promised.within_s < 1 ? `${promised.within_s} s` : span(promised.within_s)
  const kept = promised.of === 0 ? null : promised.kept / promised.of
  const holds = kept === null || kept >= promised.aim
  return (
    <Card id={promised.id} title={words.title}>
      <p class="small quiet">{words.says(within)}; aim {part(promised.aim)}</p>
      {kept === null ? <p>{words.none}</p> : (
        <>
          <p class="figure"><span class={`mark ${holds ? 'good' : 'bad'}`}>{holds ? 'kept' : 'not kept'}</span><b class={holds ? '' : 'bad'}>{part(kept)}</b> <span class="quiet">{promised.kept.toLocaleString()} of {promised.of.toLocaleString()} {words.unit}</span></p>
          <meter min={0} max={1} value={kept} low={promised.aim} high={promised.aim} optimum={1} aria-label={`${words.title}: ${part(kept)}`} />
          {promised.p99_s !== null && <p class="small quiet">99 % within {promised.p99_s < 1 ? `${promised.p99_s * 1000} ms` : span(promised.p99_s)}</p>}
        </>)}
      <p class="small quiet">{words.how}</p>
      {!holds && <p class="small said">{words.missed}</p>}
    </Card>
  )
}

interface Way { person: string; channel: string; state: string; detail: string | null; asked_at: string | null; held_at: string | null }

const states: Record<string, [string, string]> = { holds: ['good', 'proved'], failed: ['bad', 'does not work'], asked: ['warn', 'asked'], unproved: ['warn', 'not proved'] }

// Each way of reaching each person, those that are not proved first, with a test of each.
function Ways() {
  const live = useLive<{ channels: Way[] }>('/api/v1/channels', (event) => /^(channel|page|site)\./.test(event.kind))
  const test = (way: Way) => post('/api/v1/channels/test', { person: way.person, channel: way.channel }).then(live.again)
  return (
    <Read from={live}>{({ channels }) => channels.length > 0 && (
      <Card id="reached" title="Ways of reaching people" more={mayRespond() && <Act label="Test all ways" does={() => post('/api/v1/channels/test', {}).then(live.again)}>Test all</Act>}>
        <p class="small quiet">A test says that it is one, and asks for nothing.</p>
        <div class="scroll" tabIndex={0} role="region" aria-label="Ways of reaching people">
          <table class="stacked">
            <thead><tr><th>Person</th><th>By</th><th>State</th><th>Proved</th><th></th></tr></thead>
            <tbody>{[...channels].sort((a, b) => Number(a.state === 'holds') - Number(b.state === 'holds')).map((way, i) => (
              <tr key={i}>
                <td class="nowrap"><b>{way.person}</b></td><td class="nowrap">{way.channel}</td>
                <td class="nowrap"><span class={`mark ${states[way.state]?.[0] ?? ''}`}>{states[way.state]?.[1] ?? way.state}</span> {way.detail && <span class="quiet">{way.detail}</span>}</td>
                <td class="nowrap">{way.held_at ? <At time={way.held_at} date /> : <span class="quiet">never</span>}</td>
                <td class="nowrap">{mayRespond() && <Act label={`Test ${way.channel} of ${way.person}`} does={() => test(way)}>Test</Act>}</td>
              </tr>))}</tbody>
          </table>
        </div>
      </Card>)}
    </Read>
  )
}

export function Promises() {
  const live = useLive<{ since: string; promises: Promised[] }>('/api/v1/promises', (event) => /^(alert|page|update|channel)\./.test(event.kind))
  useEffect(() => {
    const timer = setInterval(live.again, 30000)
    return () => clearInterval(timer)
  }, [])
  return (
    <Read from={live}>{({ since, promises }) => (
      <>
        <section class="card" aria-labelledby="promises">
          <h1 id="promises">Promises</h1>
          <p>What Crashcart promises of itself, and how far it was kept since the server started, <At time={since} date />.</p>
          <p class="small quiet">Longer than that Prometheus remembers: <a href="/metrics">/metrics</a> has the same figures.</p>
        </section>
        <div class="even two">{promises.map((one) => <Row key={one.id} promised={one} />)}</div>
        <Ways />
      </>)}
    </Read>
  )
}
