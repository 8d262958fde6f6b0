#!/usr/bin/env python3
"""Where steps run: over ssh, by a real sshd on this host. What is approved is bound to the place; a lost connection is
an unknown effect; a stop leaves nothing there; two incidents do not change one place at once."""
import getpass
import signal
import subprocess

from harness import *

RUNBOOK = '''# Shop

## Severity levels

### SEV-1 (Critical)
- **Response Time**: 5 minutes

## Shop down

### Diagnosis

1. **Where are we**:
   ```bash
   echo "$WHERE $SHOP_MODE"
   ```
2. **Follow the log**:
   ```bash
   tail -f {folder}/endless
   ```

### Resolution

1. **Write a note**:
   ```bash
   cd {folder} && printf '%s\\n' "it's \\"$WHERE\\" $(echo so) \\\\n" > note; mine='x  y'
   ```
2. **And another**:
   ```bash
   printf '%s\\n' "$PWD $mine" >> note
   ```
3. **Restart slowly**:
   ```bash
   (setsid sh -c 'echo $$ > {folder}/daemon; exec sleep 1000' &); echo $$ > {folder}/shell; touch {folder}/began; until [ -e {folder}/go ]; do sleep 0.05; done; touch {folder}/done
   ```
'''


class Sshd:
    """Debian's sshd on a free port, for the user who runs the test, with keys of its own."""

    def __init__(self, folder):
        self.port, self.folder = free_port(), folder
        for name in ('host', 'client'):
            subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', os.path.join(folder, name)], check=True)
        shutil.copy(os.path.join(folder, 'client.pub'), os.path.join(folder, 'authorized'))
        if os.geteuid() == 0:
            os.makedirs('/run/sshd', exist_ok=True)
        config = written(folder, 'sshd.conf', f'''Port {self.port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
PidFile none
SetEnv WHERE=there
''')
        with open(os.path.join(folder, 'host.pub'), encoding='ascii') as f:
            written(folder, 'known', f'[127.0.0.1]:{self.port} {f.read()}')
        self.client_config = written(folder, 'ssh.conf', f'''IdentityFile {folder}/client
IdentitiesOnly yes
UserKnownHostsFile {folder}/known
''')
        self.process = Process('sshd', ['/usr/sbin/sshd', '-D', '-e', '-f', config]).start()
        wait(lambda: 'Server listening' in self.process.log(), 'sshd listens')

    def target(self):
        return f'ssh: ssh://{getpass.getuser()}@127.0.0.1:{self.port}, ssh_config: {self.client_config}'

    def cut(self):
        """Ends every connection, as a lost network would for what is at its other end."""
        children = subprocess.run(['pgrep', '-P', str(self.process.child.pid)], capture_output=True, text=True).stdout.split()
        for child in children:
            os.kill(int(child), 9)
            for user_child in subprocess.run(['pgrep', '-P', child], capture_output=True, text=True).stdout.split():
                with open(f'/proc/{user_child}/comm', encoding='ascii') as f:
                    if f.read().strip() == 'sshd':
                        os.kill(int(user_child), 9)
        return len(children)

    def stop(self):
        self.process.kill()


def is_alive(pid):
    try:
        with open(f'/proc/{pid}/stat', encoding='ascii', errors='replace') as f:
            return f.read().rsplit(')', 1)[1].split()[0] != 'Z'
    except OSError:
        return False


