// What the program looks at by itself, and what each look has found last.
import { useEffect } from 'preact/hooks'
import { useLive, useNow } from './live'
import { about, At, Card, Link, Read, span, Words } from './parts'

interface Check {
  id: string
  kind: string
  line: number
  alert: string
  service: string | null
  severity: string | null
  every_s: number
  for_s: number
  above: number | null
  below: number | null
  state: string
  alerts: string[]
  since: string | null
  looked_at: string | null
  value: number | null
  says: string | null
}

const limit = (check: Check) => [check.above !== null && `above ${check.above}`, check.below !== null && `below ${check.below}`].filter(Boolean).join(' or ')
const figure = (value: number) => value.toLocaleString([], { maximumSignificantDigits: 5 })

function Row({ check, now }: { check: Check; now: number }) {
  const how = check.alerts.length ? 'bad' : check.state === 'error' ? 'warn' : check.state === 'well' ? 'good' : ''
  return (
    <tr>
      <td><b>{check.id}</b><br /><span class="quiet">{check.kind === 'drift' ? <Link to={`/models?check=${encodeURIComponent(check.id)}`}>drift over time</Link> : check.kind}{check.service && `, ${check.service}`}</span></td>
      <td data-head="State"><span class={`mark ${how}`}>{check.state}</span></td>
      <td data-head="Found">{check.value !== null && <b>{figure(check.value)} </b>}{check.says && <Words text={check.says} />}</td>
      <td data-head="Bad when">{limit(check) || 'not as it should be'}{check.for_s > 0 && ` for ${span(check.for_s)}`}<br /><span class="quiet">{check.alert}</span></td>
      <td data-head="Looked">{check.looked_at ? <>{about(now - Date.parse(check.looked_at))} ago<br /></> : 'not yet'}{check.since && <span class="quiet">since <At time={check.since} date /></span>}</td>
      <td data-head="Every">{span(check.every_s)}</td>
    </tr>
  )
}

export function Checks() {
  const now = useNow(10000)
  const live = useLive<{ checks: Check[] }>('/api/v1/checks', (event) => event.kind.startsWith('alert.') || event.kind.startsWith('site.'))
  useEffect(() => {
    const timer = setInterval(live.again, 5000)
    return () => clearInterval(timer)
  }, [])
  return (
    <Read from={live}>{({ checks }) => {
      const worst = [...checks].sort((a, b) => b.alerts.length - a.alerts.length || a.line - b.line)
      return (
        <Card id="checks" title="Checks" more={checks.length > 0 && <span class="small quiet">{checks.filter((check) => check.alerts.length).length} of {checks.length} are bad</span>}>
          {checks.length === 0 ? <p class="quiet">None is configured: <code>crashcart suggest</code> writes those that the limits of your runbooks ask for.</p> : (
            <div class="scroll" tabIndex={0} role="region" aria-label="Checks">
              <table class="stacked named">
                <thead><tr><th>Check</th><th>State</th><th>Found</th><th>Bad when</th><th>Looked</th><th>Every</th></tr></thead>
                <tbody>{worst.map((check) => <Row key={check.id} check={check} now={now} />)}</tbody>
              </table>
            </div>)}
        </Card>
      )
    }}</Read>
  )
}
