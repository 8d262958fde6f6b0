// Small pieces that every page uses.
import { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Refused } from './api'
import { Live } from './live'

export function go(path: string) {
  history.pushState(null, '', path)
  dispatchEvent(new PopStateEvent('popstate'))
  scrollTo(0, 0)
}

export function Link({ to, class: name, current, children }: { to: string; class?: string; current?: boolean; children: ComponentChildren }) {
  return (
    <a href={to} class={name} aria-current={current ? 'page' : undefined} onClick={(event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
      event.preventDefault()
      go(to)
    }}>
      {children}
    </a>
  )
}

const utc = (time: string) => `${time.replace('T', ' ').replace(/(\.\d+)?Z$/, '')} UTC`

// Making a formatter takes longer than all else on a page: the browser's own zone does without.
const formats = new Map<string, Intl.DateTimeFormat>()
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'], months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (n: number) => String(n).padStart(2, '0')

function clockIn(zone: string, at: Date, date: boolean): string {
  let format = formats.get(zone + date)
  if (!format) {
    const day: Intl.DateTimeFormatOptions = date ? { weekday: 'short', day: 'numeric', month: 'short' } : { second: '2-digit' }
    formats.set(zone + date, format = new Intl.DateTimeFormat('en-GB', { ...day, hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone }))
  }
  return format.format(at)
}

function clockHere(at: Date, date: boolean): string {
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`
  return date ? `${days[at.getDay()]} ${at.getDate()} ${months[at.getMonth()]}, ${clock}` : `${clock}:${two(at.getSeconds())}`
}

export function At({ time, date = false, zone }: { time: string; date?: boolean; zone?: string }) {
  const at = new Date(time)
  return <time dateTime={time} title={utc(time)}>{zone ? clockIn(zone, at, date) : clockHere(at, date)}</time>
}

export function length(ms: number): string {
  const s = Math.max(0, Math.round(Math.abs(ms) / 1000))
  const days = Math.floor(s / 86400), hours = Math.floor((s % 86400) / 3600), minutes = Math.floor((s % 3600) / 60)
  if (days) return `${days} d ${hours} h`
  return hours ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`
}

// "12 min", for what need not be read to the second.
export function about(ms: number): string {
  const minutes = Math.floor(Math.abs(ms) / 60000), hours = Math.floor(minutes / 60), days = Math.floor(hours / 24)
  if (days > 1) return `${days} d`
  if (hours) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`
  return minutes ? `${minutes} min` : 'under 1 min'
}

export function span(seconds: number | null): string {
  if (seconds === null) return 'not stated'
  if (seconds === 0) return 'at once'
  if (seconds % 86400 === 0) return `${seconds / 86400} d`
  if (seconds % 3600 === 0) return `${seconds / 3600} h`
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`
}

export const looks: Record<string, string> = { destructive: 'bad', mutate: 'warn', unknown: 'warn', read: 'good' }

export const person = (actor: string) => actor.replace(/^(person|token|source):/, '')

export function Severity({ incident }: { incident: { severity: string; severity_rank: number } }) {
  const how = ['warn', 'bad', 'warn'][incident.severity_rank] ?? '' // 0: no runbook says how bad that is
  return <span class={`mark ${how}`}>{incident.severity}</span>
}

export function State({ state }: { state: string }) {
  const how = state === 'triggered' ? 'bad' : state === 'resolved' || state === 'closed' ? 'good' : ''
  return <span class={`mark ${how}`}>{state}</span>
}

