// Keeps the console's own files, so that it opens without the server and can say that the server is away. A file that is
// named by its content comes from here, all others from the server whenever it answers. What the API says is never kept:
// it is old in a minute, and it is nobody else's. VERSION and FILES are put in by the build.
declare const VERSION: string
declare const FILES: string[]

interface Extendable extends Event { waitUntil(promise: Promise<unknown>): void }
interface Fetched extends Extendable { request: Request; preloadResponse?: Promise<Response | undefined>; respondWith(answer: Promise<Response>): void }
interface Installed extends Extendable { addRoutes?(routes: object[]): Promise<void> }
interface Window_ { url: string; focus(): Promise<unknown>; navigate(url: string): Promise<unknown> }
interface Windows { claim(): Promise<void>; matchAll(options: object): Promise<Window_[]>; openWindow(url: string): Promise<unknown> }
interface Pushed extends Extendable { data: { json(): unknown } | null }
interface Page { title: string; body: string; tag?: string; url?: string; acknowledge?: string }
interface Clicked extends Extendable { action: string; notification: Notification & { data: Page } }
const worker = self as unknown as EventTarget & {
  skipWaiting(): Promise<void>; clients: Windows; location: Location
  registration: { showNotification(title: string, options: object): Promise<void>; navigationPreload?: { enable(): Promise<void> } }
}

const NAME = `console-${VERSION}`
const PATIENCE_MS = 3000

// By three in the morning the browser has put this worker to sleep, and what goes through it waits until it is awake. So a
// browser that takes routes does not ask it: pages are asked of the server meanwhile, files are taken out of the cache, and
// what the API says never concerns it. Other browsers ask the server for a page while the worker wakes up.
const ROUTES = [
  { condition: { urlPattern: { pathname: '/api/*' } }, source: 'network' },
  { condition: { or: ['/console/*.js', '/console/*.css'].map((pathname) => ({ urlPattern: { pathname } })) }, source: { cacheName: NAME } },
  { condition: { requestMode: 'navigate' }, source: 'race-network-and-fetch-handler' },
]
const takesRoutes = 'InstallEvent' in worker && 'addRoutes' in (worker as unknown as { InstallEvent: { prototype: object } }).InstallEvent.prototype

async function install(event: Installed): Promise<void> {
  await (await caches.open(NAME)).addAll(FILES)
  if (takesRoutes) await event.addRoutes?.(ROUTES)
  await worker.skipWaiting()
}

async function activate(): Promise<void> {
  await Promise.all((await caches.keys()).filter((name) => name !== NAME).map((name) => caches.delete(name)))
  if (!takesRoutes) await worker.registration.navigationPreload?.enable()
  await worker.clients.claim()
}

worker.addEventListener('install', (event) => (event as Extendable).waitUntil(install(event as Installed)))
worker.addEventListener('activate', (event) => (event as Extendable).waitUntil(activate()))

const kept = (path: string) => caches.open(NAME).then((cache) => cache.match(path))

// The server's answer; what was kept when it does not answer in time, or not well.
async function answer(request: Request, path: string, asked?: Promise<Response | undefined>): Promise<Response> {
  const aborted = new AbortController()
  const timer = setTimeout(() => aborted.abort(), PATIENCE_MS)
  try {
    const late = new Promise<never>((_, fail) => aborted.signal.addEventListener('abort', () => fail(new Error('no answer in time'))))
    const fresh = (await Promise.race([asked, late])) ?? await fetch(request.url, { signal: aborted.signal, credentials: 'same-origin', headers: { Accept: request.headers.get('Accept') ?? '*/*' } })
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
  const { request, respondWith, preloadResponse } = event as Fetched
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== worker.location.origin) return
  if (request.mode === 'navigate' && !/^\/(api|acknowledge|sign-in|status|metrics|-)\b/.test(url.pathname)) respondWith.call(event, answer(request, '/', preloadResponse))
  else if (/-[A-Z0-9]{8}\.\w+$/.test(url.pathname)) respondWith.call(event, kept(url.pathname).then((file) => file ?? fetch(request)))
  else if (url.pathname.startsWith('/console/')) respondWith.call(event, answer(request, url.pathname))
})

// ---- pages ----

// A browser takes the right to push away from who shows nothing: what cannot be read is shown as a page all the same.
function pageOf(event: Pushed): Page {
  try {
    const page = event.data?.json() as Page
    if (typeof page?.title === 'string') return page
  } catch { /* below */ }
  return { title: 'Crashcart pages you', body: 'The page could not be read. Open Crashcart.' }
}

worker.addEventListener('push', (event) => {
  const page = pageOf(event as Pushed)
  const actions = page.acknowledge ? [{ action: 'acknowledge', title: 'Acknowledge' }] : []
  const options = { body: page.body, tag: page.tag, renotify: !!page.tag, requireInteraction: true, icon: '/console/icon.svg', data: page, actions };
  (event as Pushed).waitUntil(worker.registration.showNotification(page.title, options))
})

async function show(url: string): Promise<unknown> {
  const windows = await worker.clients.matchAll({ type: 'window' })
  const mine = windows.find((one) => new URL(one.url).origin === worker.location.origin)
  if (!mine || new URL(url, worker.location.href).origin !== worker.location.origin) return worker.clients.openWindow(url)
  await mine.focus()
  return mine.navigate(url)
}

// The button acknowledges at once. When that cannot be, the page that asks is opened, and says why.
async function acknowledge(page: Page): Promise<unknown> {
  const url = page.acknowledge as string
  const done = await fetch(url, { method: 'POST', credentials: 'omit' }).then((answer) => answer.ok, () => false)
  if (!done) return show(url)
  return worker.registration.showNotification('Acknowledged', { body: page.title, tag: page.tag, data: { url: page.url } })
}

worker.addEventListener('notificationclick', (event) => {
  const { action, notification } = event as Clicked
  const page = notification.data
  notification.close();
  (event as Clicked).waitUntil(action === 'acknowledge' && page.acknowledge ? acknowledge(page) : show(page.acknowledge ?? page.url ?? '/'))
})
