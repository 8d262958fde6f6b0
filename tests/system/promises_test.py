#!/usr/bin/env python3
"""What the runbook promises: due while nothing ran, it is said once and with how late it is; an update is recorded and a
follow-up is done from the command line."""
import sqlite3

from harness import *

RUNBOOK = '''# Archive service

## Severity levels

### SEV-1 - Critical

- **Response time**: 10 minutes

## Communication

- SEV-1: send an update to stakeholders every 30 minutes

## Post-incident

- Hold a review within 48 hours of resolution

## Import errors

1. Look at the last imports.
'''
HOUR_US = 3600 * 1_000_000


class Promises(SystemTest):
    def setUp(self):
        super().setUp()
        written(os.path.join(self.folder, 'runbooks'), 'archive.md', RUNBOOK)
        self.server = self.started(Server(self.folder, '', os.path.join(self.folder, 'runbooks'))).start()
        self.server.fire({'alertname': 'ImportErrors', 'service': 'archive', 'severity': 'SEV-1'})
        wait(lambda: self.clocks('response'), 'the response time runs')

    def clocks(self, kind):
        return [c for c in self.server.json('/api/v1/clocks')['clocks'] if c['kind'] == kind]

    def missed(self):
        return [e for e in self.server.timeline(1) if e['kind'] == 'response.missed']

    def test_what_fell_due_while_nothing_ran_is_said_once_and_how_late(self):
        self.assertEqual(self.clocks('response')[0]['line'], 5)
        self.server.kill()
        ledger = sqlite3.connect(os.path.join(self.server.data, 'ledger.db'))
        ledger.execute(f'UPDATE incident SET opened_us = opened_us - {HOUR_US}')
        ledger.execute(f'UPDATE clock SET since_us = since_us - {HOUR_US}, due_us = due_us - {HOUR_US}, '
                       f'fires_us = fires_us - {HOUR_US} WHERE incident = 1')
        ledger.commit()
        ledger.close()
        self.server.start()
        wait(self.missed, 'the response time is said to be missed')
        self.assertRegex(self.missed()[0]['summary'],
                         r'within 10 min.*archive\.md line 5.*\((49|50) min.* late: the server was not running\)')
        self.server.kill()
        self.server.start()
        self.server.command('incident', 'note', '1', 'looking')
        self.assertEqual(len(self.missed()), 1)

    def test_an_update_and_a_review_are_recorded_from_the_command_line(self):
        shown = self.server.command('incident', 'show', '1')[1]
        self.assertIn('acknowledge it (archive.md:5)', shown)
        before = self.clocks('update')[0]['due_at']
        self.server.command('incident', 'update', '1', 'imports', 'fail', '--to', 'stakeholders')
        self.assertGreater(self.clocks('update')[0]['due_at'], before)
        self.server.command('incident', 'resolve', '1', '--force', '--note', 'done')
        self.assertEqual(self.clocks('response') + self.clocks('update'), [])
        review = self.clocks('follow_up')[0]
        listed = self.server.command('incident', 'clocks')[1]
        self.assertIn(f'crashcart incident done 1 {review["clock"]}', listed)
        self.server.command('incident', 'done', '1', str(review['clock']), '--note', 'held')
        self.assertEqual(self.clocks('follow_up'), [])
        self.server.stop()
        self.assert_verifies(self.server)


if __name__ == '__main__':
    unittest.main()