export const Source = ({ file, line }: { file: string | null; line: number }) =>
  file ? <Link to={`/runbooks/${encodeURIComponent(file)}${line ? `#${line}` : ''}`} class="source">{file}{line > 0 && `:${line}`}</Link> : null

// Text of the server, in which what stands between backticks is code.
export function Words({ text }: { text: string }) {
  return <>{text.split(/`([^`]+)`/).map((part, i) => (i % 2 ? <code key={i}>{part}</code> : part))}</>
}

export function said(thrown: unknown): string {
  return thrown instanceof Refused ? thrown.message : 'The server does not answer. Nothing was changed; try again.'
}

interface ActOptions { does: () => unknown; how?: string; shortcut?: string; disabled?: boolean; label?: string; children: ComponentChildren }

// A button that asks the server for something, cannot be pressed twice, and says why not.
export function Act({ does, how, shortcut, disabled, label, children }: ActOptions) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  const press = async () => {
    setBusy(true)
    setProblem('')
    try {
      await does()
    } catch (thrown) {
      setProblem(said(thrown))
    }
    setBusy(false)
  }
  return (
    <>
      <button type="button" class={how} disabled={busy || disabled} onClick={press} data-key={shortcut} aria-keyshortcuts={shortcut} aria-label={label}>
        {children}{shortcut && <kbd aria-hidden="true">{shortcut}</kbd>}
      </button>
      {problem && <span role="alert" class="said small">{problem}</span>}
    </>
  )
}

interface AskOptions { title: string; yes: string; how?: string; does: () => Promise<unknown>; close: () => void; children?: ComponentChildren }

// Says what is about to happen and waits for a yes. What destroys has its "no" under the fingers, and no Enter says yes to it.
export function Ask({ title, yes, how, does, close, children }: AskOptions) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)
  const destroys = how === 'bad'
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null
    dialog.current?.showModal()
    dialog.current?.querySelector<HTMLElement>(destroys ? '.no' : 'input, textarea, select, .yes')?.focus()
    return () => before?.focus()
  }, [])
  const run = async () => {
    setBusy(true)
    setProblem('')
    try {
      await does()
      close()
    } catch (thrown) {
      setProblem(said(thrown))
      setBusy(false)
    }
  }
  const submit = (event: Event) => {
    event.preventDefault()
    if (!destroys) void run()
  }
  const press = (event: { currentTarget: HTMLButtonElement }) => {
    if (event.currentTarget.form?.reportValidity()) void run()
  }
  return (
    <dialog ref={dialog} class="ask" aria-labelledby="asked" onClose={close}>
      <form onSubmit={submit}>
        <h2 id="asked">{title}</h2>
        {children}
        {problem && <p role="alert" class="said small">{problem}</p>}
        <div class="row end">
          <button type="button" class="no" onClick={close}>Cancel</button>
          {destroys ? <button type="button" class="bad" disabled={busy} onClick={press}>{yes}</button>
            : <button class={`yes ${how ?? 'first'}`} disabled={busy}>{yes}</button>}
        </div>
      </form>
    </dialog>
  )
}

interface FieldOptions { label: string; value: string; set: (value: string) => void; hint?: string; rows?: number; options?: string[]; required?: boolean; type?: string; pattern?: string }

export function Field({ label, value, set, hint, rows, options, required, type, pattern }: FieldOptions) {
  const input = (event: { currentTarget: { value: string } }) => set(event.currentTarget.value)
  return (
    <label>
      <span>{label}{hint && <span class="quiet small"> {hint}</span>}</span>
      {options ? <select value={value} onChange={input} required={required}>{options.map((option) => <option key={option}>{option}</option>)}</select>
        : rows ? <textarea rows={rows} value={value} onInput={input} required={required} />
          : <input value={value} onInput={input} required={required} type={type} pattern={pattern} autoCapitalize="off" autoComplete={type === 'password' ? 'new-password' : 'off'} />}
    </label>
  )
}

export function Card({ id, title, more, children }: { id: string; title: ComponentChildren; more?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="card" aria-labelledby={id}>
      <div class="head"><h2 id={id}>{title}</h2>{more}</div>
      {children}
    </section>
  )
}

// Draws what was read, or says that it is being read, or why it cannot be.
export function Read<T>({ from, children }: { from: Live<T>; children: (data: T) => ComponentChildren }) {
  if (from.data) return <>{children(from.data)}</>
  return from.problem ? <p class="said" role="alert">{from.problem.message}</p> : <p class="quiet">Reading…</p>
}
