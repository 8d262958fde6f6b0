// Every page, wide and light, narrow and dark, with nothing and with something on it: readable and within the screen.
import fs from 'node:fs'
import { accessible, browser, expect, outside, scenario, shot, signIn, until } from './browser.mjs'

const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, colorScheme: 'dark', reducedMotion: 'reduce' }
const pages = ['', 'incidents', 'incidents/1', 'runbooks', 'runbooks/shop.md', 'oncall', 'silences', 'clocks', 'checks', 'models', 'reviews', 'drills', 'ledger', 'promises', 'settings']
const nameOf = (path) => path.replace(/\W+/g, '-') || 'now'

async function fits(page, name) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(over <= 0, `${name} is ${over} px wider than the screen`)
}

// What stands in a card stays in it; what scrolls by itself does so within.
async function within(page, name) {
  const outside = await page.evaluate(() => [...document.querySelectorAll('.card *')].filter((one) => {
    const card = one.closest('.card').getBoundingClientRect(), own = one.getBoundingClientRect()
    return own.width > 0 && !one.closest('.scroll, pre, svg, thead, .chart, details:not([open])') && (own.left < card.left || own.right > card.right)
  }).map((one) => `${one.tagName} ${one.className} ${one.textContent.slice(0, 40)}`))
  const heads = await page.evaluate(() => [...document.querySelectorAll('thead')].filter((one) => getComputedStyle(one).position === 'absolute' && (one.offsetWidth > 1 || getComputedStyle(one).overflow !== 'hidden')).length)
  expect(heads === 0, `${name}: a head of a table that is for screen readers alone is seen`)
  expect(outside.length === 0, `${name}: outside of its card: ${outside.slice(0, 3).join('; ')}`)
}

// The place that one is at stands whole in the bar, whatever came into it afterwards.
async function isInTheBar(page, name) {
  const cut = () => {
    const here = document.querySelector('nav [aria-current]')?.getBoundingClientRect(), bar = document.querySelector('nav').getBoundingClientRect()
    return !here || (here.left >= bar.left - 1 && here.right <= bar.right + 1 && document.querySelector('nav .count') !== null)
  }
  await until(page, cut, `${name}: its name is whole in the bar`)
}

async function look(page, path, name) {
  await page.goto(`${process.env.CONSOLE}/${path}`)
  await page.locator('main h1, main h2').first().waitFor()
  await until(page, () => !document.querySelector('main').textContent.includes('Reading…'), 'all is read')
  await fits(page, name)
  await isInTheBar(page, name)
  await within(page, name)
  await accessible(page, name)
  await shot(page, name)
}

