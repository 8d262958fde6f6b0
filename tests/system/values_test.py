#!/usr/bin/env python3
"""Placeholders: labels of the alert fill them, a person gives the rest, the approval binds both, and a label is
never more than data."""
import glob

from harness import *

RUNBOOK = '''# Shop

## Severity levels

### SEV-1 (Critical)
- **Response Time**: 5 minutes

## Shop down

### Diagnosis

1. **Look at its log**:
   ```bash
   ls {folder}/logs/<pod-name>
   ```
2. **Look for the customer's message**:
   ```bash
   grep -F "<message>" {folder}/orders.txt
   ```
3. **Count the errors**:
   ```bash
   grep -c ERROR {folder}/orders.txt
   ```

### Resolution

1. **Switch the mode**:
   ```bash
   curl -fsS -X POST http://127.0.0.1:{port}/mode -d '{{"mode": "<mode>", "note": "<note>"}}'
   ```
'''


class ModeTarget(Target):
    """Keeps the bodies that are posted."""

    def __init__(self):
        super().__init__()
        self.bodies, target = [], self
        handler = self.server.RequestHandlerClass

        def do_POST(self):
            target.bodies.append(self.rfile.read(int(self.headers.get('Content-Length') or 0)).decode())
            self.do_GET()

        handler.do_POST = do_POST


class Values(SystemTest):
    def start_with(self, pod):
        self.target = self.started(ModeTarget())
        written(self.folder, 'logs/web-1', '')
        written(self.folder, 'orders.txt', 'it\'s "late" $(touch hacked)\n')
        written(self.folder, 'runbooks/shop.md', RUNBOOK.format(folder=self.folder, port=self.target.port))
        self.server = self.started(Server(self.folder, '', os.path.join(self.folder, 'runbooks'))).start()
        labels = {'alertname': 'ShopDown', 'service': 'shop', 'severity': 'critical', 'pod': pod}
        self.assertEqual(self.server.fire(labels)[0], 200)
        wait(lambda: self.server.incidents() and self.server.steps(1), 'the run is planned')

    def step(self, words):
        return next(s for s in self.server.steps(1) if words in s['command'])

    def approve(self, words, *more, check=True):
        step = self.step(words)
        return self.server.command('approve', str(step['run']), str(step['line']), *more, check=check)

    def test_a_label_fills_a_step_that_then_runs_by_itself(self):
        self.start_with('web-1')
        wait(lambda: self.step('/logs/')['state'] == 'succeeded', 'the filled step has run')
        step = self.step('/logs/')
        self.assertEqual(step['runs'], f'ls {self.folder}/logs/web-1')
        self.assertEqual(step['output'], f'{self.folder}/logs/web-1\n')
        self.assertEqual(step['values'], [{'name': '<pod-name>', 'value': 'web-1', 'by': 'label pod of the alert'}])
        self.assertIn('step.filled', [e['kind'] for e in self.server.timeline(1)])
        shown = self.server.command('incident', 'show', '1')[1]
        self.assertIn(f'ls {self.folder}/logs/web-1', shown)
        self.assertIn('missing: <message> (text)', shown)

    def test_hostile_labels_are_refused_and_run_nothing(self):
        self.start_with('x; touch hacked #')
        step = self.step('/logs/')
        self.assertEqual((step['state'], step['runs']), ('held', None))
        self.assertIn('label pod of the alert', step['why'])
        self.assertEqual([m['name'] for m in step['missing']], ['<pod-name>'])
        self.assertEqual(self.approve('/logs/', check=False)[0], 1)
        code, out, err = self.approve('/logs/', '--set', 'pod-name=--color=$(touch hacked)', check=False)
        self.assertEqual(code, 1, out + err)
        self.assertEqual(self.step('/logs/')['state'], 'held')
        self.assertEqual(glob.glob(os.path.join(self.folder, '**/hacked'), recursive=True), [])

    def test_what_a_person_gives_arrives_as_it_is(self):
        self.start_with('web-1')
        message = 'it\'s "late" $(touch hacked)'
        self.approve('<message>', '--set', f'message={message}')
        wait(lambda: self.step('<message>')['state'] == 'succeeded', 'the approved step has run')
        self.assertEqual(self.step('<message>')['output'], message + '\n')
        out = self.approve('/mode', '--set', 'mode=slow', '--show')[1]
        self.assertIn('missing: <note>', out)
        note = '", "admin": true, "x": "it\'s `id`'
        out = self.approve('/mode', '--set', f'note={note}')[1]
        wait(lambda: self.step('/mode')['state'] == 'succeeded', 'the change was made')
        self.assertEqual(json.loads(self.target.bodies[0]), {'mode': 'slow', 'note': note})
        given = next(e for e in self.server.timeline(1) if e['kind'] == 'approval.given' and '/mode' in e['summary'])
        self.assertIn('curl', given['summary'])
        self.assertEqual(glob.glob(os.path.join(self.folder, '**/hacked'), recursive=True), [])
        code, _, err = self.approve('/mode', '--set', 'mode=fast', check=False)
        self.assertEqual(code, 1)
        self.assertEqual(len(self.target.bodies), 1)

    def test_a_fault_is_said_and_mended_when_a_person_says_so(self):
        self.start_with('web-1')
        wait(lambda: self.step('grep -c')['state'] == 'failed', 'it fails when all is well')
        self.assertIn('exit 1', ' '.join(e['summary'] for e in self.server.timeline(1)))
        shown = [f['code'] for f in self.step('/mode')['faults']]
        self.assertIn('post-no-content-type', shown)
        self.approve('/mode', '--set', 'mode=slow', '--set', 'note=x', '--repair', 'post-no-content-type',
                     '--repair', 'no-timeout')
        wait(lambda: self.step('/mode')['state'] == 'succeeded', 'the mended command has run')
        step = self.step('/mode')
        self.assertIn('--max-time 10', step['runs'])
        self.assertNotIn('--max-time', step['command'])


if __name__ == '__main__':
    unittest.main()
