#!/usr/bin/env python3
"""What a step prints of secrets and patients is nowhere afterwards: not in the ledger, its logs or its files, not on a
screen. How much was taken out is told."""
from harness import *

RUNBOOK = '''# Shop

## Shop down

### Diagnosis

1. **Look**:
   ```bash
   cat {folder}/state.txt
   ```
2. **Environment**:
   ```bash
   printenv
   ```
'''

PRINTED = ''' id | patient_name | ward
----+--------------+------
  1 | Quentin Zorn | 7
(1 row)

connecting to postgres://app:canary-one@db:5432/shop
SSN 219-86-4431 seen
all is well
'''
CANARIES = ['Quentin Zorn', 'canary-one', '219-86-4431', 'canary-two', 'canary three/3']


class Redaction(SystemTest):
    def setUp(self):
        super().setUp()
        written(self.folder, 'state.txt', PRINTED)
        written(self.folder, 'runbooks/shop.md', RUNBOOK.format(folder=self.folder))
        own = written(self.folder, 'own.detectors', 'detector ward\ntrigger ward=\npattern ward=(\\w+)\n')
        self.server = self.started(Server(self.folder, f'redaction: {own}\n', os.path.join(self.folder, 'runbooks'),
                                          env={'SHOP_TOKEN': 'canary-two', 'NOTE': 'canary three/3',
                                               'SHOP_PASSWORD': 'canary three/3', 'PLACE': 'ward=seven'})).start()
        self.assertEqual(self.server.fire({'alertname': 'ShopDown', 'service': 'shop', 'severity': 'critical'})[0], 200)

    def step(self, words):
        return next(s for s in self.server.steps(1) if words in s['command'])

    def test_no_canary_is_left_anywhere(self):
        wait(lambda: self.step('state.txt')['state'] == 'succeeded', 'the read step has run')
        output = self.step('state.txt')['output']
        self.assertIn('  1 | [redacted: patient] | 7', output)
        self.assertIn('postgres://app:[redacted: url-password]@db:5432/shop', output)
        self.assertIn('all is well', output)

        held = self.step('printenv')
        self.assertEqual(held['state'], 'waiting')
        self.server.command('approve', str(held['run']), str(held['line']))
        wait(lambda: self.step('printenv')['state'] == 'succeeded', 'the approved step has run')
        output = self.step('printenv')['output']
        self.assertIn('SHOP_TOKEN=[redacted: ', output)
        self.assertIn('NOTE=[redacted: known-secret]', output)
        self.assertIn('PLACE=ward=[redacted: ward]', output)

        shown = self.server.command('incident', 'show', '1')
        self.assertIn('output redacted: 1 x patient', ' '.join(str(shown).split()))
        said = str(shown) + self.server.process.log() + json.dumps(self.server.timeline(1))
        for canary in CANARIES:
            self.assertNotIn(canary, said)
        for path, _, names in os.walk(self.server.data):
            for name in names:
                with open(os.path.join(path, name), 'rb') as f:
                    bytes_there = f.read()
                for canary in CANARIES:
                    self.assertNotIn(canary.encode(), bytes_there, os.path.join(path, name))


if __name__ == '__main__':
    unittest.main()
