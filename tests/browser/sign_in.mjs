// Somebody of the configuration signs in by the provider of the house, somebody else does not, and a password does it without.
import { accessible, browser, expect, outside, scenario, shot, signIn } from './browser.mjs'

const { CONSOLE, PASSWORD, PROVIDER } = process.env

async function enter(page, name) {
  await page.goto(CONSOLE)
  await page.getByRole('link', { name: 'Sign in by the house' }).click()
  await page.getByLabel('Name').fill(name)
  await page.getByRole('button', { name: 'Enter' }).click()
}

await scenario(async () => {
  const ana = await browser({ colorScheme: 'light' })
  await ana.page.goto(CONSOLE)
  await ana.page.getByRole('link', { name: 'Sign in by the house' }).waitFor()
  await accessible(ana.page, 'sign-in')
  await shot(ana.page, 'sign-in')
  await enter(ana.page, 'ana')
  await ana.page.getByRole('navigation').waitFor()
  expect(ana.page.url() === `${CONSOLE}/`, `it ends at ${ana.page.url()}`)
  await ana.page.reload() // the cookie of the session is one of this site alone, and still goes with it
  await ana.page.getByRole('navigation').waitFor()
  const session = await ana.page.evaluate(() => fetch('/api/v1/session').then((answer) => answer.json()))
  expect(session.person === 'ana' && session.right === 'approver', JSON.stringify(session))

  const eve = await browser()
  await enter(eve.page, 'mallory')
  await eve.page.getByText('nobody of the configuration is known by that name').waitFor()
  expect(!eve.page.url().startsWith(PROVIDER), eve.page.url())
  await shot(eve.page, 'sign-in-refused')

  await outside('end')
  await eve.page.getByRole('link', { name: 'Sign in with a password' }).click()
  await eve.page.getByLabel(/Who are you/).waitFor()
  await signIn(eve.page, 'ana', '/', PASSWORD)
  await ana.close()
  await eve.close()
})
