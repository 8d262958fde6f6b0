// One stream of events for the whole console, and data that is read again when an event concerns it.
//
// A browser opens six connections to one server and no more, so a tab that nobody sees gives its stream back, and asks
// now and then instead.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Event as Told, get, Refused, saySignedOut, take } from './api'
import { afterFrame } from './frame'

type Listener = (event: Told | null) => void
const listeners = new Set<Listener>()
const connections = new Set<() => void>()
const HIDDEN_MS = 30000
let source: EventSource | null = null
let connected = true

const tellAll = (event: Told | null) => listeners.forEach((listener) => listener(event))

// What happens between reading and listening is told from a position, or read again.
function open() {
  const position = take<number>('position')
  let known = position !== null
  source = new EventSource(`/api/v1/events${known ? `?after=${position}` : ''}`)
  source.onmessage = (message) => tellAll(JSON.parse(message.data) as Told)
  source.onopen = () => {
    if (!connected || !known) tellAll(null)
    connected = known = true
    for (const change of connections) change()
  }
  source.onerror = () => {
    connected = false
    for (const change of connections) change()
    // A browser gives up on an answer that is no stream, such as one that says the session has ended.
    if (source?.readyState === EventSource.CLOSED) {
      source = null
      setTimeout(findOut, 3000)
    }
  }
}

function findOut() {
  if (!listeners.size || source || document.hidden) return
  get('/api/v1/session').then(again, (thrown) => (thrown instanceof Refused ? saySignedOut() : setTimeout(findOut, 3000)))
}

// After the server was away, or somebody has signed in again.
export function again() {
  if (listeners.size && !source && !document.hidden) open()
}

function close() {
  source?.close()
  source = null
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) return close()
  if (listeners.size && !source) open()
  tellAll(null)
})
addEventListener('pagehide', close)
addEventListener('pageshow', (event) => {
  if (event.persisted && listeners.size && !source && !document.hidden) open()
})
setInterval(() => document.hidden && tellAll(null), HIDDEN_MS)

export function listen(listener: Listener) {
  listeners.add(listener)
  afterFrame(() => listeners.size && !source && !document.hidden && open())
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) close()
  }
}

export function useConnected(): boolean {
  const [now, set] = useState(connected)
  useEffect(() => {
    const change = () => set(connected)
    connections.add(change)
    return () => connections.delete(change)
  }, [])
  return now
}

// Calls read at once and whenever asked for again; bursts are read once.
function useReader(read: () => Promise<void>, on: unknown[], concerns: (event: Told) => boolean, isRead = false): () => void {
  const again = useRef(() => {})
  const first = useRef(!isRead)
  useLayoutEffect(() => {
    let alive = true, reading = false, wanted = false
    again.current = async () => {
      wanted = true
      if (reading) return
      reading = true
      while (alive && wanted) {
        wanted = false
        await read()
      }
      reading = false
    }
    if (first.current) again.current()
    first.current = true
    const stop = listen((event) => {
      if (!event || concerns(event)) again.current()
    })
    return () => {
      alive = false
      stop()
    }
  }, on)
  return () => again.current()
}

export interface Live<T> { data: T | null; problem: Refused | null; again: () => void }

// What the path answers, read again at once when an event comes that concerns it. null: nothing is read.
export function useLive<T>(path: string | null, concerns: (event: Told) => boolean): Live<T> {
  const [data, setData] = useState<T | null>(() => (path === null ? null : take<T>(path)))
  const [problem, setProblem] = useState<Refused | null>(null)
  const wanted = useRef(path)
  wanted.current = path
  const again = useReader(async () => {
    if (path === null) return
    try {
      const answer = await get<T>(path)
      if (wanted.current !== path) return
      setData(answer)
      setProblem(null)
    } catch (thrown) {
      if (wanted.current === path && thrown instanceof Refused) setProblem(thrown)
    }
  }, [path], concerns, data !== null)
  return { data, problem, again }
}

// The events of one incident; only those that are new are asked for.
export function useTimeline(incident: number): Told[] {
  const events = useRef<Told[]>([])
  const [, draw] = useState(0)
  useReader(async () => {
    const last = events.current.length ? events.current[events.current.length - 1].n : 0
    const more = await get<{ events: Told[] }>(`/api/v1/incidents/${incident}/timeline?after=${last}`).catch(() => null)
    if (!more?.events.length) return
    events.current = events.current.concat(more.events)
    draw(events.current.length)
  }, [incident], (event) => event.incident === incident)
  return events.current
}

// The time, again every second for what counts down, less often for what is told in minutes.
export function useNow(every_ms = 1000): number {
  const [now, set] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => set(Date.now()), every_ms)
    return () => clearInterval(timer)
  }, [])
  return now
}
