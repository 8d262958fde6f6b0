#!/usr/bin/env python3
"""After a change: the runbook's own checks run by themselves, and when they fail its way back is offered."""
from harness import *

RUNBOOK = '''# Shop

## Severity levels

### SEV-1 (Critical)
- **Response Time**: 5 minutes

## Shop down

### Diagnosis

1. **Look**:
   ```bash
   ls {folder}
   ```

### Resolution

1. **Switch**:
   ```bash
   touch {folder}/switched
   ```
2. **Verify that the new state is there**, it should print `{word}`:
   ```bash
   ls {folder}
   ```
3. If that does not help, roll back:
   ```bash
   rm -r {folder}/switched
   ```
'''


class Verify(SystemTest):
    def serve(self, word):
        folder = os.path.join(self.folder, 'state')
        os.makedirs(folder)
        written(self.folder, 'runbooks/shop.md', RUNBOOK.format(folder=folder, word=word))
        self.server = self.started(Server(self.folder, 'runner: {verify_time: 1s}\n',
                                          os.path.join(self.folder, 'runbooks'))).start()
        self.assertEqual(self.server.fire({'alertname': 'ShopDown', 'service': 'shop', 'severity': 'critical'})[0], 200)
        wait(lambda: self.step('ls ')['state'] == 'succeeded', 'the read step has run')
        self.assertIsNone(self.step('touch')['verdict'])
        self.server.command('approve', '1', str(self.step('touch')['line']))

    def step(self, words):
        return next(s for s in self.server.steps(1) if words in s['command'])

    def test_a_change_whose_checks_pass_is_verified(self):
        self.serve('switched')
        wait(lambda: self.step('touch')['verdict'] == 'passed', 'the change is verified')
        self.assertIn('change.verified', [e['kind'] for e in self.server.timeline(1)])
        self.assertIn('checks: passed', self.server.command('incident', 'show', '1')[1])

    def test_a_change_whose_checks_fail_gets_its_way_back_offered(self):
        self.serve('ready')
        wait(lambda: self.step('touch')['verdict'] == 'failed', 'the change has failed')
        kinds = [e['kind'] for e in self.server.timeline(1)]
        self.assertIn('way_back.offered', kinds)
        back = self.step('rm -r')
        self.assertEqual(back['state'], 'waiting')
        self.assertIn('takes back line', back['why'])
        self.assertTrue(os.path.exists(os.path.join(self.folder, 'state/switched')))
        for person in ('ana', 'ben'):
            self.server.command('approve', '1', str(back['line']), '--as', person)
        wait(lambda: not os.path.exists(os.path.join(self.folder, 'state/switched')), 'the change is taken back')


if __name__ == '__main__':
    unittest.main()
