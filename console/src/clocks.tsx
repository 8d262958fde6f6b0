// Everything that a runbook promises and that is due, of all incidents, and the dates that come again.
import { Clock, post } from './api'
import { useLive, useNow } from './live'
import { what } from './now'
import { Act, At, Card, length, Link, Read, Source } from './parts'

const done = ['follow-up', 'phase', 'maintenance', 'drill']

function Rows({ clocks, now }: { clocks: Clock[]; now: number }) {
  return (
    <ul class="list">
      {clocks.map((clock) => {
        const left = Date.parse(clock.due_at) - now
        return (
          <li key={`${clock.incident}/${clock.clock}`} class="clock">
            <span>
              <b>{what(clock)}</b>
              {clock.incident && <> · <Link to={`/incidents/${clock.incident}`}>#{clock.incident}</Link></>}
              <br /><span class="small quiet">{clock.kind}, <At time={clock.due_at} date /> · <Source file={clock.file} line={clock.line} />{clock.rule && ` · “${clock.rule}”`}</span>
              {clock.incident && done.includes(clock.kind) && <> <Act label={`${clock.what}: done`} does={() => post(`/api/v1/incidents/${clock.incident}/clocks/${clock.clock}/done`, {})}>Done</Act></>}
            </span>
            <b class={`mark ${left < 0 ? 'bad' : left < 300000 ? 'warn' : ''}`}>{left < 0 ? `${length(left)} late` : `in ${length(left)}`}</b>
          </li>
        )
      })}
    </ul>
  )
}

export function ClocksPage() {
  const now = useNow()
  const live = useLive<{ clocks: Clock[] }>('/api/v1/clocks', (event) => !event.kind.startsWith('alert.'))
  return (
    <Read from={live}>{({ clocks }) => {
      const running = clocks.filter((clock) => clock.incident !== null)
      const recurring = clocks.filter((clock) => clock.incident === null)
      const late = running.filter((clock) => Date.parse(clock.due_at) < now)
      const next = running.filter((clock) => Date.parse(clock.due_at) >= now)
      return (
        <>
          <h1>Clocks</h1>
          {late.length > 0 && <Card id="late" title="Late"><Rows clocks={late} now={now} /></Card>}
          <Card id="next" title="Due">{next.length ? <Rows clocks={next} now={now} /> : <p class="quiet">No incident waits for anything.</p>}</Card>
          <Card id="again" title="Again and again">{recurring.length ? <Rows clocks={recurring} now={now} /> : <p class="quiet">The runbooks name no maintenance and no drill by date.</p>}</Card>
        </>
      )
    }}</Read>
  )
}
