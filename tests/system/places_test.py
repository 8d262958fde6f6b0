#!/usr/bin/env python3
"""Where steps run: in containers, in pods and as other users. Of the programs that lead there the last words are real:
each is a file on PATH that writes down its arguments and starts what it was told to start, here."""
import pwd
import signal

from harness import *

RUNBOOK = '''# Shop

## Severity levels

### SEV-1 (Critical)
- **Response Time**: 5 minutes

## Shop down

### Diagnosis

1. **Where are we**:
   ```bash
   echo "$INSIDE $SHOP_MODE $(id -un)"
   ```
2. **Follow the log**:
   ```bash
   tail -f {folder}/endless
   ```

3. **The cluster**:
   ```bash
   kubectl config current-context
   ```

### Resolution

1. **Write a note**:
   ```bash
   cd {folder}/notes && printf '%s\\n' "it's \\"$INSIDE\\"" > note; mine='x  y'
   ```
2. **And another**:
   ```bash
   printf '%s\\n' "$PWD $mine" >> note; exit 3
   ```
3. **Restart slowly**:
   ```bash
   echo $$ > {folder}/notes/shell; sleep 1000; touch {folder}/notes/done
   ```
'''


class Places(SystemTest):
    def start_with(self, target, environment='SHOP_MODE: calm', users='', slow_s=0):
        os.chmod(self.folder, 0o755)
        os.makedirs(os.path.join(self.folder, 'notes'))
        os.chmod(os.path.join(self.folder, 'notes'), 0o777)
        written(self.folder, 'runbooks/shop.md', RUNBOOK.format(folder=self.folder))
        written(self.folder, 'endless', 'line\n')
        self.ways = StandIns(self.folder, 'docker', 'kubectl', slow_s=slow_s)
        config = f'''{users or 'runner: {step_time: 60s}'}
services:
  - id: shop
    runbook: shop.md
    target: {{{target}, environment: {{{environment}}}}}
'''
        self.server = self.started(Server(self.folder, config, os.path.join(self.folder, 'runbooks'), env=self.ways.env))
        if users:
            self.hide_config()
        self.server.start()
        self.assertEqual(
            self.server.fire({'alertname': 'ShopDown', 'service': 'shop', 'severity': 'critical'})[0], 200)

    def hide_config(self):
        """From the user of the runner."""
        shutil.chown(self.server.config, 'daemon')
        os.chmod(self.server.config, 0o600)

    def change_config(self, before, after):
        with open(self.server.config, encoding='utf-8') as f:
            config = f.read()
        written(self.folder, 'crashcart.yaml', config.replace(before, after))
        os.kill(self.server.process.child.pid, signal.SIGHUP)
        wait(lambda: 'site.loaded' in self.server.process.log(), 'the configuration is read again')

    def step(self, words):
        return next(s for s in self.server.steps(1) if words in s['command'])

    def ended(self, words):
        return wait(lambda: (s := self.step(words))['finished_at'] and s['state'] not in ('starting', 'running', 'stopping') and s,
                    f'{words} has ended')

    def approve(self, words):
        return self.server.command('approve', '1', str(self.step(words)['line']))

    def path(self, name):
        return os.path.join(self.folder, 'notes', name)

    def text(self, name):
        with open(self.path(name), encoding='utf-8') as f:
            return f.read()

    def walk(self, inside):
        """What every place must do. The arguments of each start of the program that leads there."""
        first = self.ended('$INSIDE $SHOP')
        self.assertEqual((first['state'], first['output'].split()[:-1]), ('succeeded', [*inside.split(), 'calm']))
        endless = self.ended('tail -f')
        self.assertEqual((endless['state'], endless['output']), ('succeeded', 'line\n'))
        self.approve('> note; mine')
        self.assertEqual(self.ended('> note; mine')['state'], 'succeeded')
        self.approve('>> note')
        second = self.ended('>> note')
        self.assertEqual((second['state'], second['exit_code']), ('failed', 3))
        self.assertEqual(self.text('note'), f'it\'s "{inside}"\n{self.path("")[:-1]} x  y\n')
        self.approve('sleep 1000')
        shell = int(wait(lambda: os.path.exists(self.path('shell')) and self.text('shell').endswith('\n') and self.text('shell'),
                         'the change runs'))
        wait(lambda: self.step('sleep 1000')['state'] == 'running', 'the change is running')
        self.server.command('step', 'stop', '1', str(self.step('sleep 1000')['line']))
        stopped = self.ended('sleep 1000')
        self.assertEqual(stopped['state'], 'failed')
        self.assertRegex(stopped['why'], 'stopped by .*; nothing of it is left there')
        self.assertFalse(os.path.exists(f'/proc/{shell}'))
        self.assertFalse(os.path.exists(self.path('done')))
        return first, self.ways.recorded()

    def assert_says_nothing_of_steps(self, calls):
        for call in calls:
            for words in ('SHOP_MODE', 'endless', 'note', 'sleep 1000', self.folder):
                self.assertNotIn(words, ' '.join(call))

    def test_in_a_container(self):
        self.start_with('docker: shop-web, user: app')
        first, calls = self.walk('docker')
        self.assertEqual(first['target'], "container shop-web, as user app, SHOP_MODE='calm'")
        self.assertEqual(len(calls), 6)
        for call in calls:
            self.assertEqual(call[:-1], ['docker', 'exec', '-i', '--user', 'app', 'shop-web', 'sh', '-c'])
        self.assert_says_nothing_of_steps(calls)

    def test_what_has_no_end_is_looked_at_once_the_way_there_is_behind_it(self):
        self.start_with('docker: shop-web', slow_s=7)
        endless = self.ended('tail -f')
        self.assertEqual((endless['state'], endless['output']), ('succeeded', 'line\n'))
        self.assertIn('stopped after 5.0 s', endless['why'])

    def test_in_a_pod(self):
        self.start_with('kubectl: {context: east, namespace: shop, pod: deployment/web, container: app}')
        first, calls = self.walk('kubectl')
        self.assertEqual(first['target'],
                         "pod deployment/web, container app, namespace shop, context east, SHOP_MODE='calm'")
        self.assertEqual(len(calls), 6)
        for call in calls:
            self.assertEqual(call[:-1], ['kubectl', '--context=east', '--namespace=shop', 'exec', '-i', 'deployment/web',
                                         '-c', 'app', '--', 'sh', '-c'])
        self.assert_says_nothing_of_steps(calls)

    @unittest.skipUnless(os.geteuid() == 0, 'only root becomes another user without rules of sudo')
    def test_as_another_user(self):
        self.start_with('user: nobody')
        self.addCleanup(shutil.rmtree, f'/tmp/crashcart-{pwd.getpwnam("nobody").pw_uid}', ignore_errors=True)
        first, calls = self.walk('')
        self.assertEqual(first['output'], ' calm nobody\n')
        self.assertEqual(first['target'], "this host, as user nobody, SHOP_MODE='calm'")
        self.assertEqual(os.stat(self.path('note')).st_uid, pwd.getpwnam('nobody').pw_uid)
        self.assertEqual(calls, [])

    @unittest.skipUnless(os.geteuid() == 0, 'only root starts a runner with a user of its own')
    def test_a_runner_that_cannot_read_the_configuration_goes_by_that_of_its_start(self):
        self.start_with('kube_context: east', users='user: daemon\nrunner: {user: nobody, step_time: 20s}')
        self.assertEqual(self.ended('$INSIDE $SHOP')['output'], ' calm nobody\n')
        self.ended('current-context')
        self.change_config('east', 'west')
        wait(lambda: 'west' in self.step('> note; mine')['target'], 'the step has the new target')
        self.approve('> note; mine')
        refused = self.ended('> note; mine')
        self.assertEqual(refused['state'], 'refused')
        self.assertIn('another target now', refused['why'])
        self.assertIn('runner.config_unreadable', self.server.process.log())
        self.assertFalse(os.path.exists(self.path('note')))

    def test_the_cluster_that_a_target_pins_is_that_of_every_kubectl(self):
        self.start_with('kube_context: east')
        step = self.ended('$INSIDE $SHOP')
        self.assertEqual(step['target'], "this host, kube context east, SHOP_MODE='calm'")
        self.assertIn('current-context: "east"\n', self.ended('current-context')['output'])

    def begins_in_the_folder(self, place):
        notes = os.path.join(self.folder, 'notes')
        self.start_with(f'{place}folder: "{notes}"')
        self.assertIn(f"in '{notes}'", self.ended('tail -f')['target'])
        self.approve('>> note')
        self.ended('>> note')
        self.assertEqual(self.text('note').split(), [notes])

    def test_a_run_begins_in_the_folder_of_the_target(self):
        self.begins_in_the_folder('')

    def test_a_run_begins_in_the_folder_of_the_target_in_a_container(self):
        self.begins_in_the_folder('docker: shop-web, ')

    def test_a_folder_that_is_not_there_is_told_and_nothing_runs(self):
        self.start_with('folder: /srv/nowhere')
        step = self.ended('$INSIDE $SHOP')
        self.assertEqual((step['state'], step['exit_code']), ('failed', 125))
        self.assertIn('/srv/nowhere: No such file or directory', step['output'])

    def test_of_a_frozen_service_nothing_changes_without_breaking_the_glass(self):
        self.start_with('docker: shop-web')
        self.ended('tail -f')
        self.change_config('docker: shop-web', 'docker: shop-web, frozen: true')
        line = str(self.step('> note; mine')['line'])
        code, _, err = self.server.command('approve', '1', line, check=False)
        self.assertEqual(code, 1)
        self.assertIn('service shop is frozen', err)
        self.assertFalse(os.path.exists(self.path('note')))
        self.server.command('approve', '1', line, '--break-glass', '--reason', 'orders are lost')
        self.assertEqual(self.ended('> note; mine')['state'], 'succeeded')
        kinds = [e['kind'] for e in self.server.timeline(1)]
        self.assertIn('limit.overridden', kinds)
        self.assertIn('approval.break_glass', kinds)
        self.server.stop()
        self.assert_verifies(self.server)


if __name__ == '__main__':
    unittest.main()
