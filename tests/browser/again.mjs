// Somebody is signed out in the middle of a sentence, and goes on with it when they have signed in again. Then nothing is left to see.
import { accessible, browser, expect, outside, scenario, shot, signIn, until } from './browser.mjs'

const { TOKEN } = process.env

await scenario(async () => {
  const { page, close } = await browser()
  await signIn(page, 'ana')
  await outside('fire')
  const head = await (await page.goto(`${new URL(page.url()).origin}/incidents/1`)).text()
  await page.locator('.look').first().waitFor()
  expect(/<h1 id="title">[^]*ShopDown[^]*nobody has it yet/.test(head), 'the head is in the page itself')
  expect(await page.locator('#title').count() === 1 && await page.locator('header.bar').count() === 1, 'and the console has taken its place')
  await page.keyboard.press('n')
  await page.getByRole('dialog').getByRole('textbox').fill('the queue grows since')
  await outside('end')
  await page.getByRole('dialog').getByRole('textbox').press('Tab')
  await page.getByRole('dialog').locator('button.yes').click()
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
  expect(!(await page.locator('#title').isVisible()), 'what was on the screen is hidden')
  await accessible(page, 'signed out')
  await shot(page, 'signed-out')
  await page.getByLabel('Password').fill(TOKEN)
  await page.keyboard.press('Enter')
  await page.locator('#title').waitFor()
  expect(await page.getByRole('dialog').getByRole('textbox').inputValue() === 'the queue grows since', 'what was written is still there')
  await page.getByRole('dialog').locator('button.yes').click()
  await page.getByText('the queue grows since').first().waitFor()

  // Whoever only looks is told, too, and is let in again.
  await outside('end')
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
  await page.getByLabel('Password').fill(TOKEN)
  await page.keyboard.press('Enter')
  await page.locator('#title').waitFor()
  await outside('note')
  await page.getByText('written elsewhere').first().waitFor()
  await until(page, () => !document.querySelector('.offline'), 'it is connected')
  await close()
})