await scenario(async () => {
  const wide = await browser(), narrow = await browser(phone)
  const all = [[wide.page, 'wide'], [narrow.page, 'narrow']]
  for (const [page, screen] of all) {
    await signIn(page, 'ana')
    await page.getByText('Nothing burns').waitFor()
    for (const path of pages.filter((one) => !one.includes('/'))) {
      await page.goto(`${process.env.CONSOLE}/${path}`)
      await page.locator('main h1, main h2').first().waitFor()
      await fits(page, `${path} empty`)
      await shot(page, `${nameOf(path)}-empty-${screen}`)
    }
  }
  await outside('trouble')
  await Promise.all(all.map(async ([page, screen]) => {
    await page.goto(process.env.CONSOLE)
    await page.locator('.burns').nth(2).waitFor()
    expect(/^\(\d+\) /.test(await page.title()), `the title says how many are open: ${await page.title()}`)
    const rows = await page.locator('.burns').allTextContents()
    expect(/PaymentSlow/.test(rows.filter((row) => /SEV-1/.test(row)).pop()), `of what is equally bad, what somebody has is last: ${rows.join('; ')}`)
    const lines = await page.evaluate(() => [...document.querySelectorAll('.burns .row')].filter((row) => new Set([...row.children].map((mark) => mark.offsetTop)).size > 1).length)
    expect(lines === 0, `the severity and the state of ${lines} incidents do not stand side by side on a ${screen} screen`)
    for (const path of pages) await look(page, path, `${nameOf(path)}-${screen}`)
    await page.locator('footer', { hasText: /^Times of \S+/ }).waitFor()
    // What is not there is said, and leads on.
    const answer = await page.goto(`${process.env.CONSOLE}/no-such-page`)
    expect(answer.status() === 404, `a page that is not there is ${answer.status()}`)
    await page.getByText('There is no such page').waitFor()
    await look(page, 'runbooks/no-such.md', `no-runbook-${screen}`)
    await page.getByRole('link', { name: 'All runbooks' }).waitFor()
  }))
  // A stretch that is too short for its name says it where it is touched.
  await narrow.page.goto(`${process.env.CONSOLE}/oncall`)
  await narrow.page.locator('.stretch').last().tap()
  await narrow.page.getByRole('status').filter({ hasText: /^office: .+ – .+\(\S+\)$/ }).waitFor()
  // A runbook beside what was understood of it, and what another version of it would change.
  await wide.page.goto(`${process.env.CONSOLE}/runbooks/shop.md#42`)
  await wide.page.locator('.pointed', { hasText: 'destructive' }).waitFor()
  await wide.page.locator('.margin', { hasText: 'respond 5 min' }).waitFor()
  await wide.page.getByText('What would another version change?').click()
  const newer = { name: 'newer.md', mimeType: 'text/markdown', buffer: Buffer.from('# Shop\n\n## Severity levels\n\n### SEV-1 (Critical)\n- **Response Time**: 1 minute\n') }
  await wide.page.getByLabel('Another version').setInputFiles(newer)
  await wide.page.getByText('response time 5 min -> 1 min').waitFor()
  await wide.page.goto(`${process.env.CONSOLE}/runbooks`)
  const rules = 'groups:\n- name: shop\n  rules:\n  - alert: ShopDown\n    expr: up == 0\n  - alert: UnheardOf\n    expr: up == 0\n'
  await wide.page.getByLabel('A file of alerting rules').setInputFiles({ name: 'rules.yml', mimeType: 'text/yaml', buffer: Buffer.from(rules) })
  await wide.page.getByText('1 without a procedure').waitFor()
  await wide.page.locator('.incident', { hasText: /^Shop.*1 of 2 alerts lead here, to 1 of 2 procedures · no drill on record/ }).waitFor()
  await accessible(wide.page, 'coverage')
  // A drill was held: its result goes on record, and the next one is due.
  await wide.page.goto(`${process.env.CONSOLE}/drills`)
  await wide.page.getByRole('button', { name: 'it was held' }).click()
  const result = { verdict: 'pass', name: 'failover', score: 95, seconds: 61.2, failed_steps: [], by_hand: ['moved the address'], lacks: [], why: null }
  await wide.page.getByLabel(/^Result what/).setInputFiles({ name: 'result.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(result)) })
  await accessible(wide.page, 'a drill was held')
  await wide.page.getByRole('button', { name: 'Put on record' }).click()
  await wide.page.locator('pre', { hasText: /failover: passed, score 95, 61 s\s+by hand: moved the address/ }).waitFor()
  await accessible(wide.page, 'results of drills')
  await wide.page.goto(`${process.env.CONSOLE}/runbooks`)
  await wide.page.locator('.incident', { hasText: /^Shop.*last drill .+, the next in / }).waitFor()
  // Somebody takes over a schedule, and gives it back.
  await wide.page.goto(`${process.env.CONSOLE}/oncall`)
  await wide.page.getByRole('button', { name: 'Take over' }).click()
  await wide.page.getByRole('dialog').getByLabel('Who').selectOption('eve')
  await wide.page.getByRole('dialog').getByLabel('Why').fill('a wedding')
  await accessible(wide.page, 'somebody takes over')
  await wide.page.getByRole('button', { name: 'Put on call' }).click()
  await wide.page.locator('#overrides ~ .list, .look', { hasText: 'a wedding' }).first().waitFor()
  await wide.page.locator('.clock', { hasText: 'primary' }).filter({ hasText: 'Eve Lindqvist' }).first().waitFor()
  await accessible(wide.page, 'an override')
  await wide.page.getByRole('button', { name: 'End the override of Eve' }).click()
  await wide.page.getByRole('dialog').getByRole('button', { name: 'End it' }).click()
  await until(wide.page, () => !document.querySelector('main').textContent.includes('a wedding'), 'the override is ended')
  // A maintenance window is begun where silences are: incidents open in it, and page nobody.
  await wide.page.goto(`${process.env.CONSOLE}/silences`)
  await wide.page.getByLabel(/^Alerts with these labels/).fill('service=cellar')
  await wide.page.getByLabel('Why?').fill('new shelves')
  await wide.page.getByLabel(/^It is maintenance/).check()
  await wide.page.getByRole('button', { name: 'Begin maintenance' }).click()
  await wide.page.locator('.look', { hasText: 'new shelves' }).getByText('maintenance', { exact: true }).waitFor()
  await accessible(wide.page, 'a maintenance window')
  // A token is made, shown once, and ended; an account has a second factor.
  await wide.page.goto(`${process.env.CONSOLE}/settings`)
  await wide.page.getByRole('button', { name: 'New token' }).click()
  await wide.page.getByRole('dialog').getByLabel('Name').fill('prometheus')
  await accessible(wide.page, 'a new token')
  await wide.page.getByRole('button', { name: 'Make it' }).click()
  await wide.page.getByRole('dialog').getByText(/^\S{30,}$/).waitFor()
  await wide.page.getByRole('button', { name: 'I have it' }).click()
  await wide.page.getByRole('button', { name: /End token prometheus/ }).click()
  await wide.page.getByRole('dialog').getByRole('button', { name: 'End it' }).click()
  await wide.page.getByText('There is no token beside').waitFor()
  await wide.page.getByRole('button', { name: 'New account' }).click()
  await wide.page.getByRole('dialog').getByLabel('Person').selectOption('eve')
  await wide.page.getByRole('dialog').getByLabel('Password').fill('a long way to the harbour')
  await wide.page.getByRole('checkbox', { name: /second factor/ }).check()
  await wide.page.getByRole('button', { name: 'Make it' }).click()
  await wide.page.getByRole('dialog').getByText(/^otpauth:/).waitFor()
  await wide.page.getByRole('button', { name: 'I have it' }).click()
  await wide.page.locator('#accounts ~ .list, .card', { hasText: 'eve' }).first().waitFor()
  await accessible(wide.page, 'accounts and sessions')
  // The server verifies its ledger, and a checkpoint of another one does not pass for its own.
  await wide.page.goto(`${process.env.CONSOLE}/ledger?incident=1`)
  await wide.page.getByRole('button', { name: 'Verify now' }).click()
  await wide.page.getByText('everything fits').waitFor()
  await accessible(wide.page, 'the ledger is verified')
  await wide.page.getByLabel('A checkpoint that was kept').setInputFiles({ name: 'checkpoint', mimeType: 'text/plain', buffer: Buffer.from('not one') })
  await wide.page.getByText('that is no checkpoint').waitFor()
  await shot(wide.page, 'ledger-verified')
  const [whole] = await Promise.all([wide.page.waitForEvent('download'), wide.page.getByRole('link', { name: 'All of it' }).click()])
  expect(whole.suggestedFilename() === 'ledger.jsonl', 'the export is a file')
  expect(fs.readFileSync(await whole.path(), 'utf8').trim().split('\n').pop().startsWith('{"events":'), 'the export is whole')
  // A way of reaching people is tested, and then proved.
  await wide.page.goto(`${process.env.CONSOLE}/promises`)
  await wide.page.getByRole('button', { name: 'Test webhook of eve' }).click()
  await wide.page.locator('tr', { hasText: 'eve' }).getByText('proved', { exact: true }).waitFor()
  await accessible(wide.page, 'a way is proved')
  // The runbook is rewritten: what changed in behaviour is told of any two versions.
  await outside('rewrite')
  await wide.page.goto(`${process.env.CONSOLE}/runbooks/shop.md`)
  await wide.page.getByLabel('From the version of').waitFor()
  await wide.page.getByText('response time 5 min -> 2 min').waitFor()
  await accessible(wide.page, 'two versions')
  await shot(wide.page, 'runbook-versions')
  const fresh = await wide.page.getByLabel('to the version of').inputValue(), old = await wide.page.getByLabel('From the version of').inputValue()
  await wide.page.getByLabel('From the version of').selectOption(fresh)
  await wide.page.getByLabel('to the version of').selectOption(old)
  await wide.page.getByText('response time 2 min -> 5 min').waitFor()
  await wide.page.goto(`${process.env.CONSOLE}/reviews`)
  await wide.page.getByLabel(/^Service/).selectOption('shop')
  await until(wide.page, () => location.search === '?service=shop', 'the address says what is shown')
  await wide.page.locator('canvas').nth(1).waitFor()
  // The address of a step leads to it, and the head leads to the next one.
  await wide.page.goto(`${process.env.CONSOLE}/incidents/1#step-1-48`)
  await until(wide.page, () => document.activeElement?.id === 'step-1-48', 'the step of the address has the focus')
  await wide.page.getByRole('link', { name: 'Next: Tell the shift leader in the shop.' }).click()
  await until(wide.page, () => document.activeElement?.id === 'step-1-38' && location.hash === '#step-1-38', 'the next step has the focus')
  await wide.page.getByText('patient safety').first().waitFor()
  const scripts = await wide.page.evaluate(() => [...document.querySelectorAll('main img, main script, main b b')].length)
  expect(scripts === 0, 'what an alert or a runbook says has become a part of the page')
  await wide.page.keyboard.press('?')
  await wide.page.getByRole('dialog').waitFor()
  await accessible(wide.page, 'the keys')
  await shot(wide.page, 'keys')
  for (const person of [wide, narrow]) await person.close()
})
