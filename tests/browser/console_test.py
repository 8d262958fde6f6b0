#!/usr/bin/env python3
"""The console in a real browser. What a person does stands in the scenarios (*.mjs); what happens around them, here.
`console_test.py Pictures.draw` draws the pictures of docs/console.md."""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'system'))
from harness import *  # noqa: E402,F403

RUNBOOK = '''# Shop <img src=x onerror=alert(1)>

## Severity levels

### SEV-1 (Critical)
- **Response Time**: 5 minutes
- **Resolution Time**: 2 hours
- Escalate to the head of engineering after 30 minutes if unresolved
- Update stakeholders every 15 minutes

### SEV-2 (High)
- **Response Time**: 30 minutes

## Shop down

### Diagnosis (within 10 minutes)

1. How long is the queue?

```bash
echo "queue length: 3"
```

2. Is the disk full?

```bash
df -P {folder}
```

3. What do the logs say of <b>errors</b>?

```bash
grep -c error {folder}/no-such-log
```

### Resolution

1. Tell the shift leader in the shop.
2. If the cache is corrupt: remove it.

   ```bash
   rm -r {folder}/cache
   ```

**Option 1: Restart one instance**

```bash
touch {folder}/<instance>.restart
```

**Option 2: Scale out**

```bash
kubectl scale deployment/shop --replicas=5
```

### Verification checklist
- [ ] Orders come through again
- [ ] The queue is empty

### Post-incident
- Review within 48 hours of resolution

Run a failover drill every quarter.

## Communication

### Stakeholder update

```
Subject: [Service Name] - [Status]

Users may notice: [impact]

No customer data was compromised or accessed.
We work on it.
```

## Payment slow

### Diagnosis

```bash
echo "p95 2.3 s"
```
'''

CONFIG = '''storm: {{incidents: 0}}
people:
  - {{id: ana, name: Ana Alvarez, contacts: [{{webhook: "http://127.0.0.1:{port}/page"}}]}}
  - {{id: ben, name: Ben Okafor, contacts: [{{webhook: "http://127.0.0.1:{port}/page"}}]}}
  - {{id: eve, name: Eve Lindqvist, contacts: [{{webhook: "http://127.0.0.1:{port}/page"}}]}}
schedules:
  - id: primary
    timezone: America/New_York
    layers:
      - {{rotation: 2d, start: 2026-03-02T09:00, people: [ana, ben]}}
    overrides:
      - {{person: eve, from: "{override}T00:00", until: "{override}T23:00"}}
  - id: office
    timezone: Europe/Berlin
    layers:
      - {{rotation: weekly, start: 2026-03-02T09:00, people: [ben, eve], hours: {{days: [mon, tue, wed, thu, fri], from: "09:00", until: "17:00"}}}}
audiences:
  - id: stakeholders
    send: [{{webhook: "http://127.0.0.1:{port}/leads", cleared: true}}, {{webhook: "http://127.0.0.1:{port}/wall"}}]
services:
  - id: shop
    runbook: shop.md
    match: {{service: shop}}
    escalation:
      - notify: [person:ana]
'''


PASSWORD = 'the second of two people'