class Ssh(SystemTest):
    def configure(self, more='', target=None):
        return written(self.folder, 'crashcart.yaml', f'''runner: {{step_time: 30s}}
services:
  - id: shop
    runbook: shop.md
    target: &there {{{target or self.sshd.target()}, environment: {{SHOP_MODE: "a 'b' $(c)"}}{more}}}
  - id: till
    runbook: shop.md
    target: *there
''')

    def start_with(self, more='', target=None):
        self.sshd = self.started(Sshd(self.folder))
        written(self.folder, 'runbooks/shop.md', RUNBOOK.format(folder=self.folder))
        written(self.folder, 'endless', 'line\n')
        self.configure(more, target)
        with open(os.path.join(self.folder, 'crashcart.yaml'), encoding='utf-8') as f:
            config = f.read()
        self.server = self.started(Server(self.folder, config, os.path.join(self.folder, 'runbooks'))).start()
        self.fire('shop')

    def fire(self, service):
        self.assertEqual(self.server.fire({'alertname': 'ShopDown', 'service': service, 'severity': 'critical'})[0], 200)

    def step(self, words, run=1):
        return next(s for s in self.server.steps(run) if words in s['command'])

    def ended(self, words, run=1):
        return wait(lambda: (s := self.step(words, run))['finished_at'] and s['state'] not in ('starting', 'running') and s,
                    f'{words} has ended')

    def approve(self, words, *more, run=1, check=True):
        return self.server.command('approve', str(run), str(self.step(words, run)['line']), *more, check=check)

    def path(self, name):
        return os.path.join(self.folder, name)

    def pid_in(self, name):
        def read():
            with open(self.path(name), encoding='ascii') as f:
                return f.read()
        return int(wait(lambda: os.path.exists(self.path(name)) and read().endswith('\n') and read(), f'{name} is written'))

    def events(self, kind, run=1):
        return [e for e in self.server.timeline(run) if e['kind'] == kind]

    def test_steps_run_there_as_they_are_and_share_a_shell(self):
        self.start_with()
        step = self.ended('$WHERE $SHOP')
        self.assertEqual((step['state'], step['output']), ('succeeded', "there a 'b' $(c)\n"))
        self.assertIn(f'ssh ssh://{getpass.getuser()}@127.0.0.1:{self.sshd.port}', step['target'])
        endless = self.ended('tail -f')
        self.assertEqual((endless['state'], endless['output']), ('succeeded', 'line\n'))
        self.assertIn('nothing of it is left there', endless['why'])
        self.assertIn(f'on ssh ssh://{getpass.getuser()}@127.0.0.1', self.server.command('incident', 'show', '1')[1])
        self.approve('note; mine')
        self.assertEqual(self.ended('note; mine')['state'], 'succeeded')
        self.approve('>> note')
        self.assertEqual(self.ended('>> note')['state'], 'succeeded')
        with open(self.path('note'), encoding='utf-8') as f:
            self.assertEqual(f.read(), f'it\'s "there" so \\n\n{self.folder} x  y\n')
        given = self.events('approval.given')[0]
        self.assertIn(str(self.sshd.port), given['body']['target'] if 'body' in given else json.dumps(given))
        self.server.stop()
        self.assert_verifies(self.server)

    def test_another_target_in_the_configuration_voids_what_was_approved(self):
        self.start_with()
        self.ended('$WHERE $SHOP')
        self.configure(target=f'ssh: nobody@127.0.0.1')
        self.approve('note; mine')
        step = self.ended('note; mine')
        self.assertEqual(step['state'], 'refused')
        self.assertIn('another target now', step['why'])
        os.kill(self.server.process.child.pid, signal.SIGHUP)
        wait(lambda: 'nobody@' in (self.step('>> note')['target'] or ''), 'the step has the new target')
        self.assertFalse(os.path.exists(self.path('note')))

    def test_a_lost_connection_is_an_unknown_effect_and_leaves_nothing(self):
        self.start_with()
        self.ended('tail -f')
        self.approve('began')
        wait(lambda: os.path.exists(self.path('began')), 'the step runs there')
        daemon, shell = self.pid_in('daemon'), self.pid_in('shell')
        self.assertTrue(is_alive(daemon) and is_alive(shell))
        self.assertGreater(self.sshd.cut(), 0)
        step = wait(lambda: (s := self.step('began'))['state'] == 'effect unknown' and s, 'the effect is unknown')
        self.assertIn('was lost while it ran', step['why'])
        self.assertEqual(step['attempt'], 1)
        wait(lambda: not is_alive(daemon) and not is_alive(shell), 'nothing of it is left')
        self.assertFalse(os.path.exists(self.path('done')))

    def test_a_pulled_plug_leaves_nothing_there_and_the_place_stays_taken_until_somebody_has_looked(self):
        self.start_with()
        self.ended('tail -f')
        self.approve('began')
        wait(lambda: os.path.exists(self.path('began')), 'the step runs there')
        daemon, shell = self.pid_in('daemon'), self.pid_in('shell')
        self.server.kill()
        wait(lambda: not is_alive(daemon) and not is_alive(shell), 'nothing of it is left')
        self.server.start()
        self.assertEqual(self.step('began')['state'], 'effect unknown')
        self.fire('till')
        wait(lambda: len(self.server.incidents()) == 2, 'there are two incidents')
        self.ended('tail -f', 2)
        self.approve('note; mine', run=2)
        waiting = self.step('note; mine', 2)
        self.assertEqual(waiting['state'], 'queued')
        self.assertIn('effect unknown', waiting['why'])
        self.server.command('step', 'done', '1', str(self.step('began')['line']), '--note', 'it has not restarted')
        self.assertEqual(self.ended('note; mine', 2)['state'], 'succeeded')
        self.assertFalse(os.path.exists(self.path('done')))

    def test_a_time_limit_ends_everything_there(self):
        self.start_with()
        self.ended('tail -f')
        self.approve('began')
        wait(lambda: os.path.exists(self.path('began')), 'the step runs there')
        daemon, shell = self.pid_in('daemon'), self.pid_in('shell')
        step = wait(lambda: (s := self.step('began'))['state'] == 'timed out' and s, 'the time limit is hit')
        self.assertIn('nothing of it is left there', step['why'])
        self.assertFalse(is_alive(daemon) or is_alive(shell))

    def test_what_cannot_be_reached_has_run_nothing(self):
        self.start_with(target=f'ssh: ssh://{getpass.getuser()}@127.0.0.1:{free_port()}')
        step = self.ended('$WHERE $SHOP')
        self.assertEqual(step['state'], 'failed')
        self.assertIn('nothing has run there', step['why'])
        self.assertIn('refused', step['output'])

    def test_one_change_at_a_time_on_one_place_and_no_more_than_its_limit(self):
        self.start_with(', limits: {changes_per_hour: 2}')
        self.fire('till')
        wait(lambda: len(self.server.incidents()) == 2, 'there are two incidents')
        self.ended('tail -f'), self.ended('tail -f', 2)
        self.approve('began')
        wait(lambda: os.path.exists(self.path('began')), 'the first change runs')
        self.approve('note; mine', run=2)
        waiting = self.step('note; mine', 2)
        self.assertEqual(waiting['state'], 'queued')
        self.assertIn('incident 1', waiting['why'])
        code, _, err = self.approve('>> note', run=2, check=False)
        self.assertEqual(code, 1)
        self.assertIn('2 changes within an hour is the limit', err)
        # The lock is as durable as its step.
        self.assertEqual(len(self.events('step.waits', 2)), 1)
        written(self.folder, 'go', '')
        self.assertEqual(self.ended('began')['state'], 'succeeded')
        self.assertEqual(self.ended('note; mine', 2)['state'], 'succeeded')
        self.assertEqual(self.approve('>> note', '--break-glass', '--reason', 'the shop is closed', run=2)[0], 0)
        self.assertEqual(self.ended('>> note', 2)['state'], 'succeeded')
        self.assertIn('2 changes', self.events('limit.overridden', 2)[0]['summary'])
        subprocess.run(['kill', str(self.pid_in('daemon'))], check=False, capture_output=True)


if __name__ == '__main__':
    unittest.main()
