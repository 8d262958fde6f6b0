// Who gets in: one's own password and sessions, and for an administrator everybody's, accounts and tokens.
import { useState } from 'preact/hooks'
import { OnCall, post, remove } from './api'
import { Live, useLive } from './live'
import { mayAdminister, me } from './me'
import { Act, Ask, At, Card, Field, person, Read } from './parts'

interface Key {
  id: string
  kind: string
  name: string | null
  person: string | null
  right: string | null
  services: string[]
  source: string | null
  since: string | null
  until: string | null
  given_by: string | null
}
interface Account { person: string; right: string; services: string[]; password: boolean; second_factor: boolean; changed_at: string | null; changed_by: string }
interface Made { account: Account; second_factor_uri: string | null }

const rights = ['viewer', 'responder', 'approver', 'administrator']
const words = (text: string) => text.split(/[\s,]+/).filter(Boolean)
const touched = (event: { kind: string }) => /^(access|account|token|session)\./.test(event.kind)

// What is said once, and nowhere again.
function Once({ title, secret, children, close }: { title: string; secret: string; children?: string; close: () => void }) {
  return (
    <Ask title={title} yes="I have it" close={close} does={() => Promise.resolve()}>
      <p>{children ?? 'It is shown this once.'}</p>
      <pre tabIndex={0}>{secret}</pre>
      {secret.startsWith('otpauth:') && <p><a class="button" href={secret}>Open it in an authenticator on this device</a></p>}
    </Ask>
  )
}

