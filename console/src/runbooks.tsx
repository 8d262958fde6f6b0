// What was understood of the team's runbooks: what will happen, and on which line it stands.
import { useEffect } from 'preact/hooks'
import { useLive } from './live'
import { Link, looks, span } from './parts'

interface Command { text: string; risk: string; line: number }
interface Step { n: string | null; title: string | null; text: string; kind: string; commands: Command[]; line: number }
interface Phase { name: string | null; steps: Step[]; budget_s: number | null; line: number }
interface Procedure { id: string; title: string; severity: string | null; phases: Phase[]; symptoms: { text: string }[]; line: number }
interface Level {
  id: string
  label: string | null
  response_time_s: number | null
  resolution_target_s: number | null
  escalate_after_s: number | null
  escalate_to: string[]
  line: number
}
interface Understood { file: string; title: { text: string } | null; severities: Level[]; procedures: Procedure[] }
interface Listed { runbooks: { file: string; title: string; procedures: number; severities: number }[]; refused: { file: string; why: string }[] }

const reloaded = (event: { kind: string }) => event.kind.startsWith('site.') || event.kind.startsWith('runbook.')

export function Runbooks() {
  const { data, problem } = useLive<Listed>('/api/v1/runbooks', reloaded)
  if (problem && !data) return <p class="said" role="alert">{problem.message}</p>
  if (!data) return <p class="quiet">Reading…</p>
  return (
    <section class="card" aria-labelledby="runbooks">
      <h1 id="runbooks">Runbooks</h1>
      {data.runbooks.length === 0 && <p class="quiet">The runbook folder is empty: put a Markdown file into it.</p>}
      <ul class="list">
        {data.runbooks.map((runbook) => (
          <li key={runbook.file}>
            <Link to={`/runbooks/${encodeURIComponent(runbook.file)}`} class="incident">
              <strong>{runbook.title || runbook.file}</strong>
              <span class="quiet small">{runbook.procedures} procedures, {runbook.severities} levels</span>
              <span class="quiet small">{runbook.file}</span>
            </Link>
          </li>))}
        {data.refused.map((refused) => <li key={refused.file} class="said">{refused.file}: {refused.why}</li>)}
      </ul>
    </section>
  )
}

function Levels({ levels }: { levels: Level[] }) {
  return (
    <section class="card" aria-labelledby="levels">
      <h2 id="levels">Severity levels</h2>
      <ul class="list">
        {levels.map((level) => (
          <li key={level.id} class="look" id={`line-${level.line}`}>
            <div class="head"><span><strong>{level.id}</strong> {level.label}</span><span class="quiet small">line {level.line}</span></div>
            <p class="small">Respond: {span(level.response_time_s)}. Resolve: {span(level.resolution_target_s)}.
              {level.escalate_to.length > 0 && <> Escalate {level.escalate_after_s === null ? '' : `after ${span(level.escalate_after_s)} `}to {level.escalate_to.join(', ')}.</>}
            </p>
          </li>))}
      </ul>
    </section>
  )
}

// A step that is nothing but its command is not said twice.
const said = (step: Step) => {
  const words = step.title || step.text
  return step.commands.some((command) => command.text.trim() === words.trim()) ? '' : words
}

function ProcedureCard({ procedure }: { procedure: Procedure }) {
  return (
    <section class="card" aria-label={procedure.title} id={`line-${procedure.line}`}>
      <div class="row"><h2>{procedure.title}</h2>{procedure.severity && <span class="mark">{procedure.severity}</span>}
        <span class="quiet small">line {procedure.line}</span></div>
      {procedure.symptoms.length > 0 && <p class="small quiet">{procedure.symptoms.map((symptom) => symptom.text).join(' · ')}</p>}
      {procedure.phases.map((phase) => (
        <div key={phase.line}>
          {phase.name && <h3 class="small">{phase.name}{phase.budget_s !== null && <span class="quiet">, within {span(phase.budget_s)}</span>}</h3>}
          <ul class="list">
            {phase.steps.map((step) => (
              <li class="step" key={step.line} id={`line-${step.line}`}>
                {said(step) && <span>{said(step)} </span>}<span class="quiet small">line {step.line}</span>
                {step.commands.map((command) => (
                  <div key={command.line} id={`line-${command.line}`}><pre tabIndex={0}><span class={`mark ${looks[command.risk] ?? ''}`}>{command.risk}</span> <code>{command.text}</code></pre></div>))}
              </li>))}
          </ul>
        </div>))}
    </section>
  )
}

export function RunbookPage({ file }: { file: string }) {
  const { data, problem } = useLive<Understood>(`/api/v1/runbooks/${encodeURIComponent(file)}/understood`, reloaded)
  useEffect(() => {
    if (data) document.getElementById(`line-${location.hash.slice(1)}`)?.scrollIntoView({ block: 'center' })
  }, [data === null, location.hash])
  if (problem && !data) return <p class="said" role="alert">{problem.message}</p>
  if (!data) return <p class="quiet">Reading…</p>
  return (
    <>
      <section class="card"><h1>{data.title?.text ?? file}</h1><p class="small quiet">{file}</p></section>
      <div class="columns">
        <div>{data.procedures.map((procedure) => <ProcedureCard key={procedure.line} procedure={procedure} />)}</div>
        <div>{data.severities.length > 0 && <Levels levels={data.severities} />}</div>
      </div>
    </>
  )
}
