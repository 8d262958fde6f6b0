// Ten thousand incidents: the worst are on the first page, and every one can be reached.
import { browser, expect, scenario, shot, signIn, until } from './browser.mjs'

await scenario(async () => {
  const { page, close } = await browser()
  await signIn(page, 'ana')
  await page.getByRole('heading', { name: '10,000 incidents' }).waitFor()
  expect(await page.locator('.burns').count() === 100, 'the worst are shown')
  await page.getByRole('link', { name: /all of them/ }).click()
  await page.getByRole('button', { name: 'Older' }).click()
  await until(page, () => document.querySelectorAll('.burns').length === 200, 'the second hundred')
  await page.getByRole('button', { name: 'Older' }).click()
  await until(page, () => document.querySelectorAll('.burns').length === 300, 'the third hundred')
  const numbers = await page.evaluate(() => [...document.querySelectorAll('.burns a')].map((a) => Number(a.pathname.split('/')[2])))
  expect(numbers.every((number, i) => number === 10000 - i), 'every one, once, the newest first')
  await shot(page, 'many')
  await close()
})
