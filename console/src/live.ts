// One stream of events for the whole console, and data that is read again when an event concerns it.
//
// A browser opens six connections to one server and no more, so a tab that nobody sees gives its stream back, and asks
// now and then instead.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Event as Told, get, Refused } from './api'

type Listener = (event: Told | null) => void
const listeners = new Set<Listener>()
const HIDDEN_MS = 30000
let source: EventSource | null = null
let connected = true

const tellAll = (event: Told | null) => listeners.forEach((listener) => listener(event))

function open() {
  source = new EventSource('/api/v1/events')
  source.onmessage = (message) => tellAll(JSON.parse(message.data) as Told)
  source.onopen = () => {
    if (!connected) {
      connected = true
      tellAll(null)
    }
  }
  source.onerror = () => {
    connected = false
    tellAll(null)
    // A browser gives up on an answer that is no stream, such as one that says the session has ended.
    if (source?.readyState === EventSource.CLOSED) {
      source = null
      setTimeout(() => listeners.size && !source && !document.hidden && open(), 3000)
    }
  }
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
setInterval(() => document.hidden && tellAll(null), HIDDEN_MS)

export function listen(listener: Listener) {
  listeners.add(listener)
  if (!source && !document.hidden) open()
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) close()
  }
}

export function useConnected(): boolean {
  const [now, set] = useState(connected)
  useEffect(() => listen(() => set(connected)), [])
  return now
}

// Calls read at once and whenever asked for again; bursts are read once.
function useReader(read: () => Promise<void>, on: unknown[], concerns: (event: Told) => boolean): () => void {
  const again = useRef(() => {})
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
    again.current()
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
  const [data, setData] = useState<T | null>(null)
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
  }, [path], concerns)
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
