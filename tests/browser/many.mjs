// Ten thousand incidents: the worst are on the first page, and every one can be reached.
import { browser, expect, scenario, shot, signIn, until } from './browser.mjs'

await scenario(async () => {
  const { page, close } = await browser()
  await signIn(page, 'ana')
  await page.getByRole('heading', { name: '10,000 incidents' }).waitFor()
  expect(await page.locator('.burns').count() === 25, 'the worst are shown')
  await page.getByRole('link', { name: /all of them/ }).click()
  await page.getByRole('button', { name: 'Older' }).click()
  await until(page, () => document.querySelectorAll('.burns').length === 200, 'the second hundred')
  await page.getByRole('button', { name: 'Older' }).click()
  await until(page, () => document.querySelectorAll('.burns').length === 300, 'the third hundred')
  const numbers = await page.evaluate(() => [...document.querySelectorAll('.burns a')].map((a) => Number(a.pathname.split('/')[2])))
  expect(numbers.every((number, i) => number === 10000 - i), 'every one, once, the newest first')
  await shot(page, 'many')
  // What is counted over all of them, on a desk by day and on a phone at night.
  for (const [width, screen, colorScheme] of [[1280, 'wide', 'light'], [360, 'narrow', 'dark']]) {
    await page.setViewportSize({ width, height: 800 })
    await page.emulateMedia({ colorScheme })
    for (const [path, ready] of [['', '10,000 incidents'], ['incidents', 'Older'], ['reviews', 'Incidents a month'], ['ledger', 'Look further back'], ['clocks', 'Due'], ['promises', 'of 10 requests']]) {
      await page.goto(`${process.env.CONSOLE}/${path}`)
      await page.getByText(ready).first().waitFor()
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(over <= 0, `${path} is ${over} px wider than the screen`)
      await shot(page, `many-${path || 'now'}-${screen}`)
    }
  }
  await close()
})
