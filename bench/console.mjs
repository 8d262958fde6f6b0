// When an incident can first be read: from the beginning of the navigation until the frame that shows it with its diagnosis is
// drawn, and how long the main thread has worked for that, which says more on a machine that is busy with other things.
import { chromium } from 'playwright-core'

const { CONSOLE, TOKEN } = process.env
const ROUNDS = 9

const chrome = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
const median = (all) => all.sort((a, b) => a - b)[all.length >> 1]

// Milliseconds on the processor of the page's main thread, from the navigation to the mark.
function worked(trace) {
  const events = JSON.parse(trace.toString()).traceEvents
  const mark = events.find((event) => event.name === 'readable' && event.cat.includes('user_timing'))
  const mine = (event) => event.pid === mark.pid && event.tid === mark.tid && event.ph === 'X' && event.name.endsWith('RunTask')
  const begin = Math.max(...events.filter((event) => event.name === 'navigationStart' && event.pid === mark.pid && event.args.data?.documentLoaderURL.includes('/incidents/')).map((event) => event.ts))
  let until = 0, sum = 0
  for (const event of events.filter((one) => mine(one) && one.ts >= begin && one.ts < mark.ts).sort((a, b) => a.ts - b.ts || b.dur - a.dur)) {
    if (event.ts < until) continue
    until = event.ts + event.dur
    sum += event.tdur ?? 0
  }
  return sum / 1000
}

async function person(options) {
  const page = await (await chrome.newContext(options)).newPage()
  await page.goto(CONSOLE)
  await page.evaluate((token) => fetch('/api/v1/session', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ person: 'ana', token }) }), TOKEN)
  await page.addInitScript(() => {
    globalThis.readable = new Promise((done) => {
      const after = new MessageChannel()
      after.port1.onmessage = () => done(performance.mark('readable').startTime)
      const look = () => (document.querySelector('#title') && document.querySelector('.look') ? after.port2.postMessage(0) : requestAnimationFrame(look))
      look()
    })
  })
  return page
}

for (const [who, options] of [['at the first visit', { serviceWorkers: 'block' }], ['where the console is installed', {}]]) {
  const page = await person(options)
  const session = await page.context().newCDPSession(page)
  await session.send('Network.setCacheDisabled', { cacheDisabled: who === 'at the first visit' })
  for (const slower of [1, 4]) {
    await session.send('Emulation.setCPUThrottlingRate', { rate: slower })
    const times = [], shown = [], work = []
    for (let i = 0; i < ROUNDS; i++) {
      await page.goto('about:blank')
      if (slower === 1) await chrome.startTracing(page, { categories: ['toplevel', 'blink.user_timing'] })
      await page.goto(`${CONSOLE}/incidents/1`, { waitUntil: 'commit' })
      times.push(await page.evaluate(() => globalThis.readable))
      if (slower === 1) work.push(worked(await chrome.stopTracing()))
      for (let shows; !shows; await page.waitForTimeout(50)) {
        shows = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime)
        if (shows) shown.push(shows)
      }
    }
    const best = Math.min(...times)
    console.log(`paint, ${who}, with the processor ${slower === 1 ? 'as it is' : 'slowed four times'}: drawn after ${median(times).toFixed(0)} ms (best ${best.toFixed(0)}), first content on the screen after ${median(shown).toFixed(0)}`
      + (work.length ? `; the main thread has worked for ${median(work).toFixed(0)} ms (best ${Math.min(...work).toFixed(0)})` : ''))
  }
}
await chrome.close()
