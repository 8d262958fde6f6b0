// What is held back: silences that stand, and a new one with a look at what it would hide before it does.
import { useEffect, useState } from 'preact/hooks'
import { post, Refused, remove } from './api'
import { useLive } from './live'
import { Act, Ask, At, Card, Field, Read } from './parts'

interface Matcher { name: string; value: string; isRegex: boolean; isEqual: boolean }
interface Silence {
  id: string
  status: { state: 'active' | 'pending' | 'expired' }
  comment: string
  createdBy: string
  startsAt: string
  endsAt: string
  matchers: Matcher[]
  maintenance?: boolean
  wide?: boolean
}
interface Preview { firing: number; wide?: boolean; alerts: Record<string, string>[] }

const written = (matcher: Matcher) => `${matcher.name}${matcher.isEqual ? '=' : '!'}${matcher.isRegex ? '~' : matcher.isEqual ? '' : '='}${JSON.stringify(matcher.value)}`

// One a line: name=value, name!=value, name=~expression, name!~expression.
function parsed(text: string): Matcher[] | string {
  const out: Matcher[] = []
  for (const line of text.split('\n').map((one) => one.trim()).filter(Boolean)) {
    const found = /^([A-Za-z_][\w.]*)\s*(=~|!~|!=|=)\s*(.*)$/.exec(line)
    if (!found) return `“${line}”: write it like service=shop`
    const [, name, how, value] = found
    out.push({ name, value: value.replace(/^"(.*)"$/, '$1'), isRegex: how.endsWith('~'), isEqual: how[0] === '=' })
  }
  return out
}

const times: [string, number][] = [['30 minutes', 30], ['1 hour', 60], ['2 hours', 120], ['4 hours', 240], ['8 hours', 480], ['1 day', 1440], ['1 week', 10080]]

function Hides({ text }: { text: string }) {
  const [said, setSaid] = useState<Preview | string | null>(null)
  useEffect(() => {
    const matchers = parsed(text)
    if (typeof matchers === 'string' || matchers.length === 0) {
      setSaid(typeof matchers === 'string' ? matchers : null)
      return
    }
    let alive = true
    const timer = setTimeout(() => {
      post<Preview>('/api/v1/silences?preview=true', { matchers }).then((preview) => alive && setSaid(preview),
        (thrown) => alive && setSaid(thrown instanceof Refused ? thrown.message : 'The server does not answer.'))
    }, 250)
    return () => {
      alive = false
      clearTimeout(timer)
    }
  }, [text])
  return (
    <div role="status">
      {said === null ? <p class="quiet">What it would hide is shown here.</p> : typeof said === 'string' ? <p class="said small">{said}</p>
        : (
          <>
            {said.wide && <p class="said small">No matcher says what this hides. What is of the worst level, or may harm patients, pages all the same: name the alerts or the service to hide those.</p>}
            <p><b>{said.firing === 0 ? 'It matches nothing that fires now.' : said.firing === 1 ? 'It hides one alert that fires now:' : `It hides ${said.firing} alerts that fire now:`}</b></p>
            <ul class="small">{said.alerts.slice(0, 8).map((labels, i) => <li key={i}><b>{labels.alertname}</b> {Object.entries(labels).filter(([name]) => name !== 'alertname').map(([name, value]) => `${name}=${value}`).join(' ')}</li>)}</ul>
          </>)}
    </div>
  )
}

function Make({ again }: { again: () => void }) {
  const [text, setText] = useState('')
  const [comment, setComment] = useState('')
  const [time, setTime] = useState('2 hours')
  const [maintenance, setMaintenance] = useState(false)
  const [refused, setRefused] = useState('')
  const make = async () => {
    const matchers = parsed(text)
    setRefused('')
    if (typeof matchers === 'string') return setRefused(matchers)
    const minutes = times.find(([name]) => name === time)![1]
    await post('/api/v1/silences', { matchers, comment, startsAt: new Date().toISOString(), endsAt: new Date(Date.now() + minutes * 60000).toISOString(), ...(maintenance && { maintenance }) })
    setText('')
    setComment('')
    again()
  }
  return (
    <Card id="make" title="New silence">
      <form onSubmit={(event) => event.preventDefault()}>
        <Field label="Alerts with these labels" hint="one a line: service=shop, alertname=~Disk.*" value={text} set={setText} rows={3} />
        <Hides text={text} />
        <Field label="Why?" value={comment} set={setComment} />
        <Field label="For" value={time} set={setTime} options={times.map(([name]) => name)} />
        <label class="tick"><input type="checkbox" checked={maintenance} onChange={(event) => setMaintenance(event.currentTarget.checked)} />
          <span>It is maintenance: incidents open and are on record, and page nobody until it ends</span></label>
        {refused && <p class="said small" role="alert">{refused}</p>}
        <div><Act how="first" disabled={!text.trim() || !comment.trim()} does={make}>{maintenance ? 'Begin maintenance' : 'Silence'}</Act></div>
      </form>
    </Card>
  )
}

function Row({ silence, again }: { silence: Silence; again: () => void }) {
  const [sure, setSure] = useState(false)
  const over = silence.status.state === 'expired'
  return (
    <li class="look">
      <div class="head">
        <span><span class={`mark ${silence.status.state === 'active' ? 'warn' : ''}`}>{silence.status.state}</span> {silence.maintenance && <span class="mark">maintenance</span>} {silence.wide && <span class="mark warn" title="No matcher says what it hides: the worst level pages all the same.">wide</span>} <b>{silence.comment}</b></span>
        <span class="small quiet">{silence.createdBy}, {over ? 'ended' : 'until'} <At time={silence.endsAt} date /></span>
      </div>
      <div class="labels">{silence.matchers.map((matcher) => <code key={written(matcher)}>{written(matcher)}</code>)}</div>
      {!over && <p><Act does={() => setSure(true)}>End it…</Act></p>}
      {sure && (
        <Ask title="End this silence" yes="End it" close={() => setSure(false)} does={async () => {
          await remove(`/api/v1/silences/${silence.id}`)
          again()
        }}>
          <p>{silence.comment}: {silence.matchers.map(written).join(', ')}. Alerts that it hides and that still fire page at once.</p>
        </Ask>)}
    </li>
  )
}

export function Silences() {
  const live = useLive<Silence[]>('/api/v1/silences', (event) => event.kind.startsWith('silence.'))
  return (
    <div class="columns">
      <div>
        <section class="card" aria-labelledby="silences">
          <h1 id="silences">Silences</h1>
          <Read from={live}>{(silences) => {
            const standing = silences.filter((one) => one.status.state !== 'expired')
            const over = silences.filter((one) => one.status.state === 'expired').slice(0, 50)
            return (
              <>
                {standing.length === 0 ? <p class="quiet">Nothing is silenced.</p> : <ul class="list">{standing.map((one) => <Row key={one.id} silence={one} again={live.again} />)}</ul>}
                {over.length > 0 && <details><summary class="small quiet">Ended</summary><ul class="list">{over.map((one) => <Row key={one.id} silence={one} again={live.again} />)}</ul></details>}
              </>
            )
          }}</Read>
        </section>
      </div>
      <div><Make again={live.again} /></div>
    </div>
  )
}
