// One runbook as it was written, and beside each line what the program takes from it: what will happen, with which times,
// which commands of which class, and what is wrong with it.
import { ComponentChildren } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { Clock, Incident, post } from './api'
import { useLive, useNow } from './live'
import { about, At, Card, go, Link, looks, Read, said as why, span } from './parts'

type Piece = string | { text: string; as: string[]; to?: string }
interface Block {
  kind: string
  line: number
  line_end: number
  depth: number
  quoted: boolean
  level?: number
  slug?: string
  marker?: string
  number?: number
  checked?: boolean
  lang?: string | null
  body_line?: number
  lines?: string[]
  text?: Piece[]
  columns?: Piece[][]
  rows?: { line: number; cells: Piece[][] }[]
}
interface Document { front_matter: { key: string; value: string; line: number }[]; blocks: Block[] }

interface Command { text: string; risk: string; risk_why: string | null; line: number; line_end?: number }
interface Step { commands: Command[]; substeps: Step[] }
interface Procedure { title: string; severity: string | null; phases: { budget_s: number | null; steps: Step[]; line: number }[]; symptoms: unknown[]; triggers: unknown[]; line: number }
interface Level {
  id: string
  label: string | null
  response_time_s: number | null
  resolution_target_s: number | null
  escalate_after_s: number | null
  escalate_to: string[]
  source: string | null
  line: number
}
interface Understood {
  file: string
  title: { text: string } | null
  severities: Level[]
  procedures: Procedure[]
  cadences: { every_s: number | null; applies_to: string[]; audience: string | null; line: number }[]
  deadlines: { due_s: number | null; after: string | null; line: number }[]
  thresholds: { metric: string; op: string; value: number | string | null; unit: string | null; meaning: string | null; line: number }[]
  escalations: { applies_to: string[]; to: string[]; after_s: number | null; line: number }[]
  checklists: { items: { line: number }[] }[]
  templates: { audience: string | null; body_start: number }[]
  maintenance: { recurrence: string | null; line: number }[]
  drills: { name: string; date: string | null; last: string | null; line: number }[]
  not_understood: { line: number }[]
  defects: { code: string; severity: string; message: string; line: number }[]
}

interface Note { line: number; mark?: string; how?: string; text: string }

const steps = (all: Step[]): Command[] => all.flatMap((step) => [...step.commands, ...steps(step.substeps)])
const commands = (read: Understood) => read.procedures.flatMap((procedure) => procedure.phases.flatMap((phase) => steps(phase.steps)))
const list = (all: string[]) => all.join(', ')

function notesOf(read: Understood): Note[] {
  return [
    ...read.severities.filter((level) => level.source !== 'usage').map((level) => ({
      line: level.line, mark: level.id, how: 'said',
      text: [level.response_time_s !== null && `respond ${span(level.response_time_s)}`, level.resolution_target_s !== null && `resolve ${span(level.resolution_target_s)}`].filter(Boolean).join(', ') || 'no times are stated',
    })),
    ...read.procedures.map((one) => ({ line: one.line, mark: 'procedure', how: 'said', text: `${one.symptoms.length + one.triggers.length || 'no'} ${one.symptoms.length + one.triggers.length === 1 ? 'sign leads' : 'signs lead'} here${one.severity ? `; ${one.severity}` : ''}` })),
    ...read.procedures.flatMap((one) => one.phases.filter((phase) => phase.budget_s !== null).map((phase) => ({ line: phase.line, mark: 'within', text: span(phase.budget_s) }))),
    ...read.cadences.map((one) => ({ line: one.line, mark: 'update', text: `${one.every_s === null ? '' : `every ${span(one.every_s)}`}${one.audience ? ` to ${one.audience}` : ''}${one.applies_to.length ? ` at ${list(one.applies_to)}` : ''}` })),
    ...read.deadlines.map((one) => ({ line: one.line, mark: 'due', text: `${span(one.due_s)}${one.after ? ` after ${one.after}` : ''}` })),
    ...read.thresholds.map((one) => ({ line: one.line, mark: 'threshold', text: (one.op === 'class' ? [one.value ?? one.metric] : [one.metric, one.op, one.value, one.unit]).filter((word) => word !== null).join(' ') })),
    ...read.escalations.map((one) => ({ line: one.line, mark: 'escalate', text: `${one.after_s === null ? '' : one.after_s === 0 ? 'at once ' : `after ${span(one.after_s)} `}to ${list(one.to)}` })),
    ...read.checklists.flatMap((one) => one.items.map((item) => ({ line: item.line, mark: 'verify', text: '' }))),
    ...read.templates.map((one) => ({ line: one.body_start, mark: 'template', text: one.audience ? `for ${one.audience}` : '' })),
    ...read.maintenance.map((one) => ({ line: one.line, mark: 'again', text: one.recurrence ?? '' })),
    ...read.drills.map((one) => ({ line: one.line, mark: 'drill', text: [one.last && `last ${one.last}`, one.date && `next ${one.date}`].filter(Boolean).join(', ') })),
    ...read.not_understood.map((one) => ({ line: one.line, mark: 'not understood', how: 'quiet', text: '' })),
    ...read.defects.map((one) => ({ line: one.line, mark: one.code, how: one.severity === 'error' ? 'bad' : one.severity === 'warning' ? 'warn' : 'quiet', text: one.message })),
  ].filter((note) => note.line > 0)
}

