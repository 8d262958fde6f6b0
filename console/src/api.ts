// The public API (/openapi.json), as far as the console uses it.

export interface Incident {
  number: number
  title: string
  service: string | null
  severity: string
  severity_rank: number
  severity_why: string | null
  drill: boolean
  patient_safety: boolean
  patient_safety_why: string | null
  state: string
  procedure: { title: string | null; file: string; line: number; why: string | null } | null
  alerts: { total: number; firing: number }
  opened_at: string
  acknowledged_at: string | null
  acknowledged_by: string | null
  resolved_at: string | null
  resolved_by: string | null
  times_reopened: number
  earlier_incident: number | null
  lease_until: string | null
  flapping_since: string | null
  storm: number | null
  muted_until: string | null
  muted_by: string | null
  muted_why: string | null
  legal_hold_since: string | null
  legal_hold_by: string | null
  legal_hold_why: string | null
}

export interface Clock {
  clock: number
  incident: number | null
  kind: string
  state: string
  what: string
  audience: string | null
  due_at: string
  since: string
  file: string | null
  line: number
  rule: string | null
}

export interface WholeIncident extends Incident {
  roles: { role: string; person: string; until: string | null }[]
  checklist: { item: number; text: string; file: string; line: number; done: boolean; checked_by: string | null }[]
  clocks: Clock[]
}

export interface Step {
  run: number
  line: number
  part: string | null
  document_line: number
  file: string
  phase: string | null
  kind: string
  command: string
  text: string | null
  condition: string | null
  branch_of: number | null
  choice: number | null
  option: number | null
  answer: string | null
  done_by: string | null
  note: string | null
  runs: string | null
  values: { name: string; value: string; by: string }[]
  missing: { name: string; type: string }[]
  faults: { code: string; says: string; repaired: string }[]
  target: string | null
  class: string | null
  class_why: string | null
  state: string
  why: string | null
  evidence: boolean
  can: string[]
  approval: {
    runs: string
    sha256: string
    changes: string | null
    way_back: string | null
    needs: number
    first_by: string | null
    first_until: string | null
  } | null
  verdict: string | null
  verdict_why: string | null
  checks_for: number | null
  started_at: string | null
  finished_at: string | null
  exit_code: number | null
  attempt: number
  output: string
  output_cut: boolean
}

export interface Event {
  incident: number | null
  n: number
  at: string
  actor: string
  kind: string
  summary: string
  body: Record<string, unknown>
  hash: string
}

export interface Person { id: string; name: string }
export interface Stretch { from: string; until: string; people: string[] }
export interface Duty {
  id: string
  timezone: string
  people: Person[]
  until: string | null
  stretches?: Stretch[]
  overrides: { number: number | null; person: string; from: string; until: string; made_by: string | null; why: string | null }[]
}
export interface OnCall { at: string; schedules: Duty[]; people: Person[] }

export class Refused extends Error {
  constructor(readonly status: number, message: string, readonly field: string | null) {
    super(message)
  }
}

// What is done when the server says that nobody is signed in here any more; or, with its words, that who is must show it again.
let signedOut: (why?: string) => void = () => {}
export const whenSignedOut = (does: (why?: string) => void) => void (signedOut = does)
export const saySignedOut = () => signedOut()

async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(path, {
    method,
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const text = await answer.text()
  const said = text ? JSON.parse(text) : null
  if (answer.status === 401) signedOut(said?.error?.code === 'sign_in_again' ? said.error.message : undefined)
  if (!answer.ok) throw new Refused(answer.status, said?.error?.message ?? answer.statusText, said?.error?.field ?? null)
  return said as T
}

// What the page of an incident brought with it (src/api/console.c): answers by path, and how far the ledger was. Taken once.
const brought = new Map<string, unknown>(Object.entries(JSON.parse(document.getElementById('brought')?.textContent || '{}')))

export function take<T>(path: string): T | null {
  const answer = brought.get(path) as T | undefined
  brought.delete(path)
  return answer ?? null
}

// What the first page will ask for otherwise, asked for before it is drawn.
const early = new Map<string, Promise<unknown>>()

export function askEarly(paths: string[]) {
  for (const path of paths) {
    if (brought.has(path)) continue
    const answer = ask('GET', path)
    answer.catch(() => {})
    early.set(path, answer)
  }
}

export const forgetEarly = () => early.clear()

export function get<T>(path: string): Promise<T> {
  const asked = early.get(path)
  early.delete(path)
  return (asked as Promise<T> | undefined) ?? ask<T>('GET', path)
}

export const post = <T>(path: string, body: unknown) => ask<T>('POST', path, body)
export const remove = (path: string) => ask<null>('DELETE', path)
