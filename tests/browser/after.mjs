// After an incident: what is still to be done can be ticked off where it is seen, and its times are on a chart that can be read.
import { accessible, browser, expect, scenario, shot, signIn, until } from './browser.mjs'

const { CONSOLE } = process.env

await scenario(async () => {
  const { page, close } = await browser()
  await signIn(page, 'ana', '/incidents/1')
  await page.locator('.card.top').getByText('nobody took it').waitFor()
  // The review that the runbook promises is there, and is taken and moved where it is seen.
  const review = page.locator('.card', { has: page.getByRole('heading', { name: 'Review', exact: true }) })
  await review.getByText('nobody has it').waitFor()
  await review.getByRole('button', { name: /: change$/ }).click()
  await page.getByRole('dialog').getByLabel('Who does it?').selectOption('eve')
  await page.getByRole('dialog').getByLabel('When is it?').fill('2031-05-06T07:08')
  await accessible(page, 'an action item is changed')
  await page.getByRole('button', { name: 'Change it' }).click()
  await review.getByText(/eve, .*due Tue 6 May, 07:08/).waitFor()
  await accessible(page, 'a review')
  await page.goto(`${CONSOLE}/clocks`)
  await page.getByText('follow up, ').waitFor()
  await page.getByRole('button', { name: 'Review within 48 hours of resolution: done' }).click()
  await page.getByText('No incident waits for anything.').waitFor()

  // Each step of an axis from a second to an hour is named, once, and by its own name.
  await page.goto(`${CONSOLE}/reviews`)
  await page.locator('canvas').nth(1).waitFor()
  await page.evaluate(() => {
    const write = CanvasRenderingContext2D.prototype.fillText
    globalThis.written = []
    CanvasRenderingContext2D.prototype.fillText = function (text, ...where) {
      globalThis.written.push(text)
      return write.call(this, text, ...where)
    }
  })
  await page.emulateMedia({ colorScheme: 'dark' }) // it is drawn again
  await until(page, () => ['≤ 1 s', '10 s', '1 min', '10 min'].every((text) => globalThis.written.filter((one) => one === text).length === 1), 'the steps of the axis are named')
  await accessible(page, 'reviews')
  await shot(page, 'reviews-after')

  // An address of an incident that there is not leads on.
  await page.goto(`${CONSOLE}/incidents/99`)
  await page.getByRole('heading', { name: 'Incident #99' }).waitFor()
  await accessible(page, 'no such incident')
  await page.getByRole('link', { name: 'All incidents' }).click()
  await page.getByText('ShopDown').first().waitFor()
  await close()
})
