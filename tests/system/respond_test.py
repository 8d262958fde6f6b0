#!/usr/bin/env python3
"""What people do with an incident, on a server, and what follows from it: roles, levels, leases, checks, coming back."""
from harness import *

RUNBOOK = '''# Dose advice

## Severity Levels

### SEV-1 (Critical)

**Response Time**: 15 minutes
**Resolution Time**: 1 hour
**Examples**: wrong dose recommended, patient safety risk

### SEV-2 (High)

**Response Time**: 1 hour
**Resolution Time**: 8 hours

## Communication

- SEV-1: send an update to stakeholders every 15 minutes
- SEV-2: send an update to stakeholders every 2 hours

## Advice is slow

1. Look at the queue.

## Verification Checklist

- [ ] Advice is given again
- [ ] No wrong advice was given
'''
CONFIG = '''
hold_down: 5m
reopen_window: 1h
people:
  - id: ana
    contacts: [{{webhook: {0}}}]
  - id: ben
    contacts: [{{webhook: {1}}}]
  - id: cleo
    contacts: [{{webhook: {2}}}]
roles:
  clinical-director: [person:cleo]
services:
  - {{id: dose, runbook: dose.md, match: {{service: dose}}, escalation: [{{notify: [person:ana]}}, {{notify: [person:ben]}}]}}
'''
LABELS = {'alertname': 'AdviceIsSlow', 'service': 'dose', 'severity': 'SEV-2'}


class Respond(SystemTest):
    def setUp(self):
        super().setUp()
        self.receiver = self.started(Receiver())
        written(self.folder, 'runbooks/dose.md', RUNBOOK)
        config = CONFIG.format(*[self.receiver.url(f'/{who}') for who in ('ana', 'ben', 'cleo')])
        self.server = self.started(Server(self.folder, config, os.path.join(self.folder, 'runbooks'))).start()
        self.assertEqual(self.server.fire(LABELS)[0], 200)
        wait(lambda: self.pages('ana'), 'the first page')

    def pages(self, person):
        return [page for _, page in self.receiver.pages(f'/{person}')]

    def kinds(self):
        return [e['kind'] for e in self.server.timeline(1)]

    def do(self, *argv, check=True):
        return self.server.command('incident', *argv, check=check)

    def due(self, kind):
        at = [c['due_at'] for c in self.server.json('/api/v1/clocks')['clocks'] if c['incident'] == 1 and c['kind'] == kind]
        return at[0] if at else None

    def test_roles_go_from_hand_to_hand_on_record_and_outlive_a_restart(self):
        self.do('ack', '1', '--as', 'ana')
        holders = lambda: {(r['role'], r['person']) for r in self.server.incident(1)['roles'] if not r['until']}
        self.assertEqual(holders(), {('commander', 'ana')})
        self.do('assign', '1', 'commander', 'ben', '--as', 'ana')
        self.do('assign', '1', 'communications lead', 'ana', '--as', 'ben')
        self.server.kill()
        self.server.start()
        self.assertEqual(holders(), {('commander', 'ben'), ('communications-lead', 'ana')})
        said = [e['summary'] for e in self.server.timeline(1) if e['kind'] == 'role.assigned']
        self.assertIn('ben is commander, handed over by ana', said)
        self.assertNotEqual(self.do('assign', '1', 'commander', 'nobody-known', check=False)[0], 0)

    def test_another_level_moves_pages_cadence_deadlines_and_the_lease(self):
        self.do('ack', '1', '--as', 'ana')
        update, resolution = self.due('update'), self.due('resolution')
        lease, pages = self.server.incident(1)['lease_until'], len(self.pages('ana'))
        self.do('severity', '1', 'SEV-1', '--why', 'ten wards', '--as', 'ben')
        self.assertLess(self.due('update'), update)
        self.assertLess(self.due('resolution'), resolution)
        self.assertLess(self.server.incident(1)['lease_until'], lease)
        wait(lambda: len(self.pages('ana')) > pages, 'who has it hears of it')
        self.do('severity', '1', 'SEV-2', '--why', 'one ward', '--as', 'ana')
        self.assertEqual((self.due('update'), self.due('resolution')), (update, resolution))
        raised = [e for e in self.server.timeline(1) if e['kind'].startswith('incident.severity')]
        self.assertEqual([e['actor'] for e in raised], ['person:ben', 'person:ana'])

    def test_harm_to_patients_lifts_the_level_and_pages_who_answers_for_them(self):
        self.assertEqual(self.pages('cleo'), [])
        self.do('safety', '1', 'yes', '--why', 'a wrong dose was given', '--as', 'ben')
        incident = self.server.incident(1)
        self.assertEqual((incident['severity'], incident['patient_safety']), ('SEV-1', True))
        wait(lambda: self.pages('cleo'), 'the clinical director')
        self.do('safety', '1', 'no', '--why', 'it was a test patient', '--as', 'cleo')
        self.assertFalse(self.server.incident(1)['patient_safety'])

    def test_resolving_asks_for_the_checklist_and_the_same_trouble_opens_it_again(self):
        self.do('ack', '1', '--as', 'ana')
        self.do('mute', '1', '--for', '1h', '--why', 'known', '--as', 'ana')
        self.server.fire(LABELS, ends=time.time() - 1)
        code, out, err = self.do('resolve', '1', '--as', 'ana', check=False)
        self.assertNotEqual(code, 0)
        self.assertIn('1 Advice is given again; 2 No wrong advice was given', ' '.join((out + err).split()))
        for item in ('1', '2'):
            self.do('check', '1', item, '--as', 'ana')
        self.do('resolve', '1', '--as', 'ana')
        incident = self.server.incident(1)
        self.assertEqual((incident['state'], incident['muted_until']), ('resolved', None))
        self.assertIn('incident.unmuted', self.kinds())
        pages = len(self.pages('ana'))
        self.server.fire(LABELS, starts=time.time())
        wait(lambda: self.server.incident(1)['state'] == 'triggered', 'it is open again')
        wait(lambda: len(self.pages('ana')) > pages, 'and pages anew')
        incident = self.server.incident(1)
        self.assertEqual((incident['times_reopened'], len(self.server.incidents())), (1, 1))
        self.assertEqual([item['checked_by'] for item in incident['checklist']], [None, None], 'it is verified again')

    def test_a_mute_says_before_what_it_would_hide_and_whoever_ends_it_is_paged(self):
        _, out, _ = self.do('mute', '1', '--preview')
        self.assertIn('would hide 1 alert that fires', out)
        self.assertIsNone(self.server.incident(1)['muted_until'])
        self.do('mute', '1', '--for', '1h', '--why', 'known', '--as', 'ana')
        pages = len(self.pages('ana'))
        self.server.kill()
        self.server.start()
        self.assertIsNotNone(self.server.incident(1)['muted_until'])
        self.do('unmute', '1', '--as', 'ben')
        wait(lambda: len(self.pages('ana')) > pages, 'it still burns')


if __name__ == '__main__':
    unittest.main()
