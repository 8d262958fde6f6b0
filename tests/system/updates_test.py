#!/usr/bin/env python3
"""A whole incident as its audiences hear of it: the draft is there before it is due, in the runbook's own template; what
nobody has established is withheld until somebody stands behind it; one action tells all; the resolve tells the end."""
from harness import *

RUNBOOK = '''# Lab results gateway

## Severity levels

### SEV-1 - Critical

- **Response time**: 10 minutes
- Send an update to stakeholders every 30 minutes until resolved

### SEV-2 - High

- **Response time**: 1 hour

## Communication

### Stakeholder update

```
Subject: [SEV-1/SEV-2] [Service Name] - [Status]

Start Time: [Time]
Current Status: [Investigating/Identified/Monitoring/Resolved]
Impact: [Description of user impact]

Patient data remains secure and no PHI has been compromised.
Estimated resolution: [timeframe]

Next update: [Time]
```

### Status page update

```
Title: [Service Name]
Status: Investigating | Identified | Monitoring | Resolved

We are looking into a problem with [Service Name].
Users may notice: [specific impact]
```

## Gateway down

1. Look at the queue.
'''

CONFIG = '''hold_down: 1h
public_url: https://crashcart.example.org
people:
  - id: ana
    name: Ana
    contacts: [{{webhook: '{receiver}/page'}}]
services:
  - id: lab-gateway
    public: Lab results
    match: {{service: lab-gateway}}
audiences:
  - id: stakeholders
    send:
      - {{webhook: '{receiver}/leads', cleared: true}}
      - webhook: '{receiver}/ward-screen'
  - id: status-page
    status_page: true
status_page: {{title: Example Hospital}}
'''

LABELS = {'alertname': 'GatewayDown', 'service': 'lab-gateway', 'severity': 'SEV-1', 'patient': 'Jane Roe'}


