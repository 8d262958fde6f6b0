#!/usr/bin/env python3
"""The main job with real programs: a target goes down, Prometheus fires, Alertmanager notifies, an incident opens
with its procedure and severity, the page arrives by mail and by webhook, the diagnosis has run, the target comes
back, the incident resolves. Then the same with the plug pulled at a random moment."""
import random

from harness import *

RUNBOOK = '''# Beacon service

The beacon scores images for the reading room.

## Severity levels

| Severity | Meaning | Response time | Escalation |
|----------|---------|---------------|------------|
| **P1 - Critical** | Beacon is down | 10 minutes | Engineering manager |
| **P2 - Warning** | Beacon is slow | 1 hour | Team lead |

## Beacon down

### Diagnosis

```bash
# Ask the service itself
curl -sS http://127.0.0.1:{port}/health

# Is the port open?
curl -fsS -o /dev/null http://127.0.0.1:{port}/metrics
```

### Resolution

```bash
# Restart it
curl -fsS -X POST http://127.0.0.1:{port}/restart
```
'''

CONFIG = '''
hold_down: 2s
mail:
  server: smtp://127.0.0.1:{mail}
  from: crashcart@example.org
  starttls: "off"
people:
  - id: ana
    name: Ana
    contacts:
      - webhook: {webhook}
  - id: ben
    name: Ben
    contacts:
      - email: ben@example.org
services:
  - id: beacon
    runbook: beacon.md
    match: {{service: beacon}}
    escalation:
      - notify: [person:ana, person:ben]
'''


class Thread(SystemTest):
    def setUp(self):
        super().setUp()
        self.target = self.started(Target())
        self.receiver = self.started(Receiver())
        self.mail = self.started(MailServer(self.folder))
        written(self.folder, 'runbooks/beacon.md', RUNBOOK.format(port=self.target.port))
        config = CONFIG.format(mail=self.mail.port, webhook=self.receiver.url('/ana'))
        self.server = self.started(Server(self.folder, config, os.path.join(self.folder, 'runbooks')))
        self.server.start()

    def start_monitoring(self):
        port, rules = free_port(), os.path.join(self.folder, 'rules.yml')
        written(self.folder, 'alertmanager.yml', f'''route: {{receiver: crashcart, group_by: [alertname, service], group_wait: 0s, group_interval: 1s, repeat_interval: 5s}}
receivers:
- name: crashcart
  webhook_configs: [{{url: "http://127.0.0.1:{self.server.port}/intake/alertmanager"}}]
''')
        written(self.folder, 'rules.yml', '''groups:
- name: beacon
  interval: 1s
  rules:
  - alert: BeaconDown
    expr: up{job="beacon"} == 0
    labels: {severity: critical, service: beacon}
    annotations: {summary: the beacon does not answer}
''')
        written(self.folder, 'prometheus.yml', f'''global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{rules}]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ["127.0.0.1:{port}"]}}]}}]}}
scrape_configs: [{{job_name: beacon, static_configs: [{{targets: ["127.0.0.1:{self.target.port}"]}}]}}]
''')
        self.started(Process('alertmanager', [
            'prometheus-alertmanager', f'--config.file={self.folder}/alertmanager.yml', f'--storage.path={self.folder}/am',
            f'--web.listen-address=127.0.0.1:{port}', '--cluster.listen-address=']).start())
        self.started(Process('prometheus', [
            'prometheus', f'--config.file={self.folder}/prometheus.yml', f'--storage.tsdb.path={self.folder}/tsdb',
            f'--web.listen-address=127.0.0.1:{free_port()}', '--rules.alert.resend-delay=1s']).start())

    def incident_is(self, state):
        """True once there is one incident and it is in that state; the server may be down just now."""
        try:
            found = self.server.incidents()
        except AssertionError:
            return False
        return len(found) == 1 and found[0]['state'] == state

    def whole_story(self, pull_the_plug=None):
        self.start_monitoring()
        self.target.healthy = False
        if pull_the_plug:
            pull_the_plug()
        wait(lambda: self.receiver.pages('/ana'), 'a page by webhook')
        wait(lambda: self.mail.messages(), 'a page by mail')
        if pull_the_plug:
            pull_the_plug()
        wait(lambda: self.incident_is('triggered'), 'one incident')
        number = self.server.incidents()[0]['number']
        diagnosed = lambda: any(e['kind'] == 'run.diagnosed' for e in self.server.timeline(number))
        wait(diagnosed, 'the diagnosis is on the timeline')
        if pull_the_plug:
            pull_the_plug()
        self.target.healthy = True
        wait(lambda: self.incident_is('resolved'), 'the incident resolves')
        self.server.stop()
        self.assert_verifies(self.server)
        self.server.start()
        return number

    def test_alert_to_incident_to_page_to_diagnosis_to_resolution(self):
        number = self.whole_story()
        incident = self.server.incident(number)
        self.assertEqual(incident['severity'], 'P1')
        self.assertEqual(incident['procedure']['title'], 'Beacon down')
        self.assertEqual(incident['procedure']['file'], 'beacon.md')
        page = self.receiver.pages('/ana')[0][1]
        self.assertEqual(page['incident']['number'], number)
        self.assertIn('P1', page['text'])
        self.assertRegex(page['text'], r'beacon\.md,? line \d+')
        mail = self.mail.messages()[0]
        self.assertIn('P1', mail['Subject'])
        self.assertIn('ben@example.org', mail['To'])
        self.assertEqual(mail['Auto-Submitted'], 'auto-generated')
        health = [s for s in self.server.steps(number) if '/health' in s['command']]
        self.assertIn('model not loaded', health[0]['output'])
        self.assertEqual(self.target.restarts, 0, 'a step that changes something ran without approval')
        waiting = [s for s in self.server.steps(number) if 'restart' in s['command']]
        self.assertEqual(waiting[0]['state'], 'waiting')

    def test_the_same_story_with_the_plug_pulled_at_random_moments(self):
        seed = int(os.environ.get('SEED', time.time_ns() % 1000000))
        chance = random.Random(seed)
        print(f'seed {seed}', flush=True)

        def pull_the_plug():
            random_wait(chance, 2.5)
            self.server.kill()
            random_wait(chance, 1.0)
            self.server.start()

        self.whole_story(pull_the_plug)
        keys = [h['Idempotency-Key'] for h, _ in self.receiver.pages('/ana')]
        self.assertEqual(len(set(keys)), 1, f'one trouble, one page to Ana, though it may be sent again: {keys}')


if __name__ == '__main__':
    unittest.main()
