// Keeps the console's own files, so that it opens without the server and can say that the server is away. Files come from
// the server whenever it answers. What the API says is never kept: it is old in a minute, and it is nobody else's.
// VERSION and FILES are put in by the build.
declare const VERSION: string
declare const FILES: string[]

interface Extendable extends Event { waitUntil(promise: Promise<unknown>): void }
interface Fetched extends Extendable { request: Request; respondWith(answer: Promise<Response>): void }
const worker = self as unknown as EventTarget & { skipWaiting(): Promise<void>; clients: { claim(): Promise<void> }; location: Location }

const NAME = `console-${VERSION}`
const PATIENCE_MS = 3000

worker.addEventListener('install', (event) => {
  (event as Extendable).waitUntil(caches.open(NAME).then((cache) => cache.addAll(FILES)).then(() => worker.skipWaiting()))
})

worker.addEventListener('activate', (event) => {
  (event as Extendable).waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name))))
    .then(() => worker.clients.claim()))
})

const kept = (path: string) => caches.open(NAME).then((cache) => cache.match(path))

// The server's answer; what was kept when it does not answer in time, or not well.
async function answer(request: Request, path: string): Promise<Response> {
  const aborted = new AbortController()
  const timer = setTimeout(() => aborted.abort(), PATIENCE_MS)
  try {
    const fresh = await fetch(request.url, { signal: aborted.signal, credentials: 'same-origin' })
    if (fresh.ok || fresh.status < 500) return fresh
    return (await kept(path)) ?? fresh
  } catch (thrown) {
    const file = await kept(path)
    if (file) return file
    throw thrown
  } finally {
    clearTimeout(timer)
  }
}

worker.addEventListener('fetch', (event) => {
  const { request, respondWith } = event as Fetched
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== worker.location.origin) return
  if (request.mode === 'navigate' && !/^\/(api|acknowledge|status|metrics|-)\b/.test(url.pathname)) respondWith.call(event, answer(request, '/'))
  else if (url.pathname.startsWith('/console/')) respondWith.call(event, answer(request, url.pathname))
})
