// Somebody of the configuration signs in by the provider of the house, somebody else does not, and a password does it without.
import { accessible, browser, expect, outside, scenario, shot, signIn } from './browser.mjs'

const { CONSOLE, PASSWORD, PROVIDER } = process.env

async function enter(page, name, path = '/') {
  await page.goto(CONSOLE + path)
  await page.getByRole('link', { name: 'Sign in by the house' }).click()
  await prove(page, name)
}

async function prove(page, name) {
  await page.getByLabel('Name').fill(name)
  await page.getByRole('button', { name: 'Enter' }).click()
}

await scenario(async () => {
  const ana = await browser({ colorScheme: 'light' })
  await ana.page.goto(CONSOLE)
  await ana.page.getByRole('link', { name: 'Sign in by the house' }).waitFor()
  await accessible(ana.page, 'sign-in')
  await shot(ana.page, 'sign-in')
  await enter(ana.page, 'ana', '/ledger?text=a%20word')
  await ana.page.getByRole('navigation').waitFor()
  expect(ana.page.url() === `${CONSOLE}/ledger?text=a%20word`, `it ends at ${ana.page.url()}`)
  await ana.page.reload() // the cookie of the session is one of this site alone, and still goes with it
  await ana.page.getByRole('navigation').waitFor()
  const session = await ana.page.evaluate(() => fetch('/api/v1/session').then((answer) => answer.json()))
  expect(session.person === 'ana' && session.right === 'approver', JSON.stringify(session))

  // The provider still knows her: it lets her in without a word, but not where she has to show who she is.
  await ana.page.goto(`${CONSOLE}/sign-in/provider?to=/oncall`)
  await ana.page.getByRole('heading', { name: 'On call' }).waitFor()
  await ana.page.goto(`${CONSOLE}/sign-in/provider?again=1&to=/settings`)
  await prove(ana.page, 'ana')
  await ana.page.getByRole('heading', { name: 'Settings' }).first().waitFor()
  expect(ana.page.url() === `${CONSOLE}/settings`, `it ends at ${ana.page.url()}`)

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
