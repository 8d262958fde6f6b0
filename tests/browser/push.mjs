// Ana gets her pages in this browser, and acknowledges one by the button of its notification.
import { chromium } from 'playwright-core'
import { expect, outside, PATIENCE_MS, scenario, signIn } from './browser.mjs'

const { CONSOLE, PUSH, PUSH_LINE, PROFILE } = process.env

await scenario(async () => {
  // Windows of their own profile alone may subscribe; and this one asks no push service but ours.
  const chrome = await chromium.launchPersistentContext(PROFILE, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    ignoreDefaultArgs: ['--disable-background-networking'],
    args: ['--no-sandbox', '--ignore-certificate-errors', `--gcm-checkin-url=${PUSH}/checkin`, `--gcm-registration-url=${PUSH}/register`,
      `--gcm-mcs-endpoint=${PUSH_LINE}`],
  })
  await chrome.grantPermissions(['notifications'], { origin: CONSOLE })
  // The endpoint that Chromium names is of its maker, and only the end of it is of the push service here.
  await chrome.route('**/api/v1/push', (route, request) => {
    if (request.method() !== 'POST') return route.continue()
    const said = request.postDataJSON()
    return route.continue({ postData: JSON.stringify({ ...said, endpoint: `${PUSH}/to/${said.endpoint.split('/').pop()}` }) })
  })
  const page = chrome.pages()[0] ?? await chrome.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  // The browser's own record says that it shows one. Whoever asks the page instead, while one is on its way to the screen,
  // makes the browser forget that one: it takes what is not on the screen yet for put away.
  const record = await chrome.newCDPSession(page)
  const displayed = []
  record.on('BackgroundService.backgroundServiceEventReceived', ({ backgroundServiceEvent: { eventName, eventMetadata } }) => {
    if (eventName === 'Notification displayed') displayed.push(eventMetadata.find(({ key }) => key === 'Title').value)
  })
  await record.send('BackgroundService.startObserving', { service: 'notifications' })
  await record.send('BackgroundService.setRecording', { service: 'notifications', shouldRecord: true })
  const notified = async (what) => {
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end && !displayed.some((title) => title.includes(what));) await page.waitForTimeout(50)
    const shown = await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready
      return (await registration.getNotifications()).map(({ title, body, data, actions }) => ({ title, body, data, actions: actions.map((one) => one.action) }))
    })
    const found = shown.find(({ title }) => title.includes(what))
    expect(found, `no notification of ${what}: ${JSON.stringify({ displayed, shown })}`)
    return found
  }

  await signIn(page, 'ana', '/settings')
  await page.getByRole('button', { name: /Get the pages of ana for “phone” here/ }).click()
  await notified('Test')

  await outside('fire')
  const told = await notified('ShopDown')
  expect(/^\[critical\] #1 ShopDown on shop$/.test(told.title), told.title)
  expect(/^Since \d\d:\d\d UTC/.test(told.body) && !told.body.includes('Doe'), told.body)
  expect(told.data.acknowledge.startsWith(`${CONSOLE}/acknowledge/1/ana~`), told.data.acknowledge)
  expect(told.actions.join() === 'acknowledge', told.actions.join())

  await chrome.serviceWorkers()[0].evaluate(async () => {
    const notification = (await self.registration.getNotifications()).find((one) => one.title.includes('ShopDown'))
    self.dispatchEvent(new NotificationEvent('notificationclick', { notification, action: 'acknowledge' }))
  })
  await notified('Acknowledged')
  await chrome.close()
})
