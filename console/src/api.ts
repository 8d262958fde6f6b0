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
  muted_until: string | null
}

export interface Clock {
  clock: number
  incident: number | null
  kind: string
  state: string
  what: string
  audience: string | null
  due_at: string
}

export interface WholeIncident extends Incident {
  roles: { role: string; person: string; until: string | null }[]
  checklist: { item: number; text: string; done: boolean; checked_by: string | null }[]
  clocks: Clock[]
}

export interface Step {
  run: number
  line: number
  file: string
  phase: string | null
  kind: string
  command: string
  text: string | null
  runs: string | null
  class: string | null
  class_why: string | null
  state: string
  why: string | null
  can: string[]
  approval: { runs: string; sha256: string; needs: number; first_by: string | null } | null
  verdict: string | null
  verdict_why: string | null
  done_by: string | null
  finished_at: string | null
  exit_code: number | null
  output: string
}

export interface Event {
  incident: number | null
  n: number
  at: string
  actor: string
  kind: string
  summary: string
}

export class Refused extends Error {
  constructor(readonly status: number, message: string, readonly field: string | null) {
    super(message)
  }
}

async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(path, {
    method,
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const text = await answer.text()
  const said = text ? JSON.parse(text) : null
  if (!answer.ok) throw new Refused(answer.status, said?.error?.message ?? answer.statusText, said?.error?.field ?? null)
  return said as T
}

export const get = <T>(path: string) => ask<T>('GET', path)
export const post = <T>(path: string, body: unknown) => ask<T>('POST', path, body)
export const remove = (path: string) => ask<null>('DELETE', path)
