#!/usr/bin/env python3
"""kill -9 of each process around a step, before it begins, while it runs and as it ends: its effect is there at most once,
nothing of it runs on, and what the ledger says of it is true or "effect unknown". ROUNDS makes it longer."""
import random
import signal

from harness import *
from kill_loop import launcher_of, roles_of

RUNBOOK = '''# Shop

## Shop down

### Resolution

1. **Change it**:
   ```bash
   touch {folder}/changed; echo begun >> {folder}/effects; sleep 0.4; echo ended >> {folder}/effects
   ```
'''
OVER = ('succeeded', 'failed', 'timed out', 'effect unknown', 'waiting')


def stat(pid):
    with open(f'/proc/{pid}/stat', encoding='ascii', errors='replace') as f:
        name, rest = f.read().split('(', 1)[1].rsplit(')', 1)
    return name, int(rest.split()[1])


def below(folder):
    """Every process that works in the folder of a run: what belongs to a step. pid -> name, parent."""
    found = {}
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            if os.readlink(f'/proc/{pid}/cwd').startswith(folder):
                found[int(pid)] = stat(pid)
        except OSError:
            continue  # it has just ended
    return found


class StepKill(SystemTest):
    def setUp(self):
        super().setUp()
        self.effects = os.path.join(self.folder, 'effects')
        written(self.folder, 'runbooks/shop.md', RUNBOOK.format(folder=self.folder))
        self.server = self.started(Server(self.folder, runbooks=os.path.join(self.folder, 'runbooks'))).start()

    def victim(self, name):
        if name == 'supervisor':
            return self.server.process.child.pid
        if name in ('core', 'courier', 'runner'):
            return roles_of(self.server).get(name)
        if name == 'launcher':
            return launcher_of(roles_of(self.server)['runner'])
        shells = below(os.path.join(self.server.data, 'runner'))
        shell = next((pid for pid, (program, _) in shells.items() if program == 'bash'), None)
        return shell if name == 'shell' or not shell else shells[shell][1]

    def one(self, number, name, after_s):
        if os.path.exists(self.effects):
            os.remove(self.effects)
        alert = {'alertname': 'ShopDown', 'service': f'shop-{number}'}
        wait(lambda: self.server.fire(alert)[0] == 200, 'the alert is taken')
        step = wait(lambda: next(iter(self.server.steps(number)), None), 'the step is planned')
        self.server.command('approve', str(step['run']), str(step['line']))
        wait(lambda: after_s is None or os.path.exists(self.effects), 'it has begun')
        random_wait(random.Random(number), after_s or 0.01)
        pid, before = self.victim(name), roles_of(self.server)
        if pid:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it has just ended
        if name == 'supervisor':
            self.server.process.child.wait()
            wait(lambda: not below(os.path.join(self.server.data, 'runner')), 'nothing of the step runs on')
            self.server.start()
        if pid in before.values() or name == 'launcher':
            wait(lambda: len(after := roles_of(self.server)) == 3 and not set(after.values()) & set(before.values()),
                 'all three start again')
        said = wait(lambda: self.server.request('GET', '/-/ready')[0] == 200 and
                    next((s for s in self.server.steps(number) if s['state'] in OVER), None), 'the step is over')
        wait(lambda: not below(os.path.join(self.server.data, 'runner')), 'nothing of the step runs on')
        lines = []
        if os.path.exists(self.effects):
            with open(self.effects, encoding='ascii') as f:
                lines = f.read().split()
        what = f'{name} killed in round {number}: {said["state"]}, {said.get("why")}, effects {lines}'
        self.assertIn(lines, ([], ['begun'], ['begun', 'ended']), what)
        if said['state'] == 'succeeded':
            self.assertEqual(lines, ['begun', 'ended'], what)
        if said['state'] == 'waiting':
            self.assertEqual(lines, [], what)
        return said['state']

    def test_a_step_has_its_effect_at_most_once_whoever_is_killed_when(self):
        number = 0
        print()
        for _ in range(int(os.environ.get('ROUNDS', '1'))):
            for name in ('core', 'courier', 'runner', 'launcher', 'keeper', 'shell', 'supervisor'):
                for point, after_s in (('before', None), ('running', 0.2), ('ending', 0.5)):
                    number += 1
                    print(f'  {name:10} {point:8} {self.one(number, name, after_s)}', flush=True)
        self.server.stop()
        self.assert_verifies(self.server)


if __name__ == '__main__':
    unittest.main()