// A link leads within the document, to another runbook, or out; never anywhere by itself.
function Anchor({ to, file, children }: { to: string; file: string; children: ComponentChildren }) {
  if (to.startsWith('#')) return <a href={to} onClick={(event) => {
    event.preventDefault()
    document.getElementById(`at-${to.slice(1)}`)?.scrollIntoView()
  }}>{children}</a>
  if (/^(https?:|mailto:)/i.test(to)) return <a href={to} rel="noreferrer noopener" target="_blank">{children}</a>
  if (/^[\w./ -]+\.(md|markdown|mdx|txt)(#.*)?$/i.test(to)) {
    const path = new URL(to.split('#')[0], `http://here/${file}`).pathname.slice(1)
    return <Link to={`/runbooks/${encodeURIComponent(decodeURIComponent(path))}`}>{children}</Link>
  }
  return <span title={to}>{children}</span>
}

function Prose({ pieces, file }: { pieces: Piece[]; file: string }) {
  return (
    <>{pieces.map((piece, i) => {
      if (typeof piece === 'string') return piece
      let drawn: ComponentChildren = piece.text
      if (piece.as.includes('code')) drawn = <code>{drawn}</code>
      if (piece.as.includes('struck')) drawn = <s>{drawn}</s>
      if (piece.as.includes('emphasis')) drawn = <em>{drawn}</em>
      if (piece.as.includes('strong')) drawn = <strong>{drawn}</strong>
      if (piece.as.includes('image')) drawn = <span class="quiet" title={piece.to}>[picture: {drawn}]</span>
      else if (piece.as.includes('link') && piece.to) drawn = <Anchor to={piece.to} file={file}>{drawn}</Anchor>
      return <span key={i}>{drawn}</span>
    })}</>
  )
}

// The class of a command stands in front of its first line.
function Fence({ block, risks }: { block: Block; risks: Map<number, Command> }) {
  const first = block.body_line ?? block.line
  const lines = block.lines ?? []
  if (!lines.some((_, i) => risks.has(first + i))) return <pre tabIndex={0}><code>{lines.join('\n')}</code></pre>
  return (
    <pre tabIndex={0} class="fence">
      {lines.map((line, i) => {
        const command = risks.get(first + i)
        return (
          <div key={i} id={i || first !== block.line ? `line-${first + i}` : undefined}>
            <span class="class">{command && <span class={`mark ${looks[command.risk] ?? ''}`} title={command.risk_why ?? undefined}>{command.risk}</span>}</span>
            <code>{line || ' '}</code>
          </div>)
      })}
    </pre>
  )
}

function Drawn({ block, file, risks }: { block: Block; file: string; risks: Map<number, Command> }) {
  const text = block.text && <Prose pieces={block.text} file={file} />
  if (block.kind === 'heading') {
    const Heading = `h${Math.min(6, (block.level ?? 1) + 1)}` as 'h2'
    return <Heading id={`at-${block.slug}`} class={`level-${block.level}`}>{text}</Heading>
  }
  if (block.kind === 'fence') return <Fence block={block} risks={risks} />
  if (block.kind === 'rule') return <hr />
  if (block.kind === 'table')
    return (
      <div class="scroll" tabIndex={0} role="region" aria-label={`Table of line ${block.line}`}>
        <table>
          <thead><tr>{block.columns?.map((cell, i) => <th key={i}><Prose pieces={cell} file={file} /></th>)}</tr></thead>
          <tbody>{block.rows?.map((row) => <tr key={row.line} id={`line-${row.line}`}>{row.cells.map((cell, i) => <td key={i}><Prose pieces={cell} file={file} /></td>)}</tr>)}</tbody>
        </table>
      </div>)
  if (block.kind === 'item')
    return (
      <p class="item"><span class="marker">{block.marker === 'ordered' ? `${block.number}.` : block.marker === 'checkbox' ? (block.checked ? '☑' : '☐') : '•'}</span>
        <span>{text}</span></p>)
  return block.text?.length ? <p>{text}</p> : null
}

const order = ['bad', 'warn', 'said', undefined, 'quiet']

function Notes({ notes, many }: { notes: Note[]; many: boolean }) {
  const sorted = [...notes].sort((a, b) => a.line - b.line || order.indexOf(a.how) - order.indexOf(b.how))
  return (
    <div class="margin small">
      {sorted.map((note, i) => (
        <p key={i} class={note.how === 'quiet' ? 'quiet' : ''}>{note.mark && <span class={`mark ${note.how ?? ''}`}>{note.mark}</span>} {note.text}{many && <span class="quiet"> line {note.line}</span>}</p>))}
    </div>
  )
}

function Text({ document: doc, read, only }: { document: Document; read: Understood; only: string }) {
  const all = useMemo(() => {
    const risks = new Map(commands(read).map((command) => [command.line, command]))
    const notes = notesOf(read)
    // A note belongs to the last block that begins at its line or above.
    const of = new Map<Block, Note[]>()
    for (const note of notes) {
      const block = [...doc.blocks].reverse().find((one) => one.line <= note.line) ?? doc.blocks[0]
      if (block) of.set(block, [...(of.get(block) ?? []), note])
    }
    return { risks, of }
  }, [doc, read])
  const wanted = (notes: Note[]) => (only === 'everything' ? notes : only === 'nothing' ? [] : notes.filter((note) => (note.how === 'bad' || note.how === 'warn') === (only === 'what is wrong')))
  return (
    <div class="document">
      {doc.front_matter.length > 0 && (
        <dl class="facts small">{doc.front_matter.map((entry) => <><dt key={entry.line}>{entry.key}</dt><dd>{entry.value}</dd></>)}</dl>)}
      {doc.blocks.map((block) => {
        const notes = wanted(all.of.get(block) ?? [])
        return (
          <div key={block.line + block.kind} id={`line-${block.line}`} data-line={block.line} class={`row-of ${block.quoted ? 'quoted' : ''} ${block.depth ? `depth-${Math.min(block.depth, 4)}` : ''}`}>
            <div class="block"><Drawn block={block} file={read.file} risks={all.risks} /></div>
            {notes.length > 0 && <Notes notes={notes} many={block.line_end > block.line && new Set(notes.map((note) => note.line)).size > 1} />}
          </div>)
      })}
    </div>
  )
}

function Levels({ levels }: { levels: Level[] }) {
  if (levels.length === 0) return null
  return (
    <Card id="levels" title="Severity levels">
      <div class="scroll" tabIndex={0} role="region" aria-label="Severity levels">
        <table>
          <thead><tr><th>Level</th><th>Respond</th><th>Resolve</th><th>Escalate</th></tr></thead>
          <tbody>{levels.map((level) => (
            <tr key={level.id}>
              <td><a href={`#${level.line}`} onClick={(event) => { event.preventDefault(); go(`${location.pathname}#${level.line}`) }}><b>{level.id}</b></a> {level.label}</td>
              <td>{span(level.response_time_s)}</td><td>{span(level.resolution_target_s)}</td>
              <td>{level.escalate_to.length ? `${level.escalate_after_s === null ? '' : level.escalate_after_s === 0 ? 'at once ' : `after ${span(level.escalate_after_s)} `}to ${list(level.escalate_to)}` : <span class="quiet">not stated</span>}</td>
            </tr>))}</tbody>
        </table>
      </div>
    </Card>
  )
}

interface Difference { subject: string; text: string; line_old: number | null; line_new: number | null }

interface Version { sha256: string; since: string; bytes: number; incidents: number; in_force: boolean }

const when = new Intl.DateTimeFormat([], { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const named = (version: Version) =>
  `${when.format(Date.parse(version.since))} · ${version.sha256.slice(0, 8)}${version.in_force ? ' · in force' : ''}${version.incidents ? ` · ${version.incidents} incident${version.incidents === 1 ? '' : 's'}` : ''}`

function Differences({ some, none, differences }: { some: string; none: string; differences: Difference[] }) {
  return (
    <div role="status">
      <p class="small">{differences.length === 0 ? none : some}</p>
      <ul class="list">{differences.map((one, i) => (
        <li key={i} class="look small"><b>{one.subject}</b>: {one.text} <span class="quiet">{one.line_old ? `line ${one.line_old}` : 'new'}{one.line_new ? one.line_new !== one.line_old ? ` → ${one.line_new}` : '' : ' → gone'}</span></li>))}</ul>
    </div>
  )
}

function Choose({ label, versions, chosen, choose }: { label: string; versions: Version[]; chosen: string; choose: (sha256: string) => void }) {
  return (
    <label><span>{label}</span>
      <select value={chosen} onChange={(event) => choose(event.currentTarget.value)}>{versions.map((one) => <option key={one.sha256} value={one.sha256}>{named(one)}</option>)}</select></label>
  )
}

// What two versions that were in force do otherwise.
function Past({ file, versions }: { file: string; versions: Version[] }) {
  const [old, setOld] = useState(versions[1].sha256)
  const [fresh, setFresh] = useState(versions[0].sha256)
  const path = `/api/v1/runbooks/${encodeURIComponent(file)}`
  const live = useLive<{ differences: Difference[] }>(`${path}/diff?old=${old}&new=${fresh}`, () => false)
  const text = (sha256: string) => `${path}/version?sha256=${sha256}`
  const name = `${file.replace(/.*\//, '').replace(/\.[^.]*$/, '')}-`
  return (
    <>
      <form onSubmit={(event) => event.preventDefault()}>
        <Choose label="From the version of" versions={versions} chosen={old} choose={setOld} />
        <Choose label="to the version of" versions={versions} chosen={fresh} choose={setFresh} />
      </form>
      <Read from={live}>{({ differences }) => <Differences some="What the second does otherwise:" none="Both do the same." differences={differences} />}</Read>
      <p class="small row"><span class="quiet">As they were:</span> <a download={`${name}${old.slice(0, 8)}.md`} href={text(old)}>the first</a> <a download={`${name}${fresh.slice(0, 8)}.md`} href={text(fresh)}>the second</a></p>
    </>
  )
}

function Versions({ file }: { file: string }) {
  const live = useLive<{ versions: Version[] }>(`/api/v1/runbooks/${encodeURIComponent(file)}/versions`, reloaded)
  return (
    <Card id="versions" title="What changed in behaviour">
      <Read from={live}>{({ versions }) => versions.length > 1 ? <Past key={versions[0].sha256} file={file} versions={versions} />
        : <p class="small quiet">{versions.length === 1 ? <>This version is in force since <At time={versions[0].since} date />; there was none before it here.</> : 'No version is kept yet.'}</p>}</Read>
      <Compare file={file} />
    </Card>
  )
}

// Another version is held against the one in force, before it is: nothing of it is kept.
function Compare({ file }: { file: string }) {
  const [found, setFound] = useState<{ name: string; differences: Difference[] } | null>(null)
  const [problem, setProblem] = useState('')
  const read = async (input: HTMLInputElement) => {
    const chosen = input.files?.[0]
    if (!chosen) return
    setProblem('')
    setFound(null)
    try {
      const answer = await post<{ differences: Difference[] }>(`/api/v1/runbooks/${encodeURIComponent(file)}/diff`, { text: await chosen.text() })
      setFound({ name: chosen.name, ...answer })
    } catch (thrown) {
      setProblem(why(thrown))
    }
    input.value = ''
  }
  return (
    <details>
      <summary class="small">What would another version change?</summary>
      <label><span class="small quiet">A Markdown file; it is read and forgotten.</span>
        <input type="file" accept=".md,.markdown,.mdx,.txt" aria-label="Another version of this runbook" onChange={(event) => void read(event.currentTarget)} /></label>
      {problem && <p class="said small" role="alert">{problem}</p>}
      {found && <Differences some={`What ${found.name} would change:`} none={`With ${found.name} nothing would happen otherwise.`} differences={found.differences} />}
    </details>
  )
}

function Rehearsed({ read }: { read: Understood }) {
  const now = useNow(60000)
  const incidents = useLive<{ incidents: Incident[] }>('/api/v1/incidents?state=all&limit=200', (event) => event.kind.startsWith('incident.')).data
  const clocks = useLive<{ clocks: Clock[] }>('/api/v1/clocks', (event) => event.kind.startsWith('drill.')).data
  const last = incidents?.incidents.find((one) => one.drill && one.procedure?.file === read.file)
  const due = clocks?.clocks.find((one) => one.kind === 'drill' && one.file === read.file)
  const stated = read.drills.find((one) => one.last)
  return (
    <>
      <dt>Last drill</dt>
      <dd>{last ? <Link to={`/incidents/${last.number}`}>#{last.number}, <At time={last.opened_at} date /></Link> : stated ? `${stated.last}, as the document says` : 'none is known'}
        {due && <>; the next is {Date.parse(due.due_at) < now ? <b class="bad">{about(now - Date.parse(due.due_at))} late</b> : <>due in {about(Date.parse(due.due_at) - now)}</>}</>}</dd>
    </>
  )
}

function Summary({ read, only, setOnly }: { read: Understood; only: string; setOnly: (only: string) => void }) {
  const classes = commands(read).reduce((sum, one) => sum.set(one.risk, (sum.get(one.risk) ?? 0) + 1), new Map<string, number>())
  const errors = read.defects.filter((one) => one.severity === 'error').length, warnings = read.defects.filter((one) => one.severity === 'warning').length
  return (
    <section class="card" aria-labelledby="runbook">
      <div class="head"><h1 id="runbook">{read.title?.text ?? read.file}</h1>
        <label class="row small"><span class="quiet">Beside the text:</span>
          <select class="small" value={only} onChange={(event) => setOnly(event.currentTarget.value)}>
            {['everything', 'what was understood', 'what is wrong', 'nothing'].map((one) => <option key={one}>{one}</option>)}
          </select></label></div>
      <dl class="facts small">
        <dt>File</dt><dd>{read.file}</dd>
        <dt>Procedures</dt><dd>{read.procedures.length === 0 ? 'none' : read.procedures.map((one, i) => <>{i > 0 && ' · '}<a href={`#${one.line}`} onClick={(event) => { event.preventDefault(); go(`${location.pathname}#${one.line}`) }}>{one.title}</a></>)}</dd>
        <dt>Commands</dt><dd class="row">{classes.size === 0 ? 'none' : [...classes].map(([name, n]) => <span key={name} class={`mark ${looks[name] ?? ''}`}>{n} {name}</span>)}</dd>
        <dt>Lint</dt><dd class="row">{errors + warnings === 0 ? <span class="mark good">nothing is wrong</span> : <>{errors > 0 && <span class="mark bad">{errors} {errors === 1 ? 'error' : 'errors'}</span>}{warnings > 0 && <span class="mark warn">{warnings} {warnings === 1 ? 'warning' : 'warnings'}</span>}</>}</dd>
        <Rehearsed read={read} />
      </dl>
    </section>
  )
}

const reloaded = (event: { kind: string }) => event.kind.startsWith('site.') || event.kind.startsWith('runbook.')

export function RunbookPage({ file }: { file: string }) {
  const path = `/api/v1/runbooks/${encodeURIComponent(file)}`
  const understood = useLive<Understood>(`${path}/understood`, reloaded)
  const doc = useLive<Document>(`${path}/document`, reloaded)
  const [only, setOnly] = useState('everything')
  const ready = doc.data !== null && understood.data !== null
  useEffect(() => {
    const line = Number(location.hash.slice(1))
    if (!ready || !line) return
    const rows = Array.from(document.querySelectorAll<HTMLElement>('[data-line]'))
    const found = document.getElementById(`line-${line}`) ?? rows.filter((row) => Number(row.dataset.line) <= line).pop()
    document.querySelector('.pointed')?.classList.remove('pointed')
    found?.classList.add('pointed')
    found?.scrollIntoView({ block: 'center' })
  }, [ready, location.hash])
  if (understood.problem && !understood.data)
    return <Card id="nowhere" title={file}><p class="said" role="alert">{understood.problem.message}</p><p><Link to="/runbooks">All runbooks</Link></p></Card>
  return (
    <Read from={understood}>{(read) => (
      <>
        <Summary read={read} only={only} setOnly={setOnly} />
        <div class="even"><Levels levels={read.severities} /><Versions file={file} /></div>
        <section class="card" aria-label="The document"><Read from={doc}>{(data) => <Text document={data} read={read} only={only} />}</Read></section>
      </>)}
    </Read>
  )
}
