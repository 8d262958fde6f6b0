#!/usr/bin/env python3
"""Evidence of a breach: who reads it is on record before, and a legal hold keeps it as it is, through a restart."""
from harness import *

RUNBOOK = '''# Patients

## Severity levels

### SEV-1 (Critical)
- **Response Time**: 5 minutes

## Suspected data breach

### Investigation

1. Who was there:
   ```bash
   echo seen at the door
   ```
'''


class Evidence(SystemTest):
    def setUp(self):
        super().setUp()
        written(self.folder, 'runbooks/patients.md', RUNBOOK)
        config = 'people:\n  - {id: kim, name: Kim, contacts: [{webhook: "http://127.0.0.1:9/"}]}\n  - {id: lee, name: Lee, contacts: [{webhook: "http://127.0.0.1:9/"}]}\n'
        self.server = self.started(Server(self.folder, config, os.path.join(self.folder, 'runbooks'))).start()
        self.server.fire({'alertname': 'SuspectedDataBreach', 'service': 'patients', 'severity': 'critical'})
        wait(lambda: self.events('evidence.kept'), 'evidence is captured')
        self.step = 14  # the line of the look

    def events(self, kind):
        return [e for e in self.server.timeline(1) if e['kind'] == kind]

    def read_as(self, person, path):
        return self.server.request('GET', path, headers={'X-Crashcart-As': person})

    def test_who_reads_it_is_on_record_before_it_is_answered(self):
        self.assertEqual(self.events('evidence.read'), [])
        self.assertEqual(self.read_as('kim', '/api/v1/incidents/1')[0], 200)  # the incident itself is no evidence
        self.assertEqual(self.events('evidence.read'), [])
        status, body = self.read_as('kim', '/api/v1/incidents/1/steps')[:2]
        self.assertEqual(status, 200)
        self.assertIn(b'seen at the door', body)
        self.assertEqual([e['actor'] for e in self.events('evidence.read')], ['person:kim'])
        self.read_as('kim', '/api/v1/incidents/1/steps')
        self.read_as('lee', f'/api/v1/runs/1/steps/{self.step}/output')
        self.read_as('kim', '/api/v1/incidents/1/report')
        self.assertEqual([e['actor'] for e in self.events('evidence.read')], ['person:kim', 'person:lee'])
        self.assertRegex(self.server.command('incident', 'report', '1')[1], r'\| lee +\| Reads evidence')  # custody is in the report
        self.assert_verifies(self.server)

    def test_a_legal_hold_keeps_what_was_captured(self):
        code, _, err = self.server.command('incident', 'hold', '1', check=False)
        self.assertEqual((code, '--why' in err), (2, True))
        self.server.command('incident', 'hold', '1', '--why', 'matter 7')
        self.server.command('incident', 'resolve', '1', '--force', '--note', 'over')
        self.server.kill()
        self.server.start()
        self.assertEqual(self.server.incident(1)['legal_hold_why'], 'matter 7')
        self.assertIn('matter 7', self.server.command('incident', 'show', '1')[1])
        code, _, err = self.server.command('step', 'start', '1', str(self.step), check=False)
        self.assertNotEqual(code, 0)
        self.server.command('incident', 'release', '1', '--why', 'settled')
        self.assertIsNone(self.server.incident(1)['legal_hold_since'])
        self.assertTrue(self.events('evidence.held') and self.events('evidence.released'))
        self.assert_verifies(self.server)


if __name__ == '__main__':
    unittest.main()
