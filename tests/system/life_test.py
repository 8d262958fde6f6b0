#!/usr/bin/env python3
"""The life of an incident after the engine has forgotten it, and severity by what was measured."""
import sqlite3

from harness import *

RUNBOOK = '''# Archive service

## Severity levels

### SEV-1 - Critical

- **Response time**: 10 minutes
- **Examples**: import error rate > 25 %

### SEV-2 - High

- **Response time**: 1 hour
- **Examples**: import error rate > 10 %

## Import errors

1. Look at the last imports.
'''

LABELS = {'alertname': 'ImportErrors', 'service': 'archive', 'severity': 'high'}


class Life(SystemTest):
    def setUp(self):
        super().setUp()
        written(os.path.join(self.folder, 'runbooks'), 'archive.md', RUNBOOK)
        self.server = self.started(Server(self.folder, 'hold_down: 1s\n', os.path.join(self.folder, 'runbooks')))
        self.server.start()

    def fire(self, summary, **more):
        self.assertEqual(self.server.fire(LABELS, annotations={'summary': summary}, **more)[0], 200)

    def test_a_value_that_gets_worse_raises_the_incident(self):
        self.fire('import error rate is 12%')
        incident = wait(self.server.incidents, 'an incident')[0]
        self.assertEqual(incident['severity'], 'SEV-2')
        self.fire('import error rate is 40%')
        self.assertEqual(self.server.incidents()[0]['severity'], 'SEV-1')
        raised = [e for e in self.server.timeline(1) if e['kind'] == 'incident.severity_raised']
        self.assertIn('import error rate is 40% is over "import error rate > 25 %"', raised[0]['summary'])
        self.assertIn('(line 8)', raised[0]['summary'])

    def test_an_incident_of_long_ago_is_closed_or_opened_again(self):
        self.fire('no numbers')
        wait(self.server.incidents, 'an incident')
        self.fire('no numbers', ends=time.time() - 1)
        wait(lambda: self.server.incidents()[0]['state'] == 'resolved', 'it resolves')
        self.server.stop()
        ledger = sqlite3.connect(os.path.join(self.server.data, 'ledger.db'))
        ledger.execute('UPDATE incident SET resolved_us = resolved_us - 172800000000')
        ledger.commit()
        ledger.close()
        self.server.start()
        self.server.command('incident', 'reopen', '1')
        self.assertEqual(self.server.incident(1)['state'], 'triggered')
        self.server.command('incident', 'resolve', '1', '--force', check=False)
        self.server.command('incident', 'close', '1')
        self.assertEqual(self.server.incident(1)['state'], 'closed')
        self.assertEqual(self.server.command('incident', 'close', '2', check=False)[0], 1)


if __name__ == '__main__':
    unittest.main()
