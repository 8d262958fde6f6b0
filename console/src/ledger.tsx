// Everything that ever happened: looked for by incident, kind, person, words and time; and what proves it.
import { useEffect, useState } from 'preact/hooks'
import { Event, get, post } from './api'
import { useLive } from './live'
import { mayRespond } from './me'
import { Act, At, Card, Field, Link, person, Read, said as why, Words } from './parts'

interface Found { events: (Event & { position: number })[]; next: number | null }
interface Proof { events: number; signed: number; signed_at: string | null; checkpoint: string | null }
interface Proving {
  state: string
  began_at: string | null
  ended_at: string | null
  against_checkpoint: boolean
  problem: string | null
  proof: { fits: boolean; first_bad: string | null; streams: number; events: number; signed_events: number; checkpoints: number; signed_by: string | null } | null
}

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

const many = (n: number, what: string) => `${n.toLocaleString()} ${what}${n === 1 ? '' : 's'}`

// "incident/4 event 7: ..." leads to the incident.
function Broken({ where }: { where: string }) {
  const incident = /^incident\/(\d+) (.*)$/.exec(where)
  return <p class="said" role="alert"><b>The ledger is broken.</b> {incident ? <><Link to={`/incidents/${incident[1]}`}>#{incident[1]}</Link> {incident[2]}</> : where}<br />
    <span class="small">Keep a copy of the data folder as it is, and compare it with a backup (<code>crashcart verify</code>).</span></p>
}

function Result({ proving }: { proving: Proving }) {
  const { proof } = proving
  if (proving.state === 'never') return <p class="small quiet">It was not verified since the server started.</p>
  if (proving.state === 'running') return <p role="status">Reading every event{proving.began_at && <>, since <At time={proving.began_at} /></>}…</p>
  if (proving.problem) return <p class="said" role="alert">{proving.problem}</p>
  if (!proof) return null
  if (!proof.fits) return <Broken where={proof.first_bad ?? ''} />
  return (
    <div role="status">
      <p><span class="mark good">everything fits</span> {proving.ended_at && <At time={proving.ended_at} date />}</p>
      <p class="small">{many(proof.events, 'event')} in {many(proof.streams, 'stream')}: every hash fits.{' '}
        {proof.checkpoints ? <>{many(proof.signed_events, 'event')} signed by <code>{proof.signed_by}</code>, {many(proof.checkpoints, 'checkpoint')}.</> : 'No checkpoint is signed yet.'}
        {proving.against_checkpoint && ' The checkpoint that you gave fits, too: nothing before it was taken back.'}</p>
    </div>
  )
}

function Verified() {
  const [proving, setProving] = useState<Proving | null>(null)
  const [problem, setProblem] = useState('')
  const running = proving?.state === 'running'
  const look = () => get<Proving>('/api/v1/ledger/verify').then(setProving, (thrown) => setProblem(why(thrown)))
  useEffect(() => void look(), [])
  useEffect(() => {
    if (!running) return
    const timer = setInterval(look, 400)
    return () => clearInterval(timer)
  }, [running])
  const verify = async (checkpoint?: string) => {
    setProblem('')
    setProving(await post<Proving>('/api/v1/ledger/verify', checkpoint === undefined ? {} : { checkpoint }))
  }
  const against = async (input: HTMLInputElement) => {
    const chosen = input.files?.[0]
    if (chosen) await verify(await chosen.text()).catch((thrown) => setProblem(why(thrown)))
    input.value = ''
  }
  return (
    <Card id="verify" title="Verify" more={mayRespond() && <Act shortcut="v" disabled={running} does={() => verify()}>Verify now</Act>}>
      {proving ? <Result proving={proving} /> : !problem && <p class="quiet">Reading…</p>}
      {problem && <p class="said small" role="alert">{problem}</p>}
      {mayRespond() && (
        <label><span class="small quiet">Against a checkpoint that was kept elsewhere: it shows whether the ledger was turned back.</span>
          <input type="file" disabled={running} aria-label="A checkpoint that was kept elsewhere" onChange={(event) => void against(event.currentTarget)} /></label>)}
    </Card>
  )
}

function Exported({ search }: { search: Search }) {
  const incident = search.incident.trim().replace(/^#/, ''), since = search.from
  const part = new URLSearchParams({ ...(/^\d+$/.test(incident) && { incident }), ...(since && { since: new Date(since).toISOString() }) }).toString()
  return (
    <Card id="export" title="Export">
      <p class="small quiet">JSON lines with every hash and checkpoint: whoever has the file can verify it without this server, by <code>crashcart verify FILE</code>.</p>
      <p class="row"><a class="button" download="ledger.jsonl" href="/api/v1/ledger/export">All of it</a>
        {part && <a class="button" download="ledger-part.jsonl" href={`/api/v1/ledger/export?${part}`}>{/^\d+$/.test(incident) ? `Only #${incident}` : 'Only'}{since && ' from that time on'}</a>}</p>
    </Card>
  )
}

function Proved() {
  const live = useLive<Proof>('/api/v1/ledger/proof', () => false)
  return (
    <Card id="proof" title="Signed">
      <Read from={live}>{(proof) => (
        <>
          <p>{proof.signed.toLocaleString()} of {proof.events.toLocaleString()} events are signed{proof.signed_at && <>, the last of them <At time={proof.signed_at} date /></>}.</p>
          <p class="small quiet">Keep a checkpoint elsewhere: later it shows whether the ledger was turned back.</p>
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
      <table class="stacked">
        <thead><tr><th>When</th><th>Where</th><th>Who</th><th>What</th></tr></thead>
        <tbody>
          {events.map((event) => (
            <tr key={event.position}>
              <td class="nowrap"><At time={event.at} date /></td>
              <td class="nowrap">{event.incident ? <Link to={`/incidents/${event.incident}`}>#{event.incident}</Link> : 'system'} <span class="quiet">{event.n}</span></td>
              <td class="nowrap">{person(event.actor)}</td>
              <td class="anywhere">
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
      <div><Verified /><Proved /><Exported search={search} /></div>
    </div>
  )
}
