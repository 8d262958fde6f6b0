// What is left of an incident: its review, with what the runbook asks there, and what is to be done.
import { Action, Actions } from './actions'
import { Clock, WholeIncident } from './api'
import { useLive, useNow } from './live'
import { about, At, Card, Source, span } from './parts'

interface Stated { text: string; line: number; seconds?: number | null }
interface Reviewed { review: Action | null; deadline: Clock | null; agenda: Stated[]; questions: Stated[]; invited: Stated[] }

function Said({ title, all }: { title: string; all: Stated[] }) {
  if (all.length === 0) return null
  return <><h3>{title}</h3><ul class="small">{all.map((one) => <li key={one.line}>{one.text}{one.seconds ? <span class="quiet"> {span(one.seconds)}</span> : null}</li>)}</ul></>
}

function Review({ reviewed, now }: { reviewed: Reviewed; now: number }) {
  const { review, deadline } = reviewed
  return (
    <Card id="review" title="Review">
      {review ? <Actions actions={[review]} now={now} /> : <p class="quiet">None is scheduled: the runbook promises none.</p>}
      {deadline && <p class="small quiet">The runbook promises it by <At time={deadline.due_at} date />{Date.parse(deadline.due_at) < now && deadline.state !== 'met' && <b class="bad"> ({about(now - Date.parse(deadline.due_at))} late)</b>} <Source file={deadline.file} line={deadline.line} /></p>}
      <Said title="Agenda" all={reviewed.agenda} />
      <Said title="Questions" all={reviewed.questions} />
      <Said title="Invited" all={reviewed.invited} />
    </Card>
  )
}

export function After({ incident }: { incident: WholeIncident }) {
  const now = useNow(60000)
  const over = incident.state === 'resolved' || incident.state === 'closed'
  const base = `/api/v1/incidents/${incident.number}`
  const concerns = (event: { incident: number | null; kind: string }) => event.incident === incident.number && /^(action|review|incident|follow_up)\./.test(event.kind)
  const items = useLive<{ actions: Action[] }>(`${base}/actions`, concerns).data?.actions ?? []
  const reviewed = useLive<Reviewed>(over ? `${base}/review` : null, concerns).data
  const others = items.filter((item) => !reviewed?.review || item.item !== reviewed.review.item)
  return (
    <>
      {over && reviewed && <Review reviewed={reviewed} now={now} />}
      {others.length > 0 && <Card id="actions" title="Action items"><Actions actions={others} now={now} /></Card>}
    </>
  )
}
