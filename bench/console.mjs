// When an incident is on the screen: how long after the beginning of the navigation its head is (the first content), how long
// until all of it is (the largest content), and for how long the main thread has worked for that.
//
// Chromium is driven by its own protocol over a pipe. A driver such as playwright-core adds a world of its own to every page,
// which costs a processor slowed four times more than the page does. Beside the console stands the floor: a page of 1 kB with
// one rule of style, whose time is that of Chromium on this machine; and the same page with the header that keeps other
// windows from it, for which Chromium begins a process anew. All take turns, so that each has the same minutes.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'

const { CONSOLE, TOKEN } = process.env
const ROUNDS = 11, SETTLED_MS = 1200

const sleep = (ms) => new Promise((done) => setTimeout(done, ms))
const median = (all) => all.sort((a, b) => a - b)[all.length >> 1]

function chromium() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-'))
  const child = spawn(process.env.CHROMIUM ?? '/usr/bin/chromium', ['--headless', '--no-sandbox', '--remote-debugging-pipe', `--user-data-dir=${folder}`, '--no-first-run', 'about:blank'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] })
  const waiting = new Map(), listeners = new Map()
  let n = 0, rest = ''
  child.stdio[4].on('data', (data) => {
    const messages = (rest + data).split('\0')
    rest = messages.pop()
    for (const message of messages.map((text) => JSON.parse(text))) {
      if (message.method) listeners.get(message.method)?.(message.params)
      else if (message.error) throw new Error(message.error.message)
      else waiting.get(message.id)(message.result)
    }
  })
  const send = (method, params = {}, sessionId) => new Promise((done) => {
    waiting.set(++n, done)
    child.stdio[3].write(`${JSON.stringify({ id: n, method, params, sessionId })}\0`)
  })
  const close = async () => {
    await Promise.all([new Promise((done) => child.on('exit', done)), send('Browser.close')])
    fs.rmSync(folder, { recursive: true, force: true })
  }
  return { send, on: (method, does) => listeners.set(method, does), close }
}

// A tab with cookies and a cache of its own.
async function tab(chrome) {
  const { browserContextId } = await chrome.send('Target.createBrowserContext')
  const { targetId } = await chrome.send('Target.createTarget', { url: 'about:blank', browserContextId, width: 1280, height: 900 })
  const { sessionId } = await chrome.send('Target.attachToTarget', { targetId, flatten: true })
  const send = (method, params) => chrome.send(method, params, sessionId)
  return {
    send,
    show: () => chrome.send('Target.activateTarget', { targetId }),
    go: async (url, settled_ms) => { await send('Page.navigate', { url }); await sleep(settled_ms) },
    evaluate: async (expression) => (await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })).result.value,
  }
}

function floor(headers = {}) {
  const text = 'Somebody is told of it, and looks at what burns. '.repeat(14)
  const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The floor</title><link rel="stylesheet" href="/floor.css"></head><body><h1>The floor</h1><p>${text}</p></body></html>`
  return new Promise((done) => {
    const server = http.createServer((request, answer) => {
      const is_style = request.url.endsWith('.css')
      answer.writeHead(200, { 'Content-Type': is_style ? 'text/css' : 'text/html', ...headers }).end(is_style ? 'body { font: 15px/1.5 system-ui, sans-serif }' : page)
    }).listen(0, '127.0.0.1', () => done({ at: `http://127.0.0.1:${server.address().port}/incidents/1`, close: () => server.close() }))
  })
}

async function person(chrome, installed) {
  const page = await tab(chrome)
  await page.send('Network.enable')
  await page.send('Network.setBypassServiceWorker', { bypass: !installed })
  await page.go(`${CONSOLE}/`, SETTLED_MS)
  await page.evaluate(`fetch('/api/v1/session', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '${JSON.stringify({ person: 'ana', token: TOKEN })}' })`)
  await page.send('Network.setCacheDisabled', { cacheDisabled: !installed })
  for (let i = 0; installed && i < 3; i++) await page.go(`${CONSOLE}/incidents/1`, 2 * SETTLED_MS)
  return page
}

const SHOWN = `new Promise((done) => new PerformanceObserver((list) => done({
  first: performance.getEntriesByName('first-contentful-paint')[0].startTime, largest: list.getEntries().pop().startTime
})).observe({ type: 'largest-contentful-paint', buffered: true }))`

// Milliseconds on the processor of the page's main thread, from the navigation until that long after it.
function worked(events, until_ms) {
  const shown = events.find((event) => event.name.toLowerCase() === 'firstcontentfulpaint')
  const begin = Math.max(...events.filter((event) => event.name === 'navigationStart' && event.pid === shown.pid && event.args.data?.documentLoaderURL?.includes('/incidents/')).map((event) => event.ts))
  let until = 0, sum = 0
  for (const event of events.filter((one) => one.pid === shown.pid && one.tid === shown.tid && one.ph === 'X' && one.name.endsWith('RunTask') && one.ts >= begin && one.ts < begin + until_ms * 1000).sort((a, b) => a.ts - b.ts || b.dur - a.dur)) {
    if (event.ts < until) continue
    until = event.ts + event.dur
    sum += event.tdur ?? 0
  }
  return sum / 1000
}

async function traced(chrome, does) {
  const events = []
  const ended = new Promise((done) => chrome.on('Tracing.tracingComplete', done))
  chrome.on('Tracing.dataCollected', ({ value }) => events.push(...value))
  await chrome.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['toplevel', 'loading', 'blink.user_timing'] } })
  await does()
  await chrome.send('Tracing.end')
  await ended
  return events
}

const chrome = chromium(), peer = await floor(), apart = await floor({ 'Cross-Origin-Opener-Policy': 'same-origin' })
const all = [
  { name: 'the floor', at: peer.at, page: await tab(chrome) },
  { name: 'the floor, kept apart from other windows', at: apart.at, page: await tab(chrome) },
  { name: 'at the first visit', page: await person(chrome, false) },
  { name: 'where the console is installed', page: await person(chrome, true) },
  { name: 'installed, its service worker asleep', page: await person(chrome, true), sleeps: true },
]
for (const slower of [1, 4]) {
  for (const one of all) one.first = [], one.largest = [], one.work = []
  for (let i = 0; i < ROUNDS; i++) {
    for (const { page, at = `${CONSOLE}/incidents/1`, sleeps, first, largest, work } of all) {
      const visit = () => page.go(at, SETTLED_MS)
      await page.show()
      await page.go('about:blank', 300)
      if (sleeps) {
        await page.send('ServiceWorker.enable')
        await page.send('ServiceWorker.stopAllWorkers')
      }
      await page.send('Emulation.setCPUThrottlingRate', { rate: slower })
      const events = slower === 1 ? await traced(chrome, visit) : await visit()
      const shown = await page.evaluate(SHOWN)
      await page.send('Emulation.setCPUThrottlingRate', { rate: 1 })
      first.push(shown.first)
      largest.push(shown.largest)
      if (events) work.push(worked(events, shown.largest))
    }
  }
  for (const { name, first, largest, work } of all) {
    console.log(`paint, with the processor ${slower === 1 ? 'as it is' : 'slowed four times'}, ${name}: first content after ${median(first).toFixed(0)} ms (best ${Math.min(...first).toFixed(0)}), the largest after ${median(largest).toFixed(0)}`
      + (work.length ? `; the main thread has worked for ${median(work).toFixed(0)} ms` : ''))
  }
}
await chrome.close()
peer.close()
apart.close()
