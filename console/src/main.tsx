// The frame around the pages, and which page a path is.
import { ComponentChildren, render } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { askEarly, forgetEarly, get, post, Refused, remove, take, whenSignedOut } from './api'
import { afterFrame, frameIsWhole, useLater } from './frame'
import { IncidentPage } from './incident'
import { AllIncidents } from './incidents'
import { Keys, places } from './keys'
import { Lazy } from './lazy'
import { again, useConnected, useLive } from './live'
import { iAm, Session } from './me'
import { Incidents, Now } from './now'
import { Card, Link } from './parts'
import { tellPresence } from './presence'

function SignInForm({ who, again, done }: { who?: string; again?: boolean; done: (session: Session) => void }) {
  const [said, setSaid] = useState('')
  const [provider, setProvider] = useState<{ provider: string | null; at: string | null }>()
  useEffect(() => { get<typeof provider>('/api/v1/sign-in').then(setProvider, () => { /* a password does it */ }) }, [])
  // Over a page that is kept, the provider has a tab of its own; who comes back from it is signed in here, too.
  const comeBack = () => {
    const seen = () => {
      if (document.hidden) return
      removeEventListener('focus', seen)
      get<Session>('/api/v1/session').then(done, () => {})
    }
    if (who) addEventListener('focus', seen)
  }
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
    <>
      {provider?.at && <p><a class="button first" href={`${provider.at}?${again ? 'again=1&' : ''}to=${encodeURIComponent(location.pathname + location.search + location.hash)}`} target={who ? '_blank' : undefined} onClick={comeBack}>Sign in by {provider.provider}</a></p>}
      <form onSubmit={submit}>
        <label>Who are you? (as in the configuration: ana)<input name="person" autoComplete="username" autoCapitalize="off" defaultValue={who} required /></label>
        <label>Password, or the administrator's token
          <input name="secret" type="password" autoComplete="current-password" required /></label>
        <label>Code of your authenticator, if you have one
          <input name="code" inputMode="numeric" autoComplete="one-time-code" maxLength={6} /></label>
        {said && <p class="said" role="alert">{said}</p>}
        <button class="first">Sign in</button>
      </form>
    </>
  )
}

const SignIn = ({ done }: { done: (session: Session) => void }) => <main class="sign-in"><div class="card"><h1>Crashcart</h1><SignInForm done={done} /></div></main>

// Over a page that is kept as it was, and hidden: what somebody was writing is not lost.
function SignInAgain({ who, why, done, close }: { who: string; why?: string; done: (session: Session) => void; close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null
    dialog.current?.showModal()
    dialog.current?.querySelector<HTMLElement>('[name=secret]')?.focus()
    return () => before?.focus()
  }, [])
  return (
    <dialog ref={dialog} class="ask" aria-labelledby="again" onCancel={(event) => {
      event.preventDefault()
      if (why) close()
    }}>
      <h1 id="again">{why ? 'Is it you?' : 'You are signed out'}</h1>
      <p>{why ?? 'Nobody was at this page for half an hour, or the session was ended. What you were writing is still there.'}</p>
      <SignInForm who={who} again={!!why} done={done} />
      {why && <div class="row end"><button type="button" onClick={close}>Cancel</button></div>}
    </dialog>
  )
}

