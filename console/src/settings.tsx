// The configuration in force, as far as it is no secret, and what this browser does.
import { ComponentChildren } from 'preact'
import { Access } from './access'
import { useLive } from './live'
import { PushHere } from './push'
import { At, Card, Link, Read, span } from './parts'

interface InForce {
  version: string
  started_at: string
  files_have_errors: boolean
  file: string | null
  public_url: string | null
  store: string
  policy: string | null
  redaction: string | null
  mail: boolean
  resolve_timeout_s: number
  hold_down_s: number
  reopen_window_s: number
  people: { id: string; name: string; channels: string[] }[]
  services: { id: string; runbook: string | null; match: { name: string; value: string }[]; escalation: { notify: string[]; after_s: number | null }[] }[]
  roles: { name: string; notify: string[] }[]
  sign_in: { provider: string; name: string; client: string; person: string; groups: string; scopes: string[]; rights: { group: string; right: string; services: string[] }[] } | null
  heartbeats: { id: string; every_s: number; grace_s: number }[]
}

function Table({ heads, rows, none }: { heads: string[]; rows: ComponentChildren[][]; none: string }) {
  if (rows.length === 0) return <p class="quiet">{none}</p>
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={heads[0]}>
      <table class="stacked named">
        <thead><tr>{heads.map((head) => <th key={head}>{head}</th>)}</tr></thead>
        <tbody>{rows.map((row, i) => <tr key={i}>{row.map((cell, j) => <td key={j} class="anywhere" data-head={heads[j]}>{cell}</td>)}</tr>)}</tbody>
      </table>
    </div>
  )
}

// By whom people sign in, whether that works now, and what their groups may.
function SignIn({ by }: { by: NonNullable<InForce['sign_in']> }) {
  const live = useLive<{ works: boolean; why: string | null; return_url: string }>('/api/v1/sign-in/provider', () => false)
  return (
    <Card id="sign-in" title={`Sign-in by ${by.name}`}>
      <dl class="facts">
        <dt>Provider</dt><dd>{by.provider}{live.data && <> <span class={`mark ${live.data.works ? 'good' : 'bad'}`}>{live.data.works ? 'answers' : 'does not work now'}</span></>}
          {live.data?.why && <p class="said small">{live.data.why}. A password still does.</p>}</dd>
        <dt>Client</dt><dd>{by.client}{live.data && <>, sent back to {live.data.return_url}</>}</dd>
        <dt>Claims</dt><dd><code>{by.person}</code> says who it is, <code>{by.groups}</code> what they may</dd>
      </dl>
      <Table heads={['Group', 'Right', 'Services']} none="No group has a right here: what their account may counts." rows={by.rights.map((one) => [one.group, one.right, one.services.join(', ') || 'all'])} />
    </Card>
  )
}

export function Settings() {
  const live = useLive<InForce>('/api/v1/settings', (event) => event.kind.startsWith('site.'))
  return (
    <Read from={live}>{(now) => (
      <>
        <section class="card" aria-labelledby="settings">
          <h1 id="settings">Settings</h1>
          {now.files_have_errors && <p class="said">The files have errors: what is in force is older than they are. See <code>crashcart config check</code> and the server's log.</p>}
          <dl class="facts">
            <dt>Version</dt><dd>{now.version}, running since <At time={now.started_at} date /></dd>
            <dt>Configuration</dt><dd>{now.file ?? 'no file: the defaults'}</dd>
            <dt>Address</dt><dd>{now.public_url ?? location.origin}</dd>
            <dt>Ledger</dt><dd>{now.store}</dd>
            {now.policy && <><dt>Own risk rules</dt><dd>{now.policy}</dd></>}
            {now.redaction && <><dt>Own detectors</dt><dd>{now.redaction}</dd></>}
            <dt>Mail</dt><dd>{now.mail ? 'can be sent' : 'cannot be sent'}</dd>
            <dt>Times</dt><dd>an alert that is not sent again ends after {span(now.resolve_timeout_s)}; an incident without one is resolved after {span(now.hold_down_s)}, and opened again within {span(now.reopen_window_s)}</dd>
          </dl>
        </section>
        <div class="even"><Access /></div>
        {now.sign_in && <SignIn by={now.sign_in} />}
        <Card id="people" title="People"><Table heads={['Person', 'Id', 'Reached by']} none="Nobody is configured." rows={now.people.map((one) => [one.name, one.id, one.channels.join(', then ')])} /></Card>
        <Card id="services" title="Services">
          <Table heads={['Service', 'Its alerts', 'Runbook', 'Pages']} none="No service is configured: every alert pages everyone." rows={now.services.map((service) => [
            service.id,
            service.match.length ? service.match.map((label) => `${label.name}=${label.value}`).join(', ') : `service=${service.id}`,
            service.runbook ? <Link to={`/runbooks/${encodeURIComponent(service.runbook)}`}>{service.runbook}</Link> : 'whichever answers',
            service.escalation.map((step) => `${step.notify.join(', ')}${step.after_s ? ` after ${span(step.after_s)}` : ''}`).join('; then ') || 'everyone',
          ])} />
        </Card>
        <Card id="roles" title="Roles of the runbooks"><Table heads={['Role', 'Is']} none="No role is configured." rows={now.roles.map((role) => [role.name, role.notify.join(', ')])} /></Card>
        <Card id="heartbeats" title="Heartbeats"><Table heads={['Heartbeat', 'Every', 'Late after another']} none="None is configured." rows={now.heartbeats.map((beat) => [beat.id, span(beat.every_s), span(beat.grace_s)])} /></Card>
        <Card id="browser" title="This browser">
          <p>Times are those of <b>{Intl.DateTimeFormat().resolvedOptions().timeZone}</b>; UTC is shown on hover. Keys are listed under <kbd>?</kbd>.</p>
          <PushHere />
        </Card>
      </>)}
    </Read>
  )
}
