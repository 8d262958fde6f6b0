// Everything that ever happened: looked for by incident, kind, person, words and time; and what proves it.
import { useState } from 'preact/hooks'
import { Event, get } from './api'
import { useLive } from './live'
import { Act, At, Card, Field, Link, person, Read, Words } from './parts'

interface Found { events: (Event & { position: number })[]; next: number | null }
interface Proof { events: number; signed: number; signed_at: string | null; checkpoint: string | null }

const fields = ['incident', 'kind', 'actor', 'text', 'from', 'to'] as const
type Search = Record<(typeof fields)[number], string>

function query(search: Search): string {
  const out = new URLSearchParams()
  for (const name of fields) {
    const value = search[name].trim()
    if (value) out.set(name, name === 'from' || name === 'to' ? new Date(value).toISOString() : value.replace(/^#/, ''))
  }
  return out.toString()
}

function asked(): Search {
  const words = new URLSearchParams(location.search)
  return Object.fromEntries(fields.map((name) => [name, words.get(name) ?? ''])) as Search
}

function Proved() {
  const live = useLive<Proof>('/api/v1/ledger/proof', () => false)
  return (
    <Card id="proof" title="Proof">
      <Read from={live}>{(proof) => (
        <>
          <p>{proof.signed.toLocaleString()} of {proof.events.toLocaleString()} events are signed{proof.signed_at && <>, the last of them <At time={proof.signed_at} date /></>}.</p>
          <p class="small quiet">Keep a checkpoint elsewhere: later it shows whether the ledger was turned back. On the server, or on any copy:</p>
          <pre tabIndex={0}>crashcart verify{'\n'}crashcart export ledger.jsonl{'\n'}crashcart verify ledger.jsonl</pre>
          {proof.checkpoint && <details><summary class="small">Newest checkpoint</summary><pre tabIndex={0}>{proof.checkpoint}</pre>
            <a class="button" download="checkpoint" href={`data:text/plain;charset=utf-8,${encodeURIComponent(proof.checkpoint)}`}>Save it</a></details>}
        </>)}
      </Read>
    </Card>
  )
}

function Rows({ events }: { events: Found['events'] }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Events">
      <table>
        <thead><tr><th>When</th><th>Where</th><th>Who</th><th>What</th></tr></thead>
        <tbody>
          {events.map((event) => (
            <tr key={event.position}>
              <td class="nowrap"><At time={event.at} date /></td>
              <td class="nowrap">{event.incident ? <Link to={`/incidents/${event.incident}`}>#{event.incident}</Link> : 'system'} <span class="quiet">{event.n}</span></td>
              <td class="nowrap">{person(event.actor)}</td>
              <td>
                <details><summary><Words text={event.summary} /> <span class="quiet">{event.kind}</span></summary>
                  <pre tabIndex={0}>{JSON.stringify(event.body, null, 1)}{'\n'}{event.hash}</pre></details>
              </td>
            </tr>))}
        </tbody>
      </table>
    </div>
  )
}

export function LedgerPage() {
  const [search, setSearch] = useState(asked)
  const [path, setPath] = useState(() => query(asked()))
  const [older, setOlder] = useState<Found | null>(null)
  const live = useLive<Found>(`/api/v1/ledger?${path}`, () => true)
  const look = (event: SubmitEvent) => {
    event.preventDefault()
    const wanted = query(search)
    history.replaceState(null, '', wanted ? `?${wanted}` : location.pathname)
    setOlder(null)
    setPath(wanted)
  }
  const set = (name: keyof Search) => (value: string) => setSearch({ ...search, [name]: value })
  return (
    <div class="columns">
      <div>
        <section class="card" aria-labelledby="ledger">
          <h1 id="ledger">Ledger</h1>
          <form class="search" onSubmit={look}>
            <Field label="Words" value={search.text} set={set('text')} />
            <Field label="Incident" value={search.incident} set={set('incident')} />
            <Field label="Kind" value={search.kind} set={set('kind')} />
            <Field label="Person" value={search.actor} set={set('actor')} />
            <Field label="From" value={search.from} set={set('from')} type="datetime-local" />
            <Field label="To" value={search.to} set={set('to')} type="datetime-local" />
            <div><button class="first">Search</button></div>
          </form>
        </section>
        <Card id="events" title="Events">
          <Read from={live}>{(found) => {
            const next = older ? older.next : found.next
            const last = found.events[found.events.length - 1]?.position ?? Infinity
            const events = [...found.events, ...(older?.events.filter((event) => event.position < last) ?? [])]
            const more = async () => {
              const got = await get<Found>(`/api/v1/ledger?${path}&before=${next}`)
              setOlder({ events: [...(older?.events ?? []), ...got.events], next: got.next })
            }
            return (
              <>
                {events.length ? <Rows events={events} /> : <p class="quiet">Nothing fits{next ? ' so far' : ''}.</p>}
                {next && <p><Act does={more}>Look further back</Act></p>}
              </>
            )
          }}</Read>
        </Card>
      </div>
      <div><Proved /></div>
    </div>
  )
}
