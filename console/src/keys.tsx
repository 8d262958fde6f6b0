// The keyboard: what a key does stands on its button (data-key) or in this table. A key never does what cannot be taken
// back: where that could be, it opens a dialog that names it. Single keys can be turned off (WCAG 2.1.4).
import { useEffect, useRef, useState } from 'preact/hooks'
import { go } from './parts'

export const places: [key: string, path: string, name: string][] = [
  ['n', '/', 'Now'], ['i', '/incidents', 'Incidents'], ['r', '/runbooks', 'Runbooks'], ['o', '/oncall', 'On call'], ['s', '/silences', 'Silences'],
  ['c', '/clocks', 'Clocks'], ['k', '/checks', 'Checks'], ['m', '/models', 'Models'], ['v', '/reviews', 'Reviews'], ['d', '/drills', 'Drills'], ['l', '/ledger', 'Ledger'], ['p', '/promises', 'Promises'], ['e', '/settings', 'Settings'],
]

const help: [title: string, keys: [string, string][]][] = [
  ['Everywhere', [...places.map(([key, , name]): [string, string] => [`g ${key}`, name]), ['j k', 'next and previous incident or step'], ['/', 'search'], ['?', 'these keys']]],
  ['An incident', [['a', 'acknowledge'], ['i', 'investigating'], ['n', 'note'], ['u', 'update'], ['r', 'finding'], ['l', 'severity'], ['t', 'state'], ['h', 'hand over'], ['m', 'mute'],
    ['s', 'patient safety'], ['o', 'another procedure'], ['v', 'action item'], ['x', 'resolve'], ['w', 'the next step that asks']]],
  ['On call', [['o', 'take over']]],
  ['Ledger', [['v', 'verify now']]],
  ['The chosen step', [['p', 'approve'], ['d', 'deny'], ['v', 'fill in'], ['b', 'begin, or run again'], ['e', 'end what runs'], ['f', 'done'], ['y z', 'yes, no'], ['c', 'take this way']]],
]

const rows = () => Array.from(document.querySelectorAll<HTMLElement>('a.incident, [data-step]')).filter((row) => row.offsetParent !== null)

function move(by: number) {
  const all = rows()
  const chosen = (document.activeElement as HTMLElement | null)?.closest<HTMLElement>('a.incident, [data-step]')
  const at = chosen ? all.indexOf(chosen) : -1
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))]
  next?.focus()
  next?.scrollIntoView({ block: 'nearest' })
}

function press(key: string) {
  const button = `button[data-key="${CSS.escape(key)}"]:not(:disabled)`
  const step = document.activeElement?.closest('[data-step]')
  const found = step?.querySelector<HTMLElement>(button) ??
    Array.from(document.querySelectorAll<HTMLElement>(`main ${button}`)).find((one) => !one.closest('[data-step]'))
  found?.click()
}

const OFF = 'crashcart-keys-off'

export function Keys() {
  const dialog = useRef<HTMLDialogElement>(null)
  const [open, setOpen] = useState(false)
  const [off, setOff] = useState(localStorage.getItem(OFF) === '1')
  useEffect(() => {
    let afterG = false
    const down = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement
      if (event.ctrlKey || event.metaKey || event.altKey || target.closest('input:not([type=checkbox]), textarea, select, dialog')) return
      const place = afterG && places.find(([key]) => key === event.key)
      afterG = event.key === 'g' && !off
      if (event.key === '?') setOpen(true)
      if (off || event.key === '?' || event.key === 'Shift') return
      if (place) go(place[1])
      else if (event.key === 'j' || event.key === 'k') move(event.key === 'j' ? 1 : -1)
      else if (event.key === 'w') document.querySelector<HTMLElement>('[data-step="asks"]')?.focus()
      else if (event.key === '/') document.querySelector<HTMLElement>('main input')?.focus()
      else if (event.key.length === 1) press(event.key)
      else return
      event.preventDefault()
    }
    addEventListener('keydown', down)
    return () => removeEventListener('keydown', down)
  }, [off])
  useEffect(() => dialog.current?.showModal(), [open])
  if (!open) return null
  return (
    <dialog ref={dialog} aria-labelledby="keys" class="wide" onClose={() => setOpen(false)}>
      <h2 id="keys">Keys</h2>
      <div class="key-groups">
        {help.map(([title, keys]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl class="keys">{keys.map(([key, what]) => <><dt>{key.split(' ').map((one) => <kbd>{one}</kbd>)}</dt><dd>{what}</dd></>)}</dl>
          </section>))}
      </div>
      <form method="dialog">
        <label class="tick">
          <input type="checkbox" checked={!off} onChange={(event) => {
            localStorage.setItem(OFF, event.currentTarget.checked ? '0' : '1')
            setOff(!event.currentTarget.checked)
          }} />
          <span>Single keys do these things</span>
        </label>
        <div class="row end"><button>Close</button></div>
      </form>
    </dialog>
  )
}
