// The console opens without its server, says so, and goes on by itself when it is back.
import { accessible, browser, expect, outside, scenario, shot, signIn, until } from './browser.mjs'

await scenario(async () => {
  const { page, close } = await browser()
  await signIn(page, 'ana')
  const manifest = await page.evaluate(async () => (await fetch(document.querySelector('link[rel=manifest]').href)).json())
  for (const icon of manifest.icons) {
    const size = await page.evaluate((src) => new Promise((done) => {
      const image = new Image()
      image.onload = () => done(`${image.naturalWidth}x${image.naturalHeight}`)
      image.onerror = () => done('none')
      image.src = src
    }), icon.src)
    expect(icon.sizes === 'any' ? size !== 'none' : size === icon.sizes, `${icon.src} is ${size}`)
  }
  await until(page, () => navigator.serviceWorker.controller !== null, 'the worker is in charge')
  // A worker that sleeps keeps nobody waiting: pages race past it, and what is named by its content comes without it.
  await page.goto(`${process.env.CONSOLE}/incidents`)
  await until(page, () => performance.getEntriesByType('resource').some((one) => /\/api\//.test(one.name)), 'the API is asked')
  const routed = await page.evaluate(() => [performance.getEntriesByType('navigation')[0], ...performance.getEntriesByType('resource').filter((one) => /main-|\/api\//.test(one.name))]
    .map((one) => one.workerMatchedRouterSource ?? one.workerMatchedSourceType))
  for (const way of ['race-network-and-fetch-handler', 'cache', 'network']) expect(routed.includes(way), `ways past the worker: ${routed}`)
  expect(!routed.includes('fetch-event') && !routed.includes(''), `waits for the worker: ${routed}`)
  await outside('end')
  await page.goto(`${process.env.CONSOLE}/oncall`)
  await page.getByText('The server does not answer').waitFor()
  await accessible(page, 'the server is away')
  await shot(page, 'offline')
  const kept = await page.evaluate(async () => (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map((one) => new URL(one.url).pathname)))).flat())
  expect(kept.length > 0 && kept.every((path) => path === '/' || path.startsWith('/console/')), `kept: ${kept}`)
  await outside('begin')
  await page.getByRole('heading', { name: 'On call' }).waitFor()
  await close()
})
