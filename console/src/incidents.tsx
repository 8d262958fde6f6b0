// Every incident there was, the newest first, page by page.
import { useState } from 'preact/hooks'
import { get, Incident } from './api'
import { useLive, useNow } from './live'
import { IncidentRow, Incidents } from './now'
import { Act, Read } from './parts'

const PAGE = 100

export function AllIncidents() {
  const now = useNow(10000)
  const [open, setOpen] = useState(new URLSearchParams(location.search).get('state') === 'open')
  const [older, setOlder] = useState<Incident[]>([])
  const [more, setMore] = useState(true)
  const path = `/api/v1/incidents?state=${open ? 'open' : 'all'}&limit=${PAGE}`
  const live = useLive<Incidents>(path, (event) => event.kind.startsWith('incident.'))
  const show = (only: boolean) => {
    setOpen(only)
    setOlder([])
    setMore(true)
    history.replaceState(null, '', only ? '?state=open' : location.pathname)
  }
  return (
    <Read from={live}>{({ incidents }) => {
      const all = [...incidents, ...older.filter((one) => one.number < (incidents[incidents.length - 1]?.number ?? 0))]
      const next = async () => {
        const answer = await get<Incidents>(`${path}&before=${all[all.length - 1].number}`)
        setOlder(all.slice(incidents.length).concat(answer.incidents))
        setMore(answer.incidents.length === PAGE)
      }
      return (
        <section class="card" aria-labelledby="incidents">
          <div class="head">
            <h1 id="incidents">Incidents</h1>
            <label class="tick"><input type="checkbox" checked={open} onChange={(event) => show(event.currentTarget.checked)} /><span>open only</span></label>
          </div>
          {all.length === 0 ? <p class="quiet">There is none.</p>
            : <ul class="list">{all.map((incident) => <IncidentRow key={incident.number} incident={incident} now={now} />)}</ul>}
          {more && incidents.length === PAGE && <Act does={next}>Older</Act>}
        </section>
      )
    }}</Read>
  )
}
