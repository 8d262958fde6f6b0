#!/usr/bin/env python3
"""A procedure as people work through it: tasks, decisions, alternatives, two who press at once, what is printed while
it runs, and what one person does alone."""
import threading
from harness import *

RUNBOOK = '''# Shop

## Severity levels

### SEV-1 (Critical)
- **Response Time**: 5 minutes

## Shop down

### Diagnosis

1. Look at the dashboard
2. **Look**:
   ```bash
   curl -sS http://127.0.0.1:{port}/health
   ```

### Resolution

```bash
# Restart it if it hangs
curl -fsS -X POST http://127.0.0.1:{port}/restart
# Or start over
rm -r {folder}/cache
```

### Afterwards

1. **Slow**:
   ```bash
   for i in 1 2 3; do echo line $i; sleep 1; done; touch {folder}/slow.done
   ```
2. **Very slow**:
   ```bash
   touch {folder}/very.begun; sleep 60; touch {folder}/very.done
   ```

## Disk full

1. **Look**:
   ```bash
   df -h
   ```
'''

PEOPLE = '''people:
  - id: ana
    contacts: [{{webhook: http://127.0.0.1:{port}/page}}]
  - id: ben
    contacts: [{{webhook: http://127.0.0.1:{port}/page}}]
services:
  - id: shop
    runbook: shop.md
    match: {{service: shop}}
    escalation:
      - notify: [person:ana]
      - notify: [person:ben]
        after: 60m
'''


