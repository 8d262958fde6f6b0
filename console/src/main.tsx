import { render } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { get, post, Refused, remove } from './api'
import { IncidentPage } from './incident'
import { useConnected } from './live'
import { Now } from './now'
import { go, Link } from './parts'
import { RunbookPage, Runbooks } from './runbooks'

function SignIn({ done }: { done: (person: string) => void }) {
  const [said, setSaid] = useState('')
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    try {
      done((await post<{ person: string }>('/api/v1/session', { person: form.get('person'), token: form.get('token') })).person)
    } catch (thrown) {
      setSaid(thrown instanceof Refused ? thrown.message : 'The server does not answer.')
    }
  }
  return (
    <main class="sign-in">
      <div class="card">
        <h1>Crashcart</h1>
        <form onSubmit={submit}>
          <label>Who are you? (as in the configuration: ana)<input name="person" autoComplete="username" autoCapitalize="off" required /></label>
          <label>Token<input name="token" type="password" autoComplete="current-password" required /></label>
          {said && <p class="said" role="alert">{said}</p>}
          <button class="first">Sign in</button>
        </form>
      </div>
    </main>
  )
}

const keys = [['n', 'Now'], ['r', 'runbooks'], ['j, k', 'next and previous incident or step'], ['a', 'acknowledge the incident'], ['i', 'say that you investigate'],
  ['?', 'these keys']]

function Keys() {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement
      if (event.ctrlKey || event.metaKey || event.altKey || target.closest('input, textarea, select, dialog')) return
      if (event.key === '?') dialog.current?.showModal()
      else if (event.key === 'n') go('/')
      else if (event.key === 'r') go('/runbooks')
      else if (event.key === 'j' || event.key === 'k') move(event.key === 'j' ? 1 : -1)
      else document.querySelector<HTMLButtonElement>(`button[data-key="${CSS.escape(event.key)}"]`)?.click()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [])
  return (
    <dialog ref={dialog} aria-labelledby="keys">
      <h2 id="keys">Keys</h2>
      <dl class="keys">{keys.map(([key, what]) => <><dt><kbd>{key}</kbd></dt><dd>{what}</dd></>)}</dl>
      <form method="dialog"><button>Close</button></form>
    </dialog>
  )
}

function move(by: number) {
  const rows = Array.from(document.querySelectorAll<HTMLElement>('a.incident, .step button'))
  const at = rows.indexOf(document.activeElement as HTMLElement)
  rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))]?.focus()
}

function Page({ path }: { path: string }) {
  const incident = /^\/incidents\/(\d+)$/.exec(path)
  useEffect(() => {
    document.title = incident ? `#${incident[1]} · Crashcart` : 'Crashcart'
  }, [path])
  const runbook = /^\/runbooks\/(.+)$/.exec(path)
  if (incident) return <IncidentPage key={incident[1]} number={Number(incident[1])} />
  if (runbook) return <RunbookPage key={runbook[1]} file={decodeURIComponent(runbook[1])} />
  return path === '/runbooks' ? <Runbooks /> : <Now />
}

function Frame({ person, signOut }: { person: string; signOut: () => void }) {
  const [path, setPath] = useState(location.pathname)
  const connected = useConnected()
  useEffect(() => {
    const moved = () => setPath(location.pathname)
    addEventListener('popstate', moved)
    return () => removeEventListener('popstate', moved)
  }, [])
  return (
    <>
      <header class="top">
        <img src="/console/icon.svg" alt="" />
        <nav aria-label="Main"><Link to="/">Now</Link><Link to="/runbooks">Runbooks</Link></nav>
        {!connected && <span class="mark warn" role="status">not connected</span>}
        <span class="small quiet">{person}</span>
        <button type="button" onClick={signOut}>Sign out</button>
      </header>
      <main><Page path={path} /></main>
      <Keys />
    </>
  )
}

function Console() {
  const [person, setPerson] = useState<string | null | undefined>(undefined)
  useEffect(() => {
    get<{ person: string }>('/api/v1/session').then((session) => setPerson(session.person), () => setPerson(null))
  }, [])
  if (person === undefined) return null
  if (person === null) return <SignIn done={setPerson} />
  return <Frame person={person} signOut={() => void remove('/api/v1/session').then(() => setPerson(null))} />
}

render(<Console />, document.getElementById('console')!)