class Played(SystemTest):
    CONFIG, RUNBOOK = CONFIG, RUNBOOK

    def setUp(self):
        super().setUp()
        os.makedirs(os.path.join(self.folder, 'cache'))
        written(self.folder, 'runbooks/shop.md', self.RUNBOOK.format(folder=self.folder))
        receiver = self.started(Receiver())
        config = self.CONFIG.format(port=receiver.port, override=time.strftime('%Y-%m-%d', time.gmtime(time.time() + 3 * 86400)))
        self.server = self.started(Server(self.folder, config,
                                          runbooks=os.path.join(self.folder, 'runbooks'))).start()

    def play(self, scenario, **deeds):
        """Runs it; when it asks for something outside of the browser, does that."""
        shots = os.environ.get('CRASHCART_LOGS') or self.folder
        os.makedirs(shots, exist_ok=True)
        env = {**os.environ, 'CONSOLE': f'http://127.0.0.1:{self.server.port}', 'TOKEN': self.server.token(), 'PASSWORD': PASSWORD,
               'SHOTS': shots}
        child = subprocess.Popen(['node', os.path.join(HERE, scenario)], env=env, stdin=subprocess.PIPE, text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said = []
        try:
            for line in child.stdout:
                said.append(line)
                if line.startswith('DO '):
                    deeds[line.split()[1]]()
                    child.stdin.write('done\n')
                    child.stdin.flush()
            self.assertEqual(child.wait(60), 0, ''.join(said))
        finally:
            child.kill()
            child.wait()
            child.stdout.close()
            child.stdin.close()

    def fire(self, name, service='shop'):
        self.assertEqual(self.server.fire({'alertname': name, 'service': service, 'severity': 'SEV-1'})[0], 200)

    def restart(self):
        self.server.kill()
        self.server.start()


class SignedInForLong(Played):
    CONFIG = CONFIG + 'runner: {{approval_sign_in: 20s}}\n'

    def test_who_lets_run_what_destroys_shows_again_who_they_are(self):
        os.environ['LASTS_MS'] = '20000'
        self.play('prove_again.mjs', fire=lambda: self.fire('ShopDown'))
        self.assertEqual([event['actor'] for event in self.server.timeline(1) if event['kind'].startswith('approval.')], ['person:ana'])


class Console(Played):
    def test_two_people_work_through_an_incident_over_a_restart_of_the_server(self):
        self.assertEqual(self.server.request('POST', '/api/v1/accounts', {'person': 'ben', 'right': 'approver', 'password': PASSWORD})[0], 200)
        self.play('life.mjs', fire=lambda: self.fire('ShopDown'), restart=self.restart)
        self.assertFalse(os.path.exists(os.path.join(self.folder, 'cache')))
        by = {event['kind']: event['actor'] for event in self.server.timeline(1)}
        self.assertEqual((by['incident.acknowledged'], by['note.added']), ('person:ana', 'person:ben'))

    def test_it_opens_while_the_server_is_away_and_keeps_nothing_of_what_the_server_said(self):
        self.play('offline.mjs', end=self.server.kill, begin=self.server.start)

    def test_who_is_signed_out_in_the_middle_of_a_sentence_goes_on_with_it(self):
        def end():
            for key in self.server.json('/api/v1/keys')['keys']:
                self.assertEqual(self.server.request('DELETE', f'/api/v1/keys/{key["id"]}')[0], 200)

        def note():
            self.assertEqual(self.server.request('POST', '/api/v1/incidents/1/notes', {'text': 'written elsewhere', 'as': 'ben'})[0], 200)

        def fire():
            self.fire('ShopDown')
            wait(lambda: any(e['kind'] == 'run.diagnosed' for e in self.server.timeline(1)), 'the diagnosis')
        self.play('again.mjs', fire=fire, end=end, note=note)

    def test_what_is_left_after_an_incident_is_ticked_off_and_measured(self):
        began = time.time() - 900  # a quarter of an hour before it was noticed
        self.assertEqual(self.server.fire({'alertname': 'ShopDown', 'service': 'shop', 'severity': 'SEV-1'}, starts=began)[0], 200)
        self.assertEqual(self.server.request('POST', '/api/v1/incidents/1/resolve', {'as': 'ben', 'text': 'it came back', 'force': True})[0], 200)
        self.play('after.mjs')

    def test_everything_is_a_keystroke_away(self):
        self.play('keyboard.mjs', fire=lambda: self.fire('ShopDown'))
        self.assertTrue(os.path.exists(os.path.join(self.folder, 'shop-1.restart')))

    def test_every_page_is_readable_on_every_screen(self):
        def trouble():
            self.fire('ShopDown')
            self.fire('PaymentSlow')
            for i in range(4):
                self.fire(f'Trouble{i} <b>of the <img src=x onerror=alert(1)> night</b>', f'service-{i} with a rather long name & more')
            for path, body in (('patient-safety', {'why': 'orders for the ward <script>alert(1)</script> are lost'}),
                               ('acknowledge', {'as': 'ana'}), ('roles', {'role': 'scribe', 'person': 'eve'}),
                               ('notes', {'text': '[a link](javascript:alert(1)) and ' + 'averylongword' * 20}),
                               ('actions', {'what': 'alert on queue age', 'owner': 'ben', 'priority': 'high'})):
                status, answer = self.server.request('POST', f'/api/v1/incidents/1/{path}', body)
                self.assertEqual(status, 200, answer)
            self.assertEqual(self.server.request('POST', '/api/v1/incidents/2/acknowledge', {'as': 'ana'})[0], 200)
            wait(lambda: any(e['kind'] == 'run.diagnosed' for e in self.server.timeline(1)), 'the diagnosis')
            silence = {'matchers': [{'name': 'service', 'value': 'till', 'isRegex': False, 'isEqual': True}], 'createdBy': 'ben',
                       'comment': 'moves <i>house</i>', 'startsAt': rfc3339(time.time()), 'endsAt': rfc3339(time.time() + 7200)}
            self.assertEqual(self.server.request('POST', '/api/v2/silences', silence)[0], 200)

        def rewrite():
            runbook = RUNBOOK.format(folder=self.folder).replace('**Response Time**: 5 minutes', '**Response Time**: 2 minutes')
            written(self.folder, 'runbooks/shop.md', runbook)
            wait(lambda: self.server.request('GET', '/api/v1/runbooks/shop.md/versions')[1].count(b'sha256') == 2, 'the second version')
        self.play('looks.mjs', trouble=trouble, rewrite=rewrite)


class SignIn(SystemTest):
    """By a certified provider, which is of another site than the console."""
    SECRET = 'a secret & more: 100%'
    play = Played.play

    def setUp(self):
        super().setUp()
        self.provider_port = free_port()
        self.server = self.started(Server(self.folder, ''))
        secret = written(self.folder, 'sign-in.secret', self.SECRET)
        written(self.folder, 'crashcart.yaml', f'''
public_url: http://127.0.0.1:{self.server.port}
people: [{{id: ana, contacts: [{{email: ana@example.org}}]}}]
sign_in:
  provider: http://localhost:{self.provider_port}
  name: the house
  client: crashcart
  secret: file:{secret}
  rights: [{{group: sre, right: approver}}]
''')
        self.server.start()

    def test_people_sign_in_by_the_provider_of_the_house_and_by_a_password_while_it_is_away(self):
        environment = {'CONSOLE': f'http://127.0.0.1:{self.server.port}', 'PORT': str(self.provider_port), 'SECRET': self.SECRET}
        provider = self.started(Process('provider', ['node', os.path.join(HERE, 'provider.mjs')], environment)).start()
        wait(lambda: 'ready' in provider.log() or not provider.running(), 'the provider is ready')
        os.environ['PROVIDER'] = f'http://localhost:{self.provider_port}'
        self.addCleanup(os.environ.pop, 'PROVIDER')
        account = {'person': 'ana', 'right': 'viewer', 'password': PASSWORD}
        self.assertEqual(self.server.request('POST', '/api/v1/accounts', account)[0], 200)
        self.play('sign_in.mjs', end=provider.stop)


class Pictures(Played):
    """Not a test: draws the pictures of the documentation."""

    RUNBOOK = (RUNBOOK.replace(' <img src=x onerror=alert(1)>', '').replace('<b>', '').replace('</b>', '')
               .replace('grep -c error {folder}/no-such-log', 'echo "12 errors in the last 5 minutes"')
               .replace('kubectl scale deployment/shop --replicas=5', 'docker compose up -d --scale shop=5'))

    def draw(self):
        def trouble():
            self.fire('ShopDown')
            self.fire('PaymentSlow')
            self.assertEqual(self.server.fire({'alertname': 'DiskAlmostFull', 'service': 'archive', 'severity': 'SEV-2'})[0], 200)
            self.server.request('POST', '/api/v1/incidents/1/acknowledge', {'as': 'ben'})
            wait(lambda: any(e['kind'] == 'run.diagnosed' for e in self.server.timeline(1)), 'the diagnosis')
        folder = os.path.join(ROOT, 'docs', 'pictures')
        os.makedirs(folder, exist_ok=True)
        os.environ['PICTURES'] = folder
        self.play('pictures.mjs', trouble=trouble)


class Many(Played):
    CONFIG = 'storm: {{incidents: 0}}\n'  # nobody is paged

    def test_ten_thousand_incidents_are_a_list_like_any_other(self):
        for first in range(0, 10000, 1000):
            alerts = [{'labels': {'alertname': 'Trouble', 'service': f'service-{i}', 'severity': 'info'}} for i in range(first, first + 1000)]
            self.assertEqual(self.server.request('POST', '/api/v2/alerts', alerts, timeout=60)[0], 200)
        self.play('many.mjs')


if __name__ == '__main__':
    unittest.main()
