// The frame around the pages, and which page a path is.
import { ComponentChildren, render } from 'preact'
import { useEffect, useLayoutEffect, useState } from 'preact/hooks'
import { askEarly, forgetEarly, get, post, Refused, remove } from './api'
import { Checks } from './checks'
import { ClocksPage } from './clocks'
import { Drills } from './drills'
import { IncidentPage } from './incident'
import { AllIncidents } from './incidents'
import { Keys, places } from './keys'
import { LedgerPage } from './ledger'
import { useConnected, useLive } from './live'
import { iAm, Session } from './me'
import { Models } from './models'
import { Incidents, Now } from './now'
import { OnCallPage } from './oncall'
import { Card, Link } from './parts'
import { Promises } from './promises'
import { Reviews } from './reviews'
import { RunbookPage } from './runbook'
import { Runbooks } from './runbooks'
import { Settings } from './settings'
import { Silences } from './silences'

function SignIn({ done }: { done: (session: Session) => void }) {
  const [said, setSaid] = useState('')
  const [provider, setProvider] = useState<{ provider: string | null; at: string | null }>()
  useEffect(() => { get<typeof provider>('/api/v1/sign-in').then(setProvider, () => { /* a password does it */ }) }, [])
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const secret = String(form.get('secret'))
    const proof = /^[0-9a-f]{64}$/.test(secret) ? { token: secret } : { password: secret, code: form.get('code') }
    try {
      done(await post<Session>('/api/v1/session', { person: form.get('person'), ...proof }))
    } catch (thrown) {
      setSaid(thrown instanceof Refused ? thrown.message : 'The server does not answer.')
    }
  }
  return (
    <main class="sign-in">
      <div class="card">
        <h1>Crashcart</h1>
        {provider?.at && <p><a class="button first" href={provider.at}>Sign in by {provider.provider}</a></p>}
        <form onSubmit={submit}>
          <label>Who are you? (as in the configuration: ana)<input name="person" autoComplete="username" autoCapitalize="off" required /></label>
          <label>Password, or the administrator's token
            <input name="secret" type="password" autoComplete="current-password" required /></label>
          <label>Code of your authenticator, if you have one
            <input name="code" inputMode="numeric" autoComplete="one-time-code" maxLength={6} /></label>
          {said && <p class="said" role="alert">{said}</p>}
          <button class="first">Sign in</button>
        </form>
      </div>
    </main>
  )
}

// A row a page: what its path looks like, what it draws, what the window is called.
const pages: [RegExp, (part: string) => ComponentChildren, (part: string) => string][] = [
  [/^\/incidents\/(\d+)$/, (part) => <IncidentPage key={part} number={Number(part)} />, (part) => `#${part}`],
  [/^\/incidents()$/, () => <AllIncidents />, () => 'Incidents'],
  [/^\/runbooks\/(.+)$/, (part) => <RunbookPage key={part} file={decodeURIComponent(part)} />, (part) => decodeURIComponent(part)],
  [/^\/runbooks()$/, () => <Runbooks />, () => 'Runbooks'],
  [/^\/oncall()$/, () => <OnCallPage />, () => 'On call'],
  [/^\/silences()$/, () => <Silences />, () => 'Silences'],
  [/^\/clocks()$/, () => <ClocksPage />, () => 'Clocks'],
  [/^\/checks()$/, () => <Checks />, () => 'Checks'],
  [/^\/models()$/, () => <Models />, () => 'Model watch'],
  [/^\/drills()$/, () => <Drills />, () => 'Drills'],
  [/^\/reviews()$/, () => <Reviews />, () => 'Reviews'],
  [/^\/ledger()$/, () => <LedgerPage />, () => 'Ledger'],
  [/^\/promises()$/, () => <Promises />, () => 'Promises'],
  [/^\/settings()$/, () => <Settings />, () => 'Settings'],
  [/^\/()$/, () => <Now />, () => ''],
]

function Nowhere() {
  return <Card id="nowhere" title="There is no such page"><Link to="/">Now</Link></Card>
}

function Page({ path, open }: { path: string; open: number }) {
  const page = pages.find(([pattern]) => pattern.test(path))
  const part = page?.[0].exec(path)?.[1] ?? ''
  const title = page?.[2](part)
  useEffect(() => {
    document.title = `${open ? `(${open}) ` : ''}${title ? `${title} · ` : ''}Crashcart`
  }, [title, open])
  return page ? <>{page[1](part)}</> : <Nowhere />
}

const within = (path: string, place: string) => (place === '/' ? path === '/' : path.startsWith(place))

function Frame({ person, signOut }: { person: string; signOut: () => void }) {
  const [path, setPath] = useState(location.pathname)
  const connected = useConnected()
  const open = useLive<Incidents>('/api/v1/incidents?state=open&limit=1', (event) => event.kind.startsWith('incident.')).data?.open ?? 0
  useEffect(() => {
    const moved = () => setPath(location.pathname)
    addEventListener('popstate', moved)
    return () => removeEventListener('popstate', moved)
  }, [])
  useEffect(() => document.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' }), [path])
  return (
    <>
      <a class="skip" href="#main">To the page</a>
      <header class="bar">
        <img src="/console/icon.svg" alt="" />
        <nav aria-label="Main">
          {places.filter(([, place]) => pages.some(([pattern]) => pattern.test(place))).map(([, place, name]) => (
            <Link key={place} to={place} current={within(path, place)}>{name}{place === '/' && open > 0 && <span class="count">{open > 99 ? '99+' : open}</span>}</Link>))}
        </nav>
        <span class="small quiet who">{person}</span>
        <button type="button" onClick={signOut}>Sign out</button>
      </header>
      {!connected && <div class="offline" role="status">Not connected: what you see may be old. It is tried again all the time.</div>}
      <main id="main"><Page path={path} open={open} /></main>
      <Keys />
    </>
  )
}

function Away({ again }: { again: () => void }) {
  useEffect(() => {
    const timer = setInterval(again, 3000)
    return () => clearInterval(timer)
  }, [])
  return <main class="sign-in"><div class="card"><h1>The server does not answer</h1><p>It is tried again every three seconds. In the terminal: <code>crashcart incident list</code></p></div></main>
}

function Console() {
  const [person, setPerson] = useState<string | null | undefined>(undefined)
  const [away, setAway] = useState(false)
  const signedIn = (session: Session) => {
    iAm(session)
    setPerson(session.person)
  }
  const ask = () => {
    get<Session>('/api/v1/session').then((session) => {
      setAway(false)
      signedIn(session)
    }, (thrown) => {
      forgetEarly()
      setAway(!(thrown instanceof Refused))
      if (thrown instanceof Refused) setPerson(null)
    })
  }
  useLayoutEffect(ask, [])
  if (away) return <Away again={ask} />
  if (person === undefined) return null
  if (person === null) return <SignIn done={signedIn} />
  return <Frame person={person} signOut={() => void remove('/api/v1/session').then(() => setPerson(null))} />
}

const first = /^\/incidents\/\d+$/.test(location.pathname) ? `/api/v1${location.pathname}` : null
askEarly(['/api/v1/session', ...(first ? [first, `${first}/steps`, `${first}/timeline?after=0`] : [])])
if ('serviceWorker' in navigator && isSecureContext) void navigator.serviceWorker.register('/service-worker.js').catch(() => {})
render(<Console />, document.getElementById('console')!)
