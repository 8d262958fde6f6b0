// Small pieces that every page uses.
import { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { Refused } from './api'

export function go(path: string) {
  history.pushState(null, '', path)
  dispatchEvent(new PopStateEvent('popstate'))
}

export function Link({ to, class: name, children }: { to: string; class?: string; children: ComponentChildren }) {
  return (
    <a href={to} class={name} onClick={(event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
      event.preventDefault()
      go(to)
    }}>
      {children}
    </a>
  )
}

export function At({ time, date }: { time: string; date?: boolean }) {
  const at = new Date(time)
  const options: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }
  return (
    <time dateTime={time} title={`${time.replace('T', ' ').replace('Z', '')} UTC`}>
      {date ? at.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' }) : at.toLocaleTimeString([], options)}
    </time>
  )
}

export function length(ms: number): string {
  const s = Math.max(0, Math.round(Math.abs(ms) / 1000))
  const days = Math.floor(s / 86400), hours = Math.floor((s % 86400) / 3600), minutes = Math.floor((s % 3600) / 60)
  const two = (n: number) => String(n).padStart(2, '0')
  if (days) return `${days} d ${hours} h`
  return hours ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`
}

export const looks: Record<string, string> = { destructive: 'bad', mutate: 'warn', unknown: 'warn', read: 'good' }

export const person = (actor: string) => actor.replace(/^(person|token|source):/, '')

export function Severity({ incident }: { incident: { severity: string; severity_rank: number } }) {
  const how = incident.severity_rank === 0 ? '' : incident.severity_rank === 1 ? 'bad' : incident.severity_rank === 2 ? 'warn' : ''
  return <span class={`mark ${how}`}>{incident.severity}</span>
}

export function State({ state }: { state: string }) {
  const how = state === 'triggered' ? 'bad' : state === 'resolved' || state === 'closed' ? 'good' : ''
  return <span class={`mark ${how}`}>{state}</span>
}

// A button that asks the server for something, cannot be pressed twice, and says why not.
export function Act({ does, how, shortcut, children }:
  { does: () => Promise<unknown>; how?: string; shortcut?: string; children: ComponentChildren }) {
  const [busy, setBusy] = useState(false)
  const [said, setSaid] = useState('')
  const press = async () => {
    setBusy(true)
    setSaid('')
    try {
      await does()
    } catch (thrown) {
      setSaid(thrown instanceof Refused ? thrown.message : 'The server does not answer. Nothing was changed; try again.')
    }
    setBusy(false)
  }
  return (
    <>
      <button type="button" class={how} disabled={busy} onClick={press} data-key={shortcut} aria-keyshortcuts={shortcut}>
        {children}
      </button>
      {said && <span role="alert" class="said small">{said}</span>}
    </>
  )
}
