// Chromium as people use it, and what a page of the console may never do.
import { chromium } from 'playwright-core'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import readline from 'node:readline'

const { CONSOLE, PROVIDER = CONSOLE, TOKEN, SHOTS } = process.env
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const wrong = []
const pages = []

// Of a machine with two busy processors; what comes at all comes sooner.
export const PATIENCE_MS = 60000

export function expect(good, what) {
  if (!good) throw new Error(what)
}

// Asks the test to do something outside of the browser, and waits until it is done.
export async function outside(what) {
  console.log(`DO ${what}`)
  await lines.next()
}

// A person at a browser of their own; whatever the console may not do is remembered.
export async function browser(options = {}) {
  const chrome = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
  const context = await chrome.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  pages.push(page)
  page.on('pageerror', (error) => wrong.push(`a script failed: ${error.message}`))
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) wrong.push(message.text())
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(CONSOLE) && !request.url().startsWith(PROVIDER)) wrong.push(`a request left the machine: ${request.url()}`)
  })
  return { page, close: () => chrome.close() }
}

export async function signIn(page, person, path = '/', secret = TOKEN) {
  await page.goto(CONSOLE + path)
  await page.getByLabel(/Who are you/).fill(person)
  await page.getByLabel('Password').fill(secret)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('navigation').waitFor()
}

// page.waitForFunction() evaluates text in the page, which the console forbids.
export async function until(page, condition, what) {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
    if (await page.evaluate(condition)) return
    await page.waitForTimeout(50)
  }
  throw new Error(`not within ${PATIENCE_MS / 1000} s: ${what}`)
}

export const shot = (page, name) => (SHOTS ? page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true }) : null)

// WCAG 2.2 AA, as far as a program can tell.
export async function accessible(page, name) {
  await page.evaluate(axe)
  const found = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }))
  expect(found.violations.length === 0, `${name}: ${found.violations.map((v) => `${v.id} at ${v.nodes[0].html}`).join('; ')}`)
}

export async function scenario(run) {
  try {
    await run()
    expect(wrong.length === 0, wrong.join('; '))
    console.log('PASS')
    process.exit(0)
  } catch (error) {
    console.log(`FAIL ${error.stack}`)
    for (const [i, page] of pages.entries()) if (!page.isClosed()) await shot(page, `failed-${i}`)
    process.exit(1)
  }
}
