#!/usr/bin/env python3
"""Before a change the person who approves sees how it is taken back; what that needs is read before it."""
from harness import *

RUNBOOK = '''# Shop

## Severity levels

### SEV-1 (Critical)
- **Response Time**: 5 minutes

## Shop down

### Resolution

1. **Add replicas**:
   ```bash
   kubectl scale deployment/shop --replicas=5 -n front
   ```
2. **Verify that they are there**, it should print `ready`:
   ```bash
   ls {folder}
   ```
'''

# What a cluster would do: keeps a number, and tells it.
KUBECTL = '''#!/bin/sh
echo "$*" >>{folder}/calls
case "$*" in
get*) cat {folder}/replicas ;;
scale*--replicas=*) n=${{*#*--replicas=}}; echo "${{n%% *}}" >{folder}/replicas ;;
*) exit 1 ;;
esac
'''


class WayBack(SystemTest):
    def setUp(self):
        super().setUp()
        self.state = os.path.join(self.folder, 'state')
        os.makedirs(self.state)
        written(self.folder, 'state/replicas', '3')
        written(self.folder, 'bin/kubectl', KUBECTL.format(folder=self.state))
        os.chmod(os.path.join(self.folder, 'bin/kubectl'), 0o755)
        written(self.folder, 'runbooks/shop.md', RUNBOOK.format(folder=self.state))
        env = dict(os.environ, PATH=os.path.join(self.folder, 'bin') + ':' + os.environ['PATH'])
        self.server = self.started(Server(self.folder, 'runner: {verify_time: 1s}\n',
                                          os.path.join(self.folder, 'runbooks'), env=env)).start()
        self.assertEqual(self.server.fire({'alertname': 'ShopDown', 'service': 'shop', 'severity': 'critical'})[0], 200)
        wait(lambda: self.step('before')['state'] == 'succeeded', 'the look before the change has run')

    def step(self, part=None):
        return next(s for s in self.server.steps(1) if s['part'] == part and 'kubectl' in s['command'])

    def calls(self):
        with open(os.path.join(self.state, 'calls')) as file:
            return file.read().splitlines()

    def replicas(self):
        with open(os.path.join(self.state, 'replicas')) as file:
            return file.read().strip()

    def test_request_says_what_changes_and_how_it_is_taken_back(self):
        line = str(self.step()['line'])
        self.assertEqual(self.calls(), ['get deployment/shop -o jsonpath={.spec.replicas} -n front'])
        said = self.server.command('approve', '1', line)[1]
        self.assertIn('sets deployment/shop to 5 replicas (-n front)', ' '.join(said.split()))
        self.assertIn('`kubectl scale deployment/shop --replicas=3 -n front`', ' '.join(said.split()))
        wait(lambda: self.step()['verdict'] == 'failed', 'the change has failed')
        self.assertEqual(self.replicas(), '5')
        given = next(e for e in self.server.timeline(1) if e['kind'] == 'approval.given')
        self.assertIn('--replicas=3', json.dumps(given))
        self.assertEqual(self.step('back')['state'], 'waiting')
        self.assertIn(line + ':back', self.server.command('incident', 'show', '1')[1])
        self.server.command('approve', '1', line + ':back')
        wait(lambda: self.step('back')['state'] == 'succeeded', 'the change is taken back')
        self.assertEqual(self.replicas(), '3')
        self.assertEqual(len([c for c in self.calls() if c.startswith('scale')]), 2)
        self.assert_verifies(self.server)

    def test_approval_for_another_way_back_is_void(self):
        written(self.folder, 'state/replicas', '4')
        self.server.command('approve', '1', str(self.step()['line']))
        wait(lambda: '--replicas=4' in (self.step()['why'] or ''), 'the change waits again')
        self.assertEqual(self.step()['state'], 'waiting')
        self.assertEqual(self.replicas(), '4')
        self.server.command('approve', '1', str(self.step()['line']))
        wait(lambda: self.step()['state'] == 'succeeded', 'the change has run')


if __name__ == '__main__':
    unittest.main()
