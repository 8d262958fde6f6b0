// What each audience would be told now, what of it is withheld until somebody has established it, and what they were told.
import { useState } from 'preact/hooks'
import { post, WholeIncident } from './api'
import { useLive, useNow } from './live'
import { mayApprove } from './me'
import { Act, Ask, At, Card, Field, length, person, Read, Source } from './parts'

interface Withheld { text: string; claim: string | null; placeholder: string | null; why: string }
interface Draft {
  audience: string
  configured: boolean
  public: boolean
  ways: { channel: string; cleared: boolean }[]
  status_page: boolean
  due_at: string | null
  template: { name: string; file: string; line: number } | null
  status: string
  subject: string | null
  text: string
  withheld: Withheld[]
}
interface Sent { number: number; audience: string; state: string; subject: string | null; text: string; sent_by: string | null; stands_behind: string | null; at: string }
interface Finding { topic: string; text: string; by: string; at: string }
export interface Drafts { drafts: Draft[]; sent: Sent[]; findings: Finding[]; topics: string }

const base = (incident: WholeIncident) => `/api/v1/incidents/${incident.number}`
const reaches = (draft: Draft) => draft.ways.length > 0 || draft.status_page
const unique = <T,>(all: (T | null)[]) => [...new Set(all.filter((one): one is T => one !== null))]

function Goes({ draft }: { draft: Draft }) {
  const ways = [...draft.ways.map((way) => `${way.channel}${way.cleared ? '' : ' (number, level and link only)'}`), ...(draft.status_page ? ['the status page'] : [])]
  return <p class="small quiet">{ways.length ? `Goes by ${ways.join(', ')}.` : 'The configuration names no way to them: it can be put on record.'}</p>
}

interface DialogOptions { incident: WholeIncident; drafts: Drafts | null; first?: string; close: () => void }

// Sends an update as it stands or in one's own words, or puts on record that it was given otherwise.
export function Tell({ incident, drafts, first, close }: DialogOptions) {
  const all = drafts?.drafts ?? []
  const soonest = [...all].filter(reaches).sort((a, b) => (a.due_at ?? '9').localeCompare(b.due_at ?? '9'))[0]
  const [audience, setAudience] = useState(first ?? soonest?.audience ?? all[0]?.audience ?? '')
  const draft = all.find((one) => one.audience === audience)
  const [own, setOwn] = useState<string | null>(null)
  const [subject, setSubject] = useState<string | null>(null)
  const [given, setGiven] = useState(false)
  const [behind, setBehind] = useState<string[]>([])
  const [values, setValues] = useState<Record<string, string>>({})
  const sends = draft !== undefined && reaches(draft) && !given
  const text = own ?? (sends ? draft.text : '')
  const change = (to: string) => {
    setAudience(to)
    setOwn(null)
    setSubject(null)
  }
  const filled = Object.fromEntries(Object.entries(values).filter(([, value]) => value))
  const does = () => (sends
    ? post(`${base(incident)}/updates/send`, {
      audience, values: filled, stand_behind: behind,
      ...(own !== null ? { text } : {}), ...(subject !== null ? { subject } : {}),
    })
    : post(`${base(incident)}/updates`, { text, ...(audience ? { audience } : {}) }))
  return (
    <Ask title={sends ? `Tell ${audience}` : 'What they were told'} yes={sends ? 'Send it' : 'Put on record'} close={close} does={does}>
      <Field label={sends ? 'Text' : 'Update'} hint={sends && own === null ? 'as the draft stands when it is sent' : undefined} value={text} set={setOwn} rows={sends ? 9 : 4} required />
      {sends && draft.subject !== null && <Field label="Subject" value={subject ?? draft.subject} set={setSubject} />}
      {all.length > 0 && <Field label="Who" hint={sends ? undefined : 'empty: all of them'} value={audience} set={change} options={[...(sends ? [] : ['']), ...all.map((one) => one.audience)]} />}
      {sends && draft.withheld.length > 0 && (
        <fieldset>
          <legend>Left out, until it is known</legend>
          <ul class="list small">{draft.withheld.map((one, i) => <li key={i}><q>{one.text}</q><br /><span class="quiet">{one.why}</span></li>)}</ul>
          {unique(draft.withheld.map((one) => one.placeholder)).map((name) => (
            <Field key={name} label={name} value={values[name] ?? ''} set={(value) => setValues({ ...values, [name]: value })} />))}
          {mayApprove() && unique(draft.withheld.map((one) => one.claim)).map((claim) => (
            <label key={claim} class="tick">
              <input type="checkbox" checked={behind.includes(claim)}
                onChange={(event) => setBehind(event.currentTarget.checked ? [...behind, claim] : behind.filter((one) => one !== claim))} />
              <span>I stand behind it by name: <b>{claim}</b></span>
            </label>))}
        </fieldset>)}
      {sends && <Goes draft={draft} />}
      {draft && reaches(draft) && (
        <label class="tick"><input type="checkbox" checked={given} onChange={(event) => setGiven(event.currentTarget.checked)} />
          <span>They were told already, by other means: only put it on record</span></label>)}
      <p class="small quiet">The time to the next update begins anew.</p>
    </Ask>
  )
}