class Updates(SystemTest):
    def setUp(self):
        super().setUp()
        self.receiver = self.started(Receiver())
        written(os.path.join(self.folder, 'runbooks'), 'gateway.md', RUNBOOK)
        config = CONFIG.format(receiver=self.receiver.url(''))
        self.server = self.started(Server(self.folder, config, os.path.join(self.folder, 'runbooks'))).start()
        self.assertEqual(self.server.fire(LABELS)[0], 200)
        wait(self.server.incidents, 'an incident')

    def drafts(self):
        return {d['audience']: d for d in self.server.json('/api/v1/incidents/1/updates')['drafts']}

    def told(self, path):
        return [json.loads(b) for _, p, _, b in self.receiver.got if p == path]

    def send(self, **body):
        status, answer = self.server.request('POST', '/api/v1/incidents/1/updates/send', body)
        return status, json.loads(answer)

    def test_a_whole_incident(self):
        leads = self.drafts()['stakeholders']
        self.assertEqual(leads['template']['name'], 'Stakeholder update')
        self.assertEqual(leads['subject'], 'SEV-1 lab-gateway - Investigating'.replace('lab-gateway', 'Lab results'))
        self.assertIn('Current Status: Investigating', leads['text'])
        self.assertIsNotNone(leads['due_at'])
        withheld = {w['claim'] for w in leads['withheld']}
        self.assertIn('data-safe', withheld)
        self.assertNotIn('PHI', leads['text'])

        self.server.command('incident', 'finding', '1', 'impact', 'results arrive', 'late', '--as', 'ana')
        self.assertIn('Impact: results arrive late', self.drafts()['stakeholders']['text'])
        out = self.server.command('incident', 'update', '1')[1]
        self.assertIn('withheld: Patient data remains secure', out)

        out = self.server.command('incident', 'update', '1', '--send', '--as', 'ana')[1]
        self.assertIn('stakeholders: ', out)
        wait(lambda: self.told('/leads') and self.told('/ward-screen'), 'both ways are told')
        cleared, screen = self.told('/leads')[0], self.told('/ward-screen')[0]
        self.assertEqual(cleared['kind'], 'update')
        self.assertIn('results arrive late', cleared['text'])
        self.assertNotIn('PHI', cleared['text'])
        self.assertNotIn('late', json.dumps(screen))
        self.assertEqual(screen['text'], '#1 lab-gateway, SEV-1: investigating\n\nhttps://crashcart.example.org/incidents/1\n')
        for text in (cleared, screen):
            self.assertNotIn('Jane', json.dumps(text))

        status, answer = self.send(audience='stakeholders', stand_behind=['data-safe'])
        self.assertEqual((status, answer['error']['field']), (403, 'stand_behind'))
        self.send(audience='stakeholders', stand_behind=['data-safe'], **{'as': 'ana'})
        wait(lambda: len(self.told('/leads')) == 2, 'a second update')
        self.assertIn('no PHI has been compromised', self.told('/leads')[1]['text'])
        sent = [e for e in self.server.timeline(1) if e['kind'] == 'update.sent']
        self.assertEqual(sent[-1]['body']['stands_behind'], 'person:ana')

        def page_now():
            return self.server.request('GET', '/status', headers={'Authorization': None})[1].decode()

        page = wait(lambda: 'We are looking into a problem with Lab results.' in page_now() and page_now(), 'the page follows')
        for inside in ('lab-gateway', 'GatewayDown', 'SEV-1', 'Jane', '#1'):
            self.assertNotIn(inside, page)
        summary = self.server.json('/api/v2/summary.json')
        self.assertEqual(summary['components'][0]['status'], 'major_outage')
        self.assertEqual(summary['incidents'][0]['status'], 'investigating')
        self.assertEqual(self.server.json('/status.json')['status']['indicator'], 'critical')
        self.assert_exported()

        self.server.command('incident', 'resolve', '1', '--force', '--note', 'queue drained', '--as', 'ana')
        wait(lambda: len(self.told('/leads')) == 3, 'the closing update')
        self.assertIn('Current Status: Resolved', self.told('/leads')[2]['text'])
        summary = wait(lambda: (lambda s: s['status']['indicator'] == 'none' and s)(self.server.json('/api/v2/summary.json')),
                       'the status page says that it is over')
        self.assertEqual(summary['components'][0]['status'], 'operational')
        rss = self.server.request('GET', '/status.rss')[1].decode()
        self.assertIn('<rss version="2.0">', rss)
        self.server.stop()
        self.assert_verifies(self.server)

    def assert_exported(self):
        site = os.path.join(self.folder, 'site')
        self.server.command('status', 'export', site)
        for file, path in (('index.html', '/status'), ('status.rss', '/status.rss'), ('status.json', '/status.json'),
                           ('api/v2/incidents.json', '/api/v2/incidents.json')):
            with open(os.path.join(site, file), 'rb') as exported:
                self.assertEqual(exported.read(), self.server.request('GET', path, headers={'Authorization': None})[1])

    def test_a_text_of_a_person_is_held_to_the_same(self):
        status, answer = self.send(audience='stakeholders', text='It is fixed.', **{'as': 'ana'})
        self.assertEqual(status, 409)
        self.assertIn('resolved', answer['error']['message'])
        self.send(audience='stakeholders', text='It is fixed. We keep watching.', **{'as': 'ana'})
        wait(lambda: self.told('/leads'), 'an update')
        self.assertTrue(self.told('/leads')[0]['text'].startswith('We keep watching.'))

    def test_the_closing_update_is_not_lost_with_the_server(self):
        self.send(**{'as': 'ana'})
        wait(lambda: len(self.told('/leads')) == 1, 'an update')
        self.server.command('incident', 'resolve', '1', '--force', '--note', 'x', '--as', 'ana')
        self.server.kill()
        self.server.start()
        wait(lambda: any(u['status'] == 'resolved' and u['state'] == 'sent' and u['audience'] == 'stakeholders'
                         for u in self.server.json('/api/v1/incidents/1/updates')['sent']), 'the closing update is sent')
        wait(lambda: len(self.told('/leads')) >= 2, 'it arrives')


if __name__ == '__main__':
    unittest.main(verbosity=2)
