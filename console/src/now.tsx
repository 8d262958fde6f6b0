// What burns, how bad, who has it, what is due next.
import { Clock, Incident } from './api'
import { useLive, useNow } from './live'
import { length, Link, Severity, State } from './parts'

const worstFirst = (a: Incident, b: Incident) =>
  Number(b.patient_safety) - Number(a.patient_safety) || (a.severity_rank || 99) - (b.severity_rank || 99) || a.number - b.number

function Row({ incident, now }: { incident: Incident; now: number }) {
  return (
    <li>
      <Link to={`/incidents/${incident.number}`} class="incident">
        <span class="row">
          <Severity incident={incident} />
          {incident.drill && <span class="mark">drill</span>}
          {incident.patient_safety && <span class="mark bad">patient safety</span>}
          <strong>#{incident.number} {incident.title}</strong>
        </span>
        <State state={incident.state} />
        <span class="quiet small">
          {incident.service ?? 'no service'} · {incident.acknowledged_by ? `${incident.acknowledged_by} has it` : 'nobody has it yet'}
          {incident.muted_until && ' · muted'}
        </span>
        <span class="quiet small">{length(now - Date.parse(incident.opened_at))}</span>
      </Link>
    </li>
  )
}

export function Due({ clocks, now, linked }: { clocks: Clock[]; now: number; linked?: boolean }) {
  return (
    <ul class="list">
      {clocks.map((clock) => {
        const left = Date.parse(clock.due_at) - now
        return (
          <li class="clock" key={`${clock.incident}/${clock.clock}`}>
            <span>{clock.what}{clock.audience ? `, for ${clock.audience}` : ''}</span>
            <b class={`mark ${left < 0 ? 'bad' : left < 300000 ? 'warn' : ''}`}>{left < 0 ? `${length(left)} late` : `in ${length(left)}`}</b>
            {linked && clock.incident && <Link to={`/incidents/${clock.incident}`} class="small">incident {clock.incident}</Link>}
          </li>
        )
      })}
    </ul>
  )
}

export function Now() {
  const now = useNow()
  const { data, problem } = useLive<{ incidents: Incident[] }>('/api/v1/incidents?state=open', () => true)
  const clocks = useLive<{ clocks: Clock[] }>('/api/v1/clocks?limit=8', (event) => !event.kind.startsWith('alert.')).data
  if (problem && !data) return <p class="said" role="alert">{problem.message}</p>
  if (!data) return <p class="quiet">Reading…</p>
  const burning = data.incidents.slice().sort(worstFirst)
  return (
    <div class="columns">
      <div>
        <section class="card" aria-labelledby="burning">
          {burning.length === 0
            ? <div class="calm"><h1 id="burning">Nothing burns</h1><p class="quiet">Alerts are taken; the next one appears here by itself.</p></div>
            : <><h1 id="burning">{burning.length === 1 ? 'One incident' : `${burning.length} incidents`}</h1>
              <ul class="list">{burning.map((incident) => <Row key={incident.number} incident={incident} now={now} />)}</ul></>}
        </section>
      </div>
      <div>
        <section class="card" aria-labelledby="due">
          <h2 id="due">Due next</h2>
          {clocks && clocks.clocks.length > 0 ? <Due clocks={clocks.clocks} now={now} linked /> : <p class="quiet">Nothing is due.</p>}
        </section>
      </div>
    </div>
  )
}
