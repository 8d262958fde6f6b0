// One stream of events for the whole console, and data that is read again when an event concerns it.
import { useEffect, useRef, useState } from 'preact/hooks'
import { Event as Told, get, Refused } from './api'

type Listener = (event: Told | null) => void
const listeners = new Set<Listener>()
let source: EventSource | null = null
let connected = true

const tellAll = (event: Told | null) => listeners.forEach((listener) => listener(event))

function open() {
  source = new EventSource('/api/v1/events')
  source.onmessage = (message) => tellAll(JSON.parse(message.data) as Told)
  source.onopen = () => {
    if (!connected) tellAll(null)
    connected = true
  }
  source.onerror = () => {
    connected = false
    tellAll(null)
    // A browser gives up on an answer that is no stream, such as one that says the session has ended.
    if (source?.readyState === EventSource.CLOSED) {
      source = null
      setTimeout(() => listeners.size && !source && open(), 3000)
    }
  }
}

function listen(listener: Listener) {
  listeners.add(listener)
  if (!source) open()
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) {
      source?.close()
      source = null
    }
  }
}

export function useConnected(): boolean {
  const [now, set] = useState(connected)
  useEffect(() => listen(() => set(connected)), [])
  return now
}

// What the path answers, read again at once when an event comes that concerns it; bursts are read once.
export function useLive<T>(path: string, concerns: (event: Told) => boolean): { data: T | null; problem: Refused | null } {
  const [data, setData] = useState<T | null>(null)
  const [problem, setProblem] = useState<Refused | null>(null)
  const wanted = useRef(false)
  useEffect(() => {
    let alive = true
    let reading = false
    const read = async () => {
      wanted.current = true
      if (reading) return
      reading = true
      while (alive && wanted.current) {
        wanted.current = false
        try {
          const answer = await get<T>(path)
          if (alive) {
            setData(answer)
            setProblem(null)
          }
        } catch (thrown) {
          if (alive && thrown instanceof Refused) setProblem(thrown)
        }
      }
      reading = false
    }
    void read()
    const stop = listen((event) => {
      if (!event || concerns(event)) void read()
    })
    return () => {
      alive = false
      stop()
    }
  }, [path])
  return { data, problem }
}

// The time, again every second, for what counts down.
export function useNow(): number {
  const [now, set] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => set(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return now
}
