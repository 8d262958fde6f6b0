// Every page, wide and light, narrow and dark, with nothing and with something on it: readable and within the screen.
import { accessible, browser, expect, outside, scenario, shot, signIn, until } from './browser.mjs'

const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, colorScheme: 'dark', reducedMotion: 'reduce' }
const pages = ['', 'incidents', 'incidents/1', 'runbooks', 'runbooks/shop.md', 'oncall', 'silences', 'clocks', 'checks', 'reviews', 'drills', 'ledger', 'settings']
const nameOf = (path) => path.replace(/\W+/g, '-') || 'now'

async function fits(page, name) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(over <= 0, `${name} is ${over} px wider than the screen`)
}

async function look(page, path, name) {
  await page.goto(`${process.env.CONSOLE}/${path}`)
  await page.locator('main h1, main h2').first().waitFor()
  await until(page, () => !document.querySelector('main').textContent.includes('Reading…'), 'all is read')
  await fits(page, name)
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
    for (const path of pages) await look(page, path, `${nameOf(path)}-${screen}`)
  }))
  await wide.page.goto(`${process.env.CONSOLE}/incidents/1`)
  await wide.page.locator('.step').first().waitFor()
  await wide.page.getByText('patient safety').first().waitFor()
  const scripts = await wide.page.evaluate(() => [...document.querySelectorAll('main img, main script, main b b')].length)
  expect(scripts === 0, 'what an alert or a runbook says has become a part of the page')
  await wide.page.keyboard.press('?')
  await wide.page.getByRole('dialog').waitFor()
  await accessible(wide.page, 'the keys')
  await shot(wide.page, 'keys')
  for (const person of [wide, narrow]) await person.close()
})
