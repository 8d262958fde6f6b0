// A page whose script comes when somebody goes there.
import { ComponentChildren } from 'preact'
import { useLayoutEffect, useState } from 'preact/hooks'

// A tab that is older than the program asks for scripts that are gone: then the page is loaded anew, unless that has just been done.
const YOUNG_MS = 5000

export function Lazy<T extends object>({ from, draw }: { from: () => Promise<T>; draw: (all: T) => ComponentChildren }) {
  const [all, set] = useState<T | null>(null)
  const [failed, setFailed] = useState(false)
  useLayoutEffect(() => {
    from().then(set, () => (performance.now() > YOUNG_MS ? location.reload() : setFailed(true)))
  }, [])
  if (failed) return <p class="said" role="alert">This page could not be loaded. Load it again when the server answers.</p>
  return <>{all ? draw(all) : <p class="quiet">Reading…</p>}</>
}
