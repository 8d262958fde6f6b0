// Rehearsals: which are due, what was rehearsed on this server, and how one is run.
import { Clock, Incident } from './api'
import { useLive, useNow } from './live'
import { Due, IncidentRow } from './now'
import { Card, Read } from './parts'

export function Drills() {
  const now = useNow()
  const clocks = useLive<{ clocks: Clock[] }>('/api/v1/clocks', (event) => event.kind.startsWith('drill.'))
  const incidents = useLive<{ incidents: Incident[] }>('/api/v1/incidents?state=all&limit=200', (event) => event.kind.startsWith('incident.'))
  return (
    <div class="columns">
      <div>
        <Card id="drills" title="Rehearsed here">
          <Read from={incidents}>{({ incidents: all }) => {
            const rehearsed = all.filter((one) => one.drill)
            return rehearsed.length === 0 ? <p class="quiet">None of the latest incidents was a drill.</p>
              : <ul class="list">{rehearsed.map((one) => <IncidentRow key={one.number} incident={one} now={now} />)}</ul>
          }}</Read>
        </Card>
      </div>
      <div>
        <Card id="due" title="Due">
          <Read from={clocks}>{({ clocks: all }) => {
            const due = all.filter((clock) => clock.kind === 'drill')
            return due.length === 0 ? <p class="quiet">The runbooks name no date of a drill.</p> : <Due clocks={due} now={now} />
          }}</Read>
        </Card>
        <Card id="how" title="Run one">
          <p>A drill breaks a copy of a system in a place of its own, and measures until it is repaired. In the terminal:</p>
          <pre tabIndex={0}>crashcart drill list{'\n'}crashcart drill run NAME</pre>
        </Card>
      </div>
    </div>
  )
}