function Found({ incident, drafts, first, close }: DialogOptions) {
  const topics = drafts?.topics.split(', ') ?? []
  const [topic, setTopic] = useState(first && topics.includes(first) ? first : topics[0] ?? '')
  const [text, setText] = useState('')
  return (
    <Ask title="What was found out?" yes="Put on record" close={close} does={() => post(`${base(incident)}/findings`, { topic, text })}>
      <Field label="About" value={topic} set={setTopic} options={topics} />
      <Field label="Finding" value={text} set={setText} rows={3} required />
      <p class="small quiet">From now on updates may say it. It can be taken back.</p>
    </Ask>
  )
}

type Open = { what: 'tell' | 'found'; first?: string } | null

function DraftRow({ draft, topics, open }: { draft: Draft; topics: string[]; open: (what: Open) => void }) {
  const now = useNow()
  const left = draft.due_at ? Date.parse(draft.due_at) - now : null
  return (
    <li class="step" data-step="" tabIndex={-1} aria-label={`Update for ${draft.audience}`}>
      <div class="row">
        <b>{draft.audience}</b>{draft.public && <span class="mark">public</span>}
        {left !== null && <span class={`mark ${left < 0 ? 'bad' : left < 300000 ? 'warn' : ''}`}>{left < 0 ? `${length(left)} late` : `in ${length(left)}`}</span>}
        {draft.withheld.length > 0 && <span class="mark warn">{draft.withheld.length} left out</span>}
      </div>
      <details>
        <summary class="small"><span class="oneline">{draft.text.split('\n').find((line) => line.trim()) ?? 'Nothing of it may be said yet.'}</span></summary>
        {draft.subject && <p class="small"><b>{draft.subject}</b></p>}
        {draft.text && <pre tabIndex={0}>{draft.text}</pre>}
        {draft.template && <Source file={draft.template.file} line={draft.template.line} />}
        <Goes draft={draft} />
      </details>
      {draft.withheld.map((one, i) => {
        const wanted = one.claim ?? one.placeholder ?? ''
        const topic = topics.find((name) => wanted === name) ?? topics.find((name) => wanted.toLowerCase().includes(name)) ?? topics[0]
        return (
          <p key={i} class="small quiet">Left out: <q>{one.text}</q> {one.claim ? one.why.split(';')[0] : one.why}.
            {topic && <> <button type="button" class="tiny" onClick={() => open({ what: 'found', first: topic })}>It is known…</button></>}</p>)
      })}
      <div class="row"><Act shortcut="u" how={left !== null && left < 300000 ? 'first' : ''} does={() => open({ what: 'tell', first: draft.audience })}>{reaches(draft) ? 'Send…' : 'Record…'}</Act></div>
    </li>
  )
}

export function Updates({ incident }: { incident: WholeIncident }) {
  const live = useLive<Drafts>(`${base(incident)}/updates`, (event) => event.incident === incident.number && /^(update|finding|incident|role)\./.test(event.kind))
  const [opened, open] = useState<Open>(null)
  const over = incident.state === 'closed'
  const options = { incident, drafts: live.data, first: opened?.first, close: () => open(null) }
  return (
    <Card id="updates" title="Updates" more={!over && <Act shortcut="r" does={() => open({ what: 'found' })}>Finding…</Act>}>
      <Read from={live}>{({ drafts, sent, findings, topics }) => (
        <>
          {drafts.length === 0 && <p class="quiet">Neither the runbook nor the configuration names an audience.</p>}
          {!over && <ul class="list">{drafts.map((draft) => <DraftRow key={draft.audience} draft={draft} topics={topics.split(', ')} open={open} />)}</ul>}
          {findings.length > 0 && (
            <><h3>Found out</h3>
              <ul class="list">{findings.map((finding) => (
                <li key={finding.topic} class="clock small"><span><b>{finding.topic}</b>: {finding.text} <span class="quiet">{person(finding.by)}, <At time={finding.at} date /></span></span>
                  {!over && <span><Act label={`Take back: ${finding.topic}`} does={() => post(`${base(incident)}/findings`, { topic: finding.topic, holds: false })}>Take back</Act></span>}</li>))}</ul></>)}
          {sent.length > 0 && (
            <details><summary class="small">{sent.length === 1 ? 'One was sent' : `${sent.length} were sent`}</summary>
              <ul class="list">{[...sent].reverse().map((one) => (
                <li key={`${one.number}/${one.audience}`} class="look small">
                  <div class="row"><At time={one.at} date /><b>{one.audience}</b>{one.state !== 'sent' && <span class="mark warn">{one.state}</span>}{one.sent_by && <span class="quiet">{person(one.sent_by)}</span>}</div>
                  {one.stands_behind && <p>Stands behind: {one.stands_behind}</p>}
                  <pre tabIndex={0}>{one.text}</pre>
                </li>))}</ul></details>)}
        </>)}
      </Read>
      {opened?.what === 'tell' && <Tell key={opened.first} {...options} />}
      {opened?.what === 'found' && <Found {...options} />}
    </Card>
  )
}