function Password({ close }: { close: () => void }) {
  const [old, setOld] = useState('')
  const [next, setNext] = useState('')
  const [again, setAgain] = useState('')
  return (
    <Ask title="Your password" yes="Change it" close={close} does={async () => {
      await post('/api/v1/session/password', { old, password: next })
      location.reload()
    }}>
      <Field label="The old one" type="password" value={old} set={setOld} required />
      <Field label="The new one" type="password" value={next} set={setNext} required />
      <Field label="Once more" type="password" value={again} set={setAgain} required pattern={next.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')} />
      <p class="small quiet">It ends your sessions, this one too: you sign in anew.</p>
    </Ask>
  )
}

function Ends({ what, path, again, close }: { what: string; path: string; again: () => void; close: () => void }) {
  return (
    <Ask title={`End ${what}?`} yes="End it" how="bad" close={close} does={() => remove(path).then(again)}>
      <p>Whoever uses it is refused from then on. It cannot be taken back.</p>
    </Ask>
  )
}

function Keys({ live, kind, none }: { live: Live<{ keys: Key[] }>; kind: string; none: string }) {
  const [ending, setEnding] = useState<Key | null>(null)
  return (
    <Read from={live}>{({ keys }) => {
      const of = keys.filter((key) => key.kind === kind)
      return (
        <>
          {of.length === 0 && <p class="quiet">{none}</p>}
          <ul class="list">{of.map((key) => (
            <li key={key.id} class="look">
              <div class="head"><span><b>{key.name ?? key.person ?? 'the administrator\'s token'}</b> <code class="quiet">{key.id}</code></span>
                <Act label={`End ${kind} ${key.name ?? key.person ?? ''} ${key.id}`} does={() => setEnding(key)}>End…</Act></div>
              <p class="small quiet">
                {[key.name && key.person && `of ${key.person}`, key.right, key.services.length > 0 && `for ${key.services.join(', ')}`, key.source && `from ${key.source}`, key.given_by && `by ${person(key.given_by)}`].filter(Boolean).join(' · ')}
                {key.since && <> · since <At time={key.since} date /></>}{key.until ? <> · until <At time={key.until} date /></> : ' · without an end'}
              </p>
            </li>))}</ul>
          {ending && <Ends what={`the ${kind} ${ending.name ?? ending.person ?? ''} ${ending.id}`} path={`/api/v1/keys/${ending.id}`} again={live.again} close={() => setEnding(null)} />}
        </>
      )
    }}</Read>
  )
}

function NewToken({ done, close }: { done: (token: string) => void; close: () => void }) {
  const people = useLive<OnCall>('/api/v1/oncall', () => false).data?.people ?? []
  const [name, setName] = useState('')
  const [of, setOf] = useState('')
  const [right, setRight] = useState('sender')
  const [source, setSource] = useState('')
  const [length, setLength] = useState('90d')
  const [services, setServices] = useState('')
  return (
    <Ask title="A new token" yes="Make it" close={close} does={async () => {
      const made = await post<{ token: string }>('/api/v1/tokens', {
        name, ...(of ? { person: of } : { right }), ...(source ? { source } : {}), ...(length ? { for: length } : {}), ...(services ? { services: words(services) } : {}),
      })
      done(made.token)
    }}>
      <Field label="Name" hint="what uses it: prometheus" value={name} set={setName} required />
      <Field label="Of" hint="empty: of a program, with a right of its own" value={of} set={setOf} options={['', ...people.map((one) => one.id)]} />
      {!of && <Field label="Right" value={right} set={setRight} options={['sender', ...rights]} />}
      <Field label="Only from" hint="an address or network: 10.1.0.0/16" value={source} set={setSource} />
      <Field label="Only for these services" hint="ids; empty: all" value={services} set={setServices} />
      <Field label="For" hint="90d; empty: without an end" value={length} set={setLength} />
    </Ask>
  )
}

function AccountForm({ account, done, close }: { account: Account | null; done: (made: Made) => void; close: () => void }) {
  const people = useLive<OnCall>('/api/v1/oncall', () => false).data?.people ?? []
  const [who, setWho] = useState(account?.person ?? '')
  const [right, setRight] = useState(account?.right ?? 'responder')
  const [services, setServices] = useState(account?.services.join(' ') ?? '')
  const [password, setPassword] = useState('')
  const [second, setSecond] = useState(false)
  return (
    <Ask title={account ? account.person : 'A new account'} yes={account ? 'Change it' : 'Make it'} close={close} does={async () => {
      done(await post<Made>('/api/v1/accounts', {
        person: who || people[0]?.id, right, services: words(services), ...(password ? { password } : {}), ...(second ? { second_factor: true } : {}),
      }))
    }}>
      {!account && <Field label="Person" hint="of the configuration" value={who} set={setWho} options={people.map((one) => one.id)} />}
      <Field label="May" value={right} set={setRight} options={rights} />
      <Field label="Only for these services" hint="ids; empty: all" value={services} set={setServices} />
      <Field label="Password" hint={account ? 'empty: as it is' : undefined} type="password" value={password} set={setPassword} required={!account} />
      <label class="tick"><input type="checkbox" checked={second} onChange={(event) => setSecond(event.currentTarget.checked)} />
        <span>{account?.second_factor ? 'A new key for the authenticator; the old one ends' : 'With a second factor: a key for an authenticator is shown once'}</span></label>
      {account && <p class="small quiet">A change ends the person's sessions.</p>}
    </Ask>
  )
}

function Accounts() {
  const live = useLive<{ accounts: Account[] }>('/api/v1/accounts', touched)
  const [form, setForm] = useState<Account | 'new' | null>(null)
  const [ending, setEnding] = useState<Account | null>(null)
  const [uri, setUri] = useState('')
  const done = (made: Made) => {
    setUri(made.second_factor_uri ?? '')
    live.again()
  }
  return (
    <Card id="accounts" title="Accounts" more={<Act does={() => setForm('new')}>New account…</Act>}>
      <Read from={live}>{({ accounts }) => (
        <>
          {accounts.length === 0 && <p class="quiet">Nobody has an account: only the administrator's token gets in.</p>}
          <ul class="list">{accounts.map((account) => (
            <li key={account.person} class="look">
              <div class="head"><span><b>{account.person}</b> <span class="mark">{account.right}</span></span>
                <span class="row"><Act label={`Change ${account.person}`} does={() => setForm(account)}>Change…</Act><Act label={`Remove ${account.person}`} does={() => setEnding(account)}>Remove…</Act></span></div>
              <p class="small quiet">{[account.services.length > 0 && `for ${account.services.join(', ')}`, account.password ? 'password' : 'no password', account.second_factor ? 'second factor' : <b key="no">no second factor</b>, account.changed_by && `by ${person(account.changed_by)}`].filter(Boolean).map((part, i) => <>{i > 0 && ' · '}{part}</>)}
                {account.changed_at && <>, <At time={account.changed_at} date /></>}</p>
            </li>))}</ul>
        </>)}
      </Read>
      {form && <AccountForm account={form === 'new' ? null : form} done={done} close={() => setForm(null)} />}
      {ending && <Ends what={`the account of ${ending.person}, with all their tokens and sessions,`} path={`/api/v1/accounts/${encodeURIComponent(ending.person)}`} again={live.again} close={() => setEnding(null)} />}
      {uri && <Once title="For the authenticator" secret={uri} close={() => setUri('')} />}
    </Card>
  )
}

export function Access() {
  const keys = useLive<{ keys: Key[] }>('/api/v1/keys', touched)
  const [open, setOpen] = useState<'password' | 'token' | null>(null)
  const [token, setToken] = useState('')
  const made = (secret: string) => {
    setToken(secret)
    keys.again()
  }
  return (
    <>
      <Card id="you" title="You" more={<Act does={() => setOpen('password')}>Change password…</Act>}>
        <p><b>{me.person}</b>, {me.right}</p>
        <h3>{mayAdminister() ? 'Sessions of everybody' : 'Your sessions'}</h3>
        <Keys live={keys} kind="session" none="There is no session." />
      </Card>
      {mayAdminister() && <Accounts />}
      <Card id="tokens" title="Tokens" more={mayAdminister() && <Act does={() => setOpen('token')}>New token…</Act>}>
        <Keys live={keys} kind="token" none="There is no token beside the administrator's." />
      </Card>
      {open === 'password' && <Password close={() => setOpen(null)} />}
      {open === 'token' && <NewToken done={made} close={() => setOpen(null)} />}
      {token && <Once title="The token" secret={token} close={() => setToken('')} />}
    </>
  )
}
