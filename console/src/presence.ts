// That somebody is at it: a key, a touch or the mouse says so, once a minute at most. What pages ask for by themselves does
// not, so a screen that nobody is at is signed out.
import { post } from './api'

const EVERY_MS = 60000
let told = 0

function here() {
  const now = Date.now()
  if (now - told < EVERY_MS) return
  told = now
  post('/api/v1/session/here', {}).catch(() => {})
}

export function tellPresence() {
  for (const kind of ['keydown', 'pointerdown', 'pointermove', 'wheel', 'touchmove']) addEventListener(kind, here, { passive: true, capture: true })
}