// A row a page: what its path looks like, what draws it, what the window is called. What is not needed at night comes when it is gone to.
const pages: [RegExp, (part: string) => ComponentChildren, (part: string) => string][] = [
  [/^\/incidents\/(\d+)$/, (part) => <IncidentPage key={part} number={Number(part)} />, (part) => `#${part}`],
  [/^\/incidents()$/, () => <AllIncidents />, () => 'Incidents'],
  [/^\/runbooks\/(.+)$/, (part) => <Lazy key={part} from={() => import('./runbook')} draw={(all) => <all.RunbookPage file={decodeURIComponent(part)} />} />, (part) => decodeURIComponent(part)],
  [/^\/runbooks()$/, () => <Lazy key="runbooks" from={() => import('./runbooks')} draw={(all) => <all.Runbooks />} />, () => 'Runbooks'],
  [/^\/oncall()$/, () => <Lazy key="oncall" from={() => import('./oncall')} draw={(all) => <all.OnCallPage />} />, () => 'On call'],
  [/^\/silences()$/, () => <Lazy key="silences" from={() => import('./silences')} draw={(all) => <all.Silences />} />, () => 'Silences'],
  [/^\/clocks()$/, () => <Lazy key="clocks" from={() => import('./clocks')} draw={(all) => <all.ClocksPage />} />, () => 'Clocks'],
  [/^\/checks()$/, () => <Lazy key="checks" from={() => import('./checks')} draw={(all) => <all.Checks />} />, () => 'Checks'],
  [/^\/models()$/, () => <Lazy key="models" from={() => import('./models')} draw={(all) => <all.Models />} />, () => 'Model watch'],
  [/^\/drills()$/, () => <Lazy key="drills" from={() => import('./drills')} draw={(all) => <all.Drills />} />, () => 'Drills'],
  [/^\/reviews()$/, () => <Lazy key="reviews" from={() => import('./reviews')} draw={(all) => <all.Reviews />} />, () => 'Reviews'],
  [/^\/ledger()$/, () => <Lazy key="ledger" from={() => import('./ledger')} draw={(all) => <all.LedgerPage />} />, () => 'Ledger'],
  [/^\/promises()$/, () => <Lazy key="promises" from={() => import('./promises')} draw={(all) => <all.Promises />} />, () => 'Promises'],
  [/^\/settings()$/, () => <Lazy key="settings" from={() => import('./settings')} draw={(all) => <all.Settings />} />, () => 'Settings'],
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

// "Europe/Berlin (UTC+1)": what every time of the page is of.
function here(): string {
  const minutes = -new Date().getTimezoneOffset(), hours = Math.floor(Math.abs(minutes) / 60), rest = Math.abs(minutes) % 60
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  return minutes === 0 && zone === 'UTC' ? zone : `${zone} (UTC${minutes < 0 ? '−' : '+'}${hours}${rest ? `:${String(rest).padStart(2, '0')}` : ''})`
}

function Frame({ person, signOut }: { person: string; signOut: () => void }) {
  const [path, setPath] = useState(location.pathname)
  const connected = useConnected()
  const later = useLater()
  const open = useLive<Incidents>(later ? '/api/v1/incidents?state=open&limit=1' : null, (event) => event.kind.startsWith('incident.')).data?.open ?? 0
  useEffect(() => {
    const moved = () => setPath(location.pathname)
    addEventListener('popstate', moved)
    return () => removeEventListener('popstate', moved)
  }, [])
  useEffect(() => afterFrame(() => document.querySelector('nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' })), [path, open > 0]) // the count moves the others aside
  return (
    <>
      <a class="skip" href="#main">To the page</a>
      <header class="bar">
        <svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="7" /><path d="M4 17h6l3-8 5 15 3-7h7" /></svg>
        <nav aria-label="Main">
          {places.filter(([, place]) => pages.some(([pattern]) => pattern.test(place))).map(([, place, name]) => (
            <Link key={place} to={place} current={within(path, place)}>{name}{place === '/' && open > 0 && <span class="count">{open > 99 ? '99+' : open}</span>}</Link>))}
        </nav>
        <span class="small quiet who">{person}</span>
        <button type="button" onClick={signOut}>Sign out</button>
      </header>
      {!connected && <div class="offline" role="status">Not connected: what you see may be old. It is tried again all the time.</div>}
      <main id="main"><Page path={path} open={open} /></main>
      {later && <footer class="small quiet">Times of {here()}</footer>}
      {later && <Keys />}
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
  const [person, setPerson] = useState<string | null | undefined>(() => {
    const session = take<Session>('/api/v1/session')
    return session ? iAm(session) : undefined
  })
  const [away, setAway] = useState(false)
  const [out, setOut] = useState<{ why?: string } | null>(null)
  const signedIn = (session: Session) => {
    setOut(null)
    setPerson(iAm(session))
  }
  const signedInAgain = (session: Session) => {
    if (session.person !== person) return location.reload()
    signedIn(session)
    again()
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
  useLayoutEffect(() => {
    whenSignedOut((why) => setOut({ why }))
    if (person === undefined) ask()
  }, [])
  if (away) return <Away again={ask} />
  if (person === undefined) return null
  if (person === null) return <SignIn done={signedIn} />
  return (
    <>
      <div hidden={out !== null}><Frame person={person} signOut={() => void remove('/api/v1/session').then(() => setPerson(null))} /></div>
      {out && <SignInAgain who={person} why={out.why} done={signedInAgain} close={() => setOut(null)} />}
    </>
  )
}

const incident = /^\/incidents\/\d+$/.test(location.pathname) ? `/api/v1${location.pathname}` : null
askEarly(['/api/v1/session', ...(incident ? [incident, `${incident}/steps`] : [])])
if (!incident) frameIsWhole()
const root = document.getElementById('console')!
const begin = () => render(<Console />, root)
// What the page has brought drawn already (src/api/console_head.c) is on the screen before the rest is worked on; where the
// script came later than the first frame, there is nothing to wait for.
const isShown = () => performance.getEntriesByName('first-contentful-paint').length > 0
if (root.firstChild && !document.hidden && !isShown()) requestAnimationFrame(() => setTimeout(begin))
else begin()
afterFrame(() => {
  tellPresence()
  if ('serviceWorker' in navigator && isSecureContext) void navigator.serviceWorker.register('/service-worker.js').catch(() => {})
})
