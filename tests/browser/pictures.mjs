// The pictures of docs/console.md: python3 tests/browser/console_test.py Pictures.draw
import { browser, outside, scenario, signIn, until } from './browser.mjs'

const { CONSOLE, PICTURES } = process.env

await scenario(async () => {
  const { page, close } = await browser({ viewport: { width: 1040, height: 640 } })
  const picture = async (path, name, ready) => {
    if (path !== null) await page.goto(CONSOLE + path)
    await ready()
    await until(page, () => !document.querySelector('main').textContent.includes('Reading…'), 'all is read')
    await page.screenshot({ path: `${PICTURES}/${name}.png` })
  }
  const text = (words) => () => page.getByText(words).first().waitFor()
  await signIn(page, 'ana')
  await outside('trouble')
  await picture('/', 'now', () => page.locator('.burns').nth(2).waitFor())
  await picture('/incidents/1', 'incident', text('queue length'))
  await picture(null, 'approval', async () => {
    await page.locator('.step', { hasText: '/cache' }).last().focus()
    await page.keyboard.press('p')
    await page.getByRole('dialog').waitFor()
  })
  await picture('/runbooks/shop.md', 'runbook', text('Severity levels'))
  await picture('/oncall', 'on-call', text('Overrides'))
  await picture('/ledger', 'ledger', async () => {
    await page.locator('tbody tr').nth(3).waitFor()
    await page.getByRole('button', { name: 'Verify now' }).click()
    await page.getByText('everything fits').waitFor()
  })
  await close()
})
