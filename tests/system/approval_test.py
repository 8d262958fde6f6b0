#!/usr/bin/env python3
"""Looking is free, touching asks: what runs by itself, what waits, and what a person can do about it."""
from harness import *

RUNBOOK = '''# Shop

## Severity levels

### SEV-1 (Critical)
- **Response Time**: 5 minutes

## Shop down

### Diagnosis

1. **Look**:
   ```bash
   curl -sS http://127.0.0.1:{port}/health
   ```
2. **Look at one pod**:
   ```bash
   cat /proc/<pid>/status
   ```

### Resolution

1. **Restart**:
   ```bash
   curl -fsS -X POST http://127.0.0.1:{port}/restart
   ```
2. **Start over**:
   ```bash
   rm -r {folder}/cache
   ```
'''


class Approval(SystemTest):
    def setUp(self):
        super().setUp()
        self.target = self.started(Target())
        self.target.healthy = False
        os.makedirs(os.path.join(self.folder, 'cache'))
        self.runbook = written(self.folder, 'runbooks/shop.md',
                               RUNBOOK.format(port=self.target.port, folder=self.folder))
        self.server = self.started(Server(self.folder, '', os.path.join(self.folder, 'runbooks'))).start()
        self.assertEqual(self.server.fire({'alertname': 'ShopDown', 'service': 'shop', 'severity': 'critical'})[0], 200)
        wait(lambda: self.step('/health')['state'] == 'succeeded', 'the read step has run')

    def step(self, words):
        return next(s for s in self.server.steps(1) if words in s['command'])

    def test_read_steps_run_by_themselves_and_changes_wait(self):
        self.assertIn('model not loaded', self.step('/health')['output'])
        self.assertEqual(self.step('/restart')['state'], 'waiting')
        self.assertEqual(self.step('<pid>')['state'], 'held')
        self.assertEqual(self.step('rm -r')['state'], 'waiting')
        self.assertEqual(self.target.restarts, 0)
        self.assertTrue(os.path.isdir(os.path.join(self.folder, 'cache')))

    def test_an_approved_change_runs_once_and_says_who_approved(self):
        step = self.step('/restart')
        self.server.command('approve', str(step['run']), str(step['line']))
        wait(lambda: self.step('/restart')['state'] == 'succeeded', 'the approved step has run')
        self.assertEqual(self.target.restarts, 1)
        code, out, err = self.server.command('approve', str(step['run']), str(step['line']), check=False)
        self.assertEqual(code, 1, out + err)
        self.assertEqual(self.target.restarts, 1)
        kinds = [e['kind'] for e in self.server.timeline(1)]
        self.assertLess(kinds.index('approval.given'), len(kinds) - 1 - kinds[::-1].index('step.started'))

    def test_a_denied_change_never_runs(self):
        step = self.step('/restart')
        self.server.command('deny', str(step['run']), str(step['line']), '--reason', 'not now')
        self.assertEqual(self.step('/restart')['state'], 'denied')
        code, _, _ = self.server.command('approve', str(step['run']), str(step['line']), check=False)
        self.assertEqual(code, 1)
        self.assertEqual(self.target.restarts, 0)

    def test_one_person_cannot_approve_what_destroys(self):
        step = self.step('rm -r')
        self.server.command('approve', str(step['run']), str(step['line']), check=False)
        self.server.command('approve', str(step['run']), str(step['line']), check=False)
        self.assertTrue(os.path.isdir(os.path.join(self.folder, 'cache')))
        self.assertIn(self.step('rm -r')['state'], ('waiting',))

    def test_a_runbook_changed_after_the_incident_opened_is_not_run(self):
        step = self.step('/restart')
        with open(self.runbook, 'a', encoding='utf-8') as f:
            f.write('\nOne more line.\n')
        self.server.command('approve', str(step['run']), str(step['line']))
        wait(lambda: self.step('/restart')['state'] == 'refused', 'the runner refuses it')
        self.assertEqual(self.target.restarts, 0)


if __name__ == '__main__':
    unittest.main()