class Steps(SystemTest):
    def setUp(self):
        super().setUp()
        self.target = self.started(Target())
        self.target.healthy = False
        os.makedirs(os.path.join(self.folder, 'cache'))
        self.receiver = self.started(Receiver())
        written(self.folder, 'runbooks/shop.md', RUNBOOK.format(port=self.target.port, folder=self.folder))
        self.server = self.started(Server(self.folder, PEOPLE.format(port=self.receiver.port),
                                          os.path.join(self.folder, 'runbooks'))).start()
        self.assertEqual(self.server.fire({'alertname': 'ShopDown', 'service': 'shop', 'severity': 'critical'})[0], 200)
        wait(lambda: self.step('/health')['state'] == 'succeeded', 'the read step has run')

    def step(self, words):
        return next(s for s in self.server.steps(1) if words in s['command'] or words in (s['text'] or ''))

    def say(self, verb, words, *more, check=True):
        return self.server.command('step', verb, '1', str(self.step(words)['line']), *more, check=check)

    def post(self, verb, words, body):
        step = self.step(words)
        return self.server.request('POST', f'/api/v1/runs/1/steps/{step["line"]}/{verb}', body)

    def told_of(self, words):
        return [page['to']['id'] for _, page in self.receiver.pages() if words in page['why']]

    def kinds(self):
        return [e['kind'] for e in self.server.timeline(1)]

    def test_tasks_decisions_and_alternatives_are_worked_through(self):
        self.assertEqual([s['kind'] for s in self.server.steps(1)][:5],
                         ['manual', 'command', 'decision', 'command', 'command'])
        self.say('done', 'dashboard', '--note', 'all red', '--as', 'ana')
        self.say('done', 'dashboard', '--as', 'ben')
        task = self.step('dashboard')
        self.assertEqual((task['state'], task['done_by'], task['note']), ('done', 'person:ana', 'all red'))
        self.assertEqual(self.kinds().count('step.done'), 1)
        self.say('answer', 'if it hangs', 'no', '--as', 'ana')
        self.assertEqual(self.step('/restart')['state'], 'not taken')
        self.assertEqual(self.say('choose', 'dashboard', check=False)[0], 1)
        self.say('choose', '/restart', '--as', 'ana')
        self.assertEqual(self.step('rm -r')['state'], 'not taken')
        self.assertIn('choose', self.step('rm -r')['can'])
        shown = self.server.command('incident', 'show', '1')[1]
        self.assertIn('person:ana: all red', shown)
        self.assertIn('one of these', shown)
        self.server.command('approve', '1', str(self.step('/restart')['line']), '--as', 'ana')
        wait(lambda: self.step('/restart')['state'] == 'succeeded', 'the chosen one has run')
        self.say('start', '/health', '--as', 'ana')
        wait(lambda: self.step('/health')['attempt'] == 2 and self.step('/health')['state'] == 'succeeded', 'again')
        self.server.command('incident', 'start', '1', 'Disk', 'full', '--as', 'ana')
        wait(lambda: self.step('df -h')['state'] == 'succeeded', 'the other procedure looks by itself')
        self.assertIn('all red', self.server.command('incident', 'report', '1')[1])

    def test_two_people_at_once_run_it_once(self):
        for _ in range(3):
            answers, gate = [], threading.Barrier(6)
            before = self.target.restarts
            attempt = self.step('/restart')['attempt']

            def press(person):
                gate.wait()
                answers.append(self.post('approve', '/restart', {'as': person})[0])
            threads = [threading.Thread(target=press, args=(p,)) for p in ('ana', 'ben') * 3]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(sorted(answers), [200] + [409] * 5)
            wait(lambda: self.step('/restart')['state'] == 'succeeded', 'it has run')
            self.assertEqual(self.target.restarts, before + 1)
            self.assertEqual(self.step('/restart')['attempt'], attempt + 1)
            self.say('start', '/restart', '--as', 'ana')  # asks again, and runs nothing
            self.assertEqual(self.step('/restart')['state'], 'waiting')
            self.assertEqual(self.target.restarts, before + 1)

    def test_an_approval_is_of_what_was_looked_at(self):
        self.assertEqual(self.post('approve', '/restart', {'as': 'ana', 'sha256': '0' * 64})[0], 409)
        self.assertEqual(self.target.restarts, 0)
        approval = self.step('/restart')['approval']
        self.assertEqual(approval['needs'], 1)
        self.assertIn('/restart', approval['runs'])
        self.assertEqual(self.post('approve', '/restart', {'as': 'ana', 'sha256': approval['sha256']})[0], 200)
        self.assertEqual(self.step('rm -r')['approval'], None)  # the alternative is not taken

    def test_breaking_the_glass_is_told_to_the_other_person(self):
        line = str(self.step('rm -r')['line'])
        self.server.command('incident', 'ack', '1', '--as', 'ana')
        self.assertEqual(self.server.command('approve', '1', line, '--as', 'ana', '--break-glass', check=False)[0], 1)
        self.server.command('approve', '1', line, '--as', 'ana', '--break-glass', '--reason', 'ben does not answer')
        wait(lambda: self.step('rm -r')['state'] == 'succeeded', 'it has run')
        self.assertFalse(os.path.exists(os.path.join(self.folder, 'cache')))
        wait(lambda: 'ben' in self.told_of('approved alone'), 'ben is told')
        self.assertNotIn('ana', self.told_of('approved alone'))
        self.assertIn('approval.break_glass', self.kinds())
        self.assertIn('ben does not answer', self.server.command('incident', 'report', '1')[1])

    def test_output_is_seen_while_it_runs_and_whole_in_the_end(self):
        line = self.step('slow.done')['line']
        self.server.command('approve', '1', str(line), '--as', 'ana')
        seen, at, early = '', 0, False
        while True:
            piece = self.server.json(f'/api/v1/runs/1/steps/{line}/output?from={at}')
            self.assertFalse(piece['recorded'])
            seen, at = seen + piece['output'], piece['next']
            early |= bool(seen) and not os.path.exists(os.path.join(self.folder, 'slow.done'))
            if not piece['more'] and piece['state'] == 'succeeded':
                break
            time.sleep(0.05)
        self.assertTrue(early, 'nothing was seen before the end')
        self.assertEqual(seen, 'line 1\nline 2\nline 3\n')
        self.assertIn('line 3', self.server.command('step', 'watch', '1', str(line))[1])

    def test_what_runs_is_stopped_and_says_by_whom(self):
        line = self.step('very.begun')['line']
        self.server.command('approve', '1', str(line), '--as', 'ana')
        wait(lambda: os.path.exists(os.path.join(self.folder, 'very.begun')), 'it runs')
        wait(lambda: self.step('very.begun')['state'] == 'running', 'the server knows')
        self.say('stop', 'very.begun', '--as', 'ben')
        wait(lambda: self.step('very.begun')['state'] == 'failed', 'it has ended')
        self.assertIn('stopped by person:ben', self.step('very.begun')['why'])
        self.assertFalse(os.path.exists(os.path.join(self.folder, 'very.done')))
        self.assertIn('step.stopped', self.kinds())

    def test_after_a_crash_it_asks_and_nothing_runs_again_by_itself(self):
        line = self.step('very.begun')['line']
        self.server.command('approve', '1', str(line), '--as', 'ana')
        wait(lambda: os.path.exists(os.path.join(self.folder, 'very.begun')), 'it runs')
        self.server.kill()
        os.remove(os.path.join(self.folder, 'very.begun'))
        self.server.start()
        step = self.step('very.begun')
        self.assertEqual(step['state'], 'effect unknown')
        self.assertIn('start', step['can'])
        self.assertEqual(self.server.command('approve', '1', str(line), '--as', 'ben', check=False)[0], 1)
        self.say('start', 'very.begun', '--as', 'ben')
        self.assertEqual(self.step('very.begun')['state'], 'waiting')
        self.assertFalse(os.path.exists(os.path.join(self.folder, 'very.begun')))
        self.say('done', 'very.begun', '--note', 'it had done its work', '--as', 'ben')
        self.assertEqual(self.step('very.begun')['state'], 'done')


if __name__ == '__main__':
    unittest.main()
