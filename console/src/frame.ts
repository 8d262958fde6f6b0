// The first frame of a page is what somebody waits for at three in the morning. What it does not show at once is done
// and drawn right after it.
import { useEffect, useState } from 'preact/hooks'

const PATIENCE_MS = 2000
let drawn = false
const waiting: (() => void)[] = []

function end() {
  drawn = true
  for (const does of waiting.splice(0)) does()
}

export function afterFrame(does: () => void) {
  if (drawn) does()
  else waiting.push(does)
}

// What is on the page now is what was waited for. A window that nobody sees draws no frames.
export function frameIsWhole() {
  if (drawn) return
  if (document.hidden) setTimeout(end)
  else requestAnimationFrame(() => setTimeout(end))
}

setTimeout(end, PATIENCE_MS)

// True from the second frame on.
export function useLater(): boolean {
  const [later, set] = useState(drawn)
  useEffect(() => afterFrame(() => set(true)), [])
  return later
}
