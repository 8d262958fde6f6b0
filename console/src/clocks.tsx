// Everything that a runbook promises and that is due, of all incidents, and the dates that come again.
import { Clock, post } from './api'
import { useLive, useNow } from './live'
import { mayRespond } from './me'
import { what } from './now'
import { Act, At, Card, length, Link, Read, Source } from './parts'

// A drill is told with its result, on the page of drills.
const done = ['follow_up', 'phase', 'escalation', 'maintenance']
const named = (kind: string) => kind.replace(/_/g, ' ')

const units: Record<string, string> = { DAILY: 'day', WEEKLY: 'week', MONTHLY: 'month', YEARLY: 'year' }
const days: Record<string, string> = { MO: 'Monday', TU: 'Tuesday', WE: 'Wednesday', TH: 'Thursday', FR: 'Friday', SA: 'Saturday', SU: 'Sunday' }

// "FREQ=MONTHLY;INTERVAL=3" as "every 3 months"; what says more than that stays as it is.
function again(rule: string): string {
  const parts = new Map(rule.split(';').map((part) => part.split('=') as [string, string]))
  const unit = units[parts.get('FREQ') ?? ''], n = Number(parts.get('INTERVAL') ?? 1), on = parts.get('BYDAY')?.split(',')
  const known = [...parts.keys()].every((name) => ['FREQ', 'INTERVAL', 'BYDAY'].includes(name)) && (!on || (unit === 'week' && on.every((day) => days[day])))
  if (!unit || !known) return `“${rule}”`
  return `every ${n > 1 ? `${n} ${unit}s` : unit}${on ? ` on ${on.map((day) => days[day]).join(', ')}` : ''}`
}

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
              <br /><span class="small quiet">{named(clock.kind)}, <At time={clock.due_at} date /> · <Source file={clock.file} line={clock.line} />{clock.rule && ` · ${again(clock.rule)}`}</span>
              {done.includes(clock.kind) && mayRespond() && <> <Act label={`${clock.what}: done`} does={() => post(`/api/v1/${clock.incident ? `incidents/${clock.incident}/` : ''}clocks/${clock.clock}/done`, {})}>Done</Act></>}
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
