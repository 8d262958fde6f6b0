// Pages to this browser: by the push service that its maker runs, which sees neither what a page says nor whom it is for.
import { useState } from 'preact/hooks'
import { post } from './api'
import { me } from './me'
import { useLive } from './live'
import { Act, At, Read } from './parts'

interface Ways { key: string | null; ways: { person: string; name: string; since: string | null }[] }

const bytesOf = (text: string) =>
  Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0))

const textOf = (bytes: ArrayBuffer | null) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes ?? new ArrayBuffer(0)))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')

// One subscription a browser; another key of the server's wants another one.
async function subscribe(key: string): Promise<PushSubscription> {
  const registration = await navigator.serviceWorker.ready
  const before = await registration.pushManager.getSubscription()
  if (before && textOf(before.options.applicationServerKey) === key) return before
  await before?.unsubscribe()
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) })
}

export function PushHere() {
  const [told, setTold] = useState('')
  const live = useLive<Ways>('/api/v1/push', (event) => event.kind === 'push.subscribed')
  const able = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window
  const take = async (key: string, person: string, name: string) => {
    setTold('')
    if (await Notification.requestPermission() !== 'granted') {
      setTold('The browser does not let this page notify you: allow it in the settings of the site.')
      return
    }
    const got = await subscribe(key).catch((thrown: unknown) => String(thrown))
    if (typeof got === 'string') {
      setTold(`The browser did not subscribe: ${got}`)
      return
    }
    await post('/api/v1/push', { as: person, name, endpoint: got.endpoint, p256dh: textOf(got.getKey('p256dh')), auth: textOf(got.getKey('auth')) })
    setTold('A test is on its way to this browser.')
  }
  return (
    <Read from={live}>{({ key, ways }) => {
      const mine = ways.filter((way) => !me.person || way.person === me.person)
      if (mine.length === 0) return <p class="quiet">Pages can come to this browser once a contact such as <code>push: phone</code> is in the configuration.</p>
      if (!key) return <p class="said">There is no key for pages to browsers: see <code>channels.push</code> in the configuration.</p>
      if (!able) return <p class="quiet">This browser takes no pages here: it needs HTTPS, and on a telephone the console on the home screen.</p>
      return (
        <>
          <ul class="plain">{mine.map((way) => (
            <li key={`${way.person} ${way.name}`}>
              <Act does={() => take(key, way.person, way.name)}>Get the pages of {way.person} for “{way.name}” here</Act>
              {way.since && <span class="quiet"> another browser took them <At time={way.since} date /></span>}
            </li>))}
          </ul>
          {told && <p role="status" class="said">{told}</p>}
        </>
      )
    }}</Read>
  )
}
