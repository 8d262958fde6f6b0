// Every page narrow, wide, in the dark, with nothing and with much on it: readable and within the screen.
import { accessible, browser, expect, outside, scenario, shot, signIn } from './browser.mjs'

const phone = { viewport: { width: 360, height: 740 }, hasTouch: true }

async function fits(page, name) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(over <= 0, `${name} is ${over} px wider than the screen`)
}

await scenario(async () => {
  const wide = await browser(), narrow = await browser(phone), dark = await browser({ colorScheme: 'dark', reducedMotion: 'reduce' })
  const all = [[wide, 'wide'], [narrow, 'narrow'], [dark, 'dark']]
  for (const [person, look] of all) {
    await signIn(person.page, 'ana')
    await person.page.getByText('Nothing burns').waitFor()
    await shot(person.page, `now-empty-${look}`)
  }
  await outside('many')
  for (const [person, look] of all) {
    await person.page.getByRole('heading', { name: '60 incidents' }).waitFor()
    await fits(person.page, `now ${look}`)
    await accessible(person.page, `now ${look}`)
    await shot(person.page, `now-${look}`)
    await person.page.locator('a.incident').first().click()
    await person.page.getByRole('heading', { name: 'Timeline' }).waitFor()
    await person.page.getByText('Reading…').waitFor({ state: 'detached' })
    await fits(person.page, `incident ${look}`)
    await accessible(person.page, `incident ${look}`)
    await shot(person.page, `incident-${look}`)
  }
  for (const [person, look] of all) {
    await person.page.getByRole('link', { name: 'Runbooks' }).click()
    await person.page.getByRole('link', { name: /Shop/ }).click()
    await person.page.getByText('rm -r').first().waitFor()
    await fits(person.page, `runbook ${look}`)
    await accessible(person.page, `runbook ${look}`)
    await shot(person.page, `runbook-${look}`)
  }
  // By keyboard alone: from the list to an incident and back.
  await wide.page.keyboard.press('g')
  await wide.page.keyboard.press('n')
  await wide.page.getByRole('heading', { name: '60 incidents' }).waitFor()
  await wide.page.keyboard.press('j')
  await wide.page.keyboard.press('Enter')
  await wide.page.getByRole('heading', { name: 'Timeline' }).waitFor()
  await wide.page.keyboard.press('?')
  await wide.page.getByRole('dialog').waitFor()
  await accessible(wide.page, 'the keys')
  await wide.page.keyboard.press('Escape')
  for (const [person] of all) await person.close()
})
