#!/usr/bin/env python3
"""crashcart run: a procedure walked in the terminal, as lines and on the whole screen, lost and taken up again."""
import glob
import re
import signal
import stat
import subprocess
import termios

from harness import *
from pseudo_terminal import Terminal

RUNBOOK = '''# Orders

## Orders are slow

### Immediate actions (5 minutes)

1. Acknowledge the alert.
2. Ask the service:

   ```bash
   curl -fsS http://127.0.0.1:PORT/health
   ```

3. Look at the queue:

   ```bash
   ls -d <queue-folder>
   ```

4. What the shell knows:

   ```bash
   cd FOLDER; SEEN=here
   echo "$SEEN in ${PWD##*/}"; echo token=ghp_0123"456789abcdefghijklmnopqrstuvwxyzAB"
   ```

### Resolution

1. If the cache is stale:

   ```bash
   touch FOLDER/cleared
   ```

2. Bring it back:

   ```bash
   # Option 1: by a mark
   touch FOLDER/first
   # Option 2: by another
   touch FOLDER/second
   ```

3. Throw the old data away:

   ```bash
   rm -r FOLDER/old
   ```

## Orders are stuck

1. Wait for it:

   ```bash
   touch FOLDER/started; sleep 300 & echo $! > FOLDER/child; sleep 300; touch FOLDER/finished
   ```

2. Look:

   ```bash
   echo looked
   ```
'''


class Run(SystemTest):
    def setUp(self):
        super().setUp()
        self.target = Target()
        self.addCleanup(self.target.stop)
        self.work = os.path.join(self.folder, 'work')
        os.makedirs(os.path.join(self.work, 'old'))
        text = RUNBOOK.replace('PORT', str(self.target.port)).replace('FOLDER', self.work)
        self.file = written(self.folder, 'orders.md', text)
        self.env = {'XDG_STATE_HOME': os.path.join(self.folder, 'state'), 'HOME': self.folder}

    def run_it(self, *argv, keys=None):
        return run('run', *argv, stdin=(keys or '').encode(), env=self.env)

    def terminal(self, *argv):
        terminal = Terminal([PROGRAM, 'run', *argv], self.env)
        self.addCleanup(terminal.close)
        return terminal

    def made(self, name):
        return os.path.exists(os.path.join(self.work, name))

    def walks(self):
        return sorted(glob.glob(os.path.join(self.folder, 'state', 'crashcart', 'runs', '*')))

    def transcript(self, at=-1):
        with open(os.path.join(self.walks()[at], 'transcript.json'), encoding='utf8') as f:
            return json.load(f)

    def states(self, at=-1):
        return [step['state'] for step in self.transcript(at)['steps']]


class Choosing(Run):
    def test_without_a_name_the_procedures_are_listed(self):
        code, out, _ = self.run_it(self.file)
        self.assertEqual(code, 0)
        self.assertIn('1  Orders are slow', out)
        self.assertIn('orders-are-stuck', out)
        self.assertEqual(self.walks(), [])

    def test_a_procedure_goes_by_number_short_name_title_and_alert(self):
        for name in ('2', 'orders-are-stuck', 'Orders are stuck', 'OrdersStuck'):
            code, out, err = self.run_it(f'{self.file}#{name}', '--dry-run')
            self.assertEqual(code, 0, name + err)
            self.assertIn('echo looked', out, name)

    def test_a_wrong_name_tells_the_nearest(self):
        code, _, err = self.run_it(f'{self.file}#orders-are-stock')
        self.assertEqual(code, 2)
        self.assertIn('did you mean "orders-are-stuck"', err)

    def test_wrong_use_is_2_and_what_cannot_be_opened_is_3(self):
        slow = f'{self.file}#1'
        for argv in ([], [slow, slow], [slow, '--nonsense'], [slow, '--set', 'nobody=x'], [slow, '--set', 'x'],
                     [slow, '--repair', 'no-such-code'], [slow, '--set', 'queue-folder=a\nb'], ['--resume', '--dry-run']):
            self.assertEqual(self.run_it(*argv)[0], 2, argv)
        for argv in (['/no/such/file.md'], [self.folder], ['--resume'], ['--resume', 'nobody']):
            self.assertEqual(self.run_it(*argv)[0], 3, argv)
        self.assertEqual(self.walks(), [])


class Dry(Run):
    def test_every_command_is_printed_as_it_would_run_and_nothing_runs(self):
        code, out, err = self.run_it(f'{self.file}#1', '--dry-run')
        self.assertEqual(code, 1, err)
        self.assertIn('missing     <queue-folder>', out)
        self.assertIn('1 cannot run as they stand', out)
        for word in ('destructive', 'mutate', 'read', f'touch {self.work}/second', 'line 11', 'within 5 min'):
            self.assertIn(word, out)
        code, out, err = self.run_it(f'{self.file}#1', '--dry-run', '--set', f'queue-folder={self.work}')
        self.assertEqual(code, 0, err)
        self.assertIn(f'    ls -d {self.work}\n', out)
        self.assertFalse(any(self.made(n) for n in ('cleared', 'first', 'second')))
        self.assertEqual(self.walks(), [])


class Lines(Run):
    KEYS = 'done\nrun\nr\nWORK\nr\nr\nr\nyes\nr\ny\n2\nr\nyes\nr\nrm -r WORK/old\nit is copied\n'

    def test_a_whole_walk_in_lines(self):
        code, out, err = self.run_it(f'{self.file}#1', keys=self.KEYS.replace('WORK', self.work))
        self.assertEqual(code, 0, out + err)
        self.assertTrue(self.made('cleared') and self.made('second'))
        self.assertFalse(self.made('first') or self.made('old'))
        self.assertEqual(self.states(), ['done', 'succeeded', 'succeeded', 'succeeded', 'succeeded', 'done', 'succeeded',
                                         'not taken', 'succeeded', 'succeeded'])
        steps = self.transcript()['steps']
        self.assertEqual(steps[1]['output'], 'ok\n')
        self.assertIn('here in work', steps[4]['output'])  # steps share folder and variables
        self.assertEqual(steps[2]['ran'], f'ls -d {self.work}')
        self.assertEqual(steps[9]['reason'], 'it is copied')

    def test_a_secret_is_on_no_screen_and_on_no_disk(self):
        keys = self.KEYS.replace('WORK', self.work).replace('done\n', 'c key is ghp_9876543210abcdefghijklmnopqrstuvwxyzAB\nd\n')
        _, out, _ = self.run_it(f'{self.file}#1', keys=keys)
        self.assertIn('[redacted', out)
        self.assertNotIn('ghp_0123456', out)
        for folder, _, files in os.walk(self.walks()[0]):
            for name in files:
                path = os.path.join(folder, name)
                self.assertEqual(stat.S_IMODE(os.stat(path).st_mode) & 0o077, 0, path)
                with open(path, encoding='utf8', errors='replace') as f:
                    text = f.read()
                self.assertNotIn('ghp_9876', text, path)
                self.assertNotIn('ghp_0123456', text, path)

    def test_a_destructive_command_wants_to_be_typed_and_a_reason(self):
        path = self.work + '/old'
        for keys in ('r\nyes\n', 'r\nr\n', f'r\nrm -r {path} \n\n', f'r\nRM -R {path}\nbecause\n'):
            code, out, _ = self.run_it(f'{self.file}#1', keys='f\n' * 9 + keys)
            self.assertEqual(code, 1)
            self.assertIn(f'type exactly: rm -r {path}', out)
            self.assertTrue(self.made('old'), keys)
        self.assertIn('not done yet', self.states())

    def test_yes_runs_what_only_reads_and_nothing_else(self):
        code, out, err = self.run_it(f'{self.file}#1', '--yes', '--set', f'queue-folder={self.work}')
        self.assertEqual(code, 1, err)
        self.assertEqual(self.states(), ['not done yet'] + ['succeeded'] * 4 + ['not done yet'] * 5)
        self.assertFalse(self.made('cleared') or self.made('first'))
        self.assertTrue(self.made('old'))
        self.assertIn('--resume', out)

    def test_a_failed_step_is_exit_1(self):
        self.target.healthy = False
        code, out, _ = self.run_it(f'{self.file}#1', '--yes')
        self.assertEqual(code, 1)
        self.assertIn('failed, exit 22', out)

    def test_the_end_of_a_script_leaves_the_walk_to_be_taken_up(self):
        self.assertEqual(self.run_it(f'{self.file}#1', keys='d\nr\n')[0], 1)
        walk = os.path.basename(self.walks()[0])
        code, out, err = self.run_it('--resume', keys=self.KEYS.replace('WORK', self.work).split('run\n')[1])
        self.assertEqual(code, 0, out + err)
        self.assertIn(f'Going on with {walk}', out)
        self.assertIn('here in work', self.transcript()['steps'][4]['output'])  # the shell of before
        self.assertEqual(len(self.walks()), 1)
        self.assertEqual(self.run_it('--resume')[0], 3)  # nothing is unfinished

    def test_a_walk_goes_on_with_the_text_that_it_began_with(self):
        self.run_it(f'{self.file}#1', keys='d\n')
        written(self.folder, 'orders.md', RUNBOOK.replace('curl -fsS', 'rm -rf /nonsense #'))
        code, out, _ = self.run_it('--resume', keys='r\nq\n')
        self.assertIn('has changed since', out)
        self.assertEqual(self.transcript()['steps'][1]['state'], 'succeeded')


class Elsewhere(Run):
    """The runbook is that of a service whose commands run in a container."""

    def setUp(self):
        super().setUp()
        self.ways = StandIns(self.folder, 'docker')
        self.env.update(self.ways.env)
        self.config = self.configured('docker: orders-app')

    def configured(self, target):
        return written(self.folder, 'team.yaml', f'''runbooks: {self.folder}
services:
  - id: orders
    runbook: orders.md
    target: {{{target}}}
  - id: lab
    target: {{docker: lab-app}}
''')

    def test_commands_run_where_the_service_says_and_it_is_shown_first(self):
        code, out, err = self.run_it(f'{self.file}#1', '-c', self.config, '--dry-run')
        self.assertIn('where       container orders-app\n', out, err)
        self.assertEqual(self.ways.recorded(), [])
        code, out, err = self.run_it(f'{self.file}#1', '-c', self.config, keys=Lines.KEYS.replace('WORK', self.work))
        self.assertEqual(code, 0, out + err)
        self.assertTrue(self.made('cleared') and self.made('second'))
        self.assertIn('here in work', self.transcript()['steps'][4]['output'])
        self.assertEqual(self.transcript()['target'], 'container orders-app')
        calls = self.ways.recorded()
        self.assertEqual(len(calls), 7)
        for call in calls:
            self.assertEqual(call[:-1], ['docker', 'exec', '-i', 'orders-app', 'sh', '-c'])

    def test_a_service_can_be_named(self):
        _, out, _ = self.run_it(f'{self.file}#1', '-c', self.config, '--service', 'lab', '--dry-run')
        self.assertIn('where       container lab-app\n', out)
        code, _, err = self.run_it(f'{self.file}#1', '-c', self.config, '--service', 'nobody', '--dry-run')
        self.assertEqual(code, 2)
        self.assertIn('no such service', err)

    def test_a_walk_is_not_taken_up_in_another_place(self):
        self.run_it(f'{self.file}#1', '-c', self.config, keys='d\nr\n')
        n = len(self.ways.recorded())
        code, _, err = self.run_it('--resume', keys='f\n')
        self.assertEqual(code, 3)
        self.assertIn('ran on container orders-app', err)
        code, _, err = self.run_it('--resume', '-c', self.config, '--set', f'queue-folder={self.work}', keys='r\nq\n')
        self.assertEqual(len(self.ways.recorded()), n + 1, err)

    def test_a_change_of_a_frozen_service_is_typed_with_a_reason(self):
        self.configured('docker: orders-app, frozen: true')
        command = f'touch {self.work}/cleared'
        for keys, made in (('r\nyes\n', False), (f'r\n{command}\npatients wait\n', True)):
            _, out, _ = self.run_it(f'{self.file}#1', '-c', self.config, keys='f\n' * 5 + 'y\n' + keys)
            self.assertIn('Nothing of orders may be changed now', out)
            self.assertEqual(self.made('cleared'), made, out)
        self.assertIn('patients wait', [s['reason'] for s in self.transcript()['steps']])


SCALE = '''# Shop

## Shop is slow

1. Which deployment is it?

   ```bash
   echo shop
   ```

2. Make more of it:

   ```bash
   kubectl scale deployment/<deployment> --replicas=5
   ```

3. Verify:

   ```bash
   kubectl get pods | grep -c Crash    # should return 0
   ```

4. If an operator has to look:

   ```bash
   kubectl exec -it shop-1 -- tty
   ```
'''

# More than three replicas crash. A person at a terminal is seen by `tty`.
KUBECTL = '''#!/bin/sh
cd FOLDER
case "$1" in
get) case "$*" in *jsonpath*) cat replicas;; *) if [ $(cat replicas) -gt 3 ]; then echo shop-1 Crash; else echo shop-1 Up; fi;; esac;;
scale) echo "${3#--replicas=}" > replicas;;
exec) tty; stty size;;
esac
'''


class AfterAChange(Run):
    def setUp(self):
        super().setUp()
        self.file = written(self.folder, 'shop.md', SCALE)
        written(self.work, 'replicas', '3\n')
        os.chmod(written(self.work, 'kubectl', KUBECTL.replace('FOLDER', self.work)), 0o755)
        self.env['PATH'] = self.work + ':' + os.environ['PATH']
        self.config = written(self.folder, 'crashcart.yaml', 'runner: {verify_time: 0s}\n')

    def replicas(self):
        with open(os.path.join(self.work, 'replicas'), encoding='ascii') as f:
            return f.read().strip()

    def walked(self, keys):
        code, out, err = self.run_it(f'{self.file}#1', '-c', self.config, '--set', 'deployment=@8', keys=keys)
        return code, out + err, {(s['line'], s.get('part', '')): s for s in self.transcript()['steps']}

    def test_when_its_checks_fail_the_way_back_is_offered_and_takes_it_back(self):
        code, out, steps = self.walked('r\nr\ny\nr\ny\n')
        self.assertEqual(code, 1, out)
        self.assertIn('way back    kubectl scale deployment/shop --replicas=3', out)  # known before it is asked for
        self.assertIn('This takes it back', out)
        self.assertEqual(self.replicas(), '3')
        self.assertEqual(steps[14, '']['verdict'], 'failed')
        self.assertEqual((steps[14, 'before']['output'], steps[14, 'back']['state']), ('3\n', 'succeeded'))
        self.assertEqual(steps[14, 'back']['verdict'], 'passed')
        self.assertEqual(steps[20, '']['checks_line'] % 100000000, 14)
        with open(os.path.join(self.walks()[-1], 'transcript.md'), encoding='utf8') as f:
            text = f.read()
        self.assertIn('verdict: failed: line 20', text)
        self.assertIn('### Way back of line 14: succeeded', text)

    def test_when_they_pass_the_walk_goes_on_and_what_is_not_needed_is_nowhere(self):
        written(self.work, 'kubectl', KUBECTL.replace('FOLDER', self.work).replace('-gt 3', '-gt 9'))
        code, out, steps = self.walked('r\nr\ny\nf\ns\n')
        self.assertEqual((code, steps[14, '']['verdict']), (1, 'passed'), out)
        self.assertNotIn((14, 'back'), steps)
        self.assertEqual(self.replicas(), '5')

    def test_nobody_says_yes_and_nothing_is_changed(self):
        _, out, steps = self.walked('r\nr\nn\nq\n')
        self.assertEqual(self.replicas(), '3')
        self.assertEqual(steps[14, '']['state'], 'not done yet', out)

    def test_a_walk_that_was_lost_while_it_was_checked_goes_on_to_the_verdict(self):
        config = written(self.folder, 'long.yaml', 'runner: {verify_time: 10m}\n')
        terminal = self.terminal(f'{self.file}#1', '-c', config, '--set', 'deployment=shop')
        terminal.expect('echo shop').type('f').expect('--replicas=5').type('r').expect('Run it?').type('y\r')
        terminal.expect('not well yet')
        os.kill(terminal.pid, signal.SIGKILL)
        terminal.end()
        code, out, err = self.run_it('--resume', '-c', self.config)
        self.assertEqual(code, 1, err)
        verdicts = {(s['line'], s.get('part', '')): s.get('verdict') for s in self.transcript()['steps']}
        self.assertEqual(verdicts[14, ''], 'failed', out)
        self.assertEqual(self.replicas(), '5')

    def test_ctrl_c_takes_what_was_seen_last_for_the_verdict(self):
        config = written(self.folder, 'long.yaml', 'runner: {verify_time: 10m}\n')
        terminal = self.terminal(f'{self.file}#1', '-c', config, '--set', 'deployment=shop')
        terminal.expect('echo shop').type('f').expect('--replicas=5').type('r').expect('Run it?').type('y\r')
        terminal.expect('not well yet').type('\x03').expect('This takes it back')
        terminal.type('r').expect('Run it?').type('y\r').expect('passed')
        self.assertEqual(self.replicas(), '3')
        terminal.type('q')
        self.assertEqual(terminal.end(), 1)

    def test_a_value_comes_from_a_file_or_from_what_a_step_prints(self):
        written(self.folder, 'one', 'shop\n')
        written(self.folder, 'two', 'shop\nweb\n')
        for value, code, text in (('@8', 0, 'the one line that line 8 prints'), (f'@{self.folder}/one', 0, 'deployment/shop'),
                                  (f'@{self.folder}/two', 2, 'one line of text'), ('@9', 2, 'no command'),
                                  ('@/no/such/file', 2, 'No such file')):
            got, out, err = self.run_it(f'{self.file}#1', '--dry-run', '--set', f'deployment={value}')
            self.assertEqual(got, code, value + out + err)
            self.assertIn(text, ' '.join((out + err).split()), value)

    def test_a_command_that_wants_a_terminal_gets_one(self):
        _, out, steps = self.walked('s x\ns x\ns x\ny\nr\ny\nq\n')
        self.assertIn('/dev/pts/', steps[26, '']['output'], out)
        self.assertIn('40 120', steps[26, '']['output'])


class Breach(SystemTest):
    def test_a_change_that_loses_evidence_wants_a_reason_while_it_is_not_captured(self):
        document = written(self.folder, 'breach.md', f'''# Security

## Security breach

1. Save what is there:

   ```bash
   ls -l {self.folder} > seen-$(date +%s)
   ```

2. Take a snapshot of the disk.

3. Cut it off:

   ```bash
   ./unplug {self.folder}
   ```
''')
        written(self.folder, 'unplug', '#!/bin/sh\necho unplugged >$1/unplugged\n')
        os.chmod(os.path.join(self.folder, 'unplug'), 0o755)
        env = {**os.environ, 'XDG_STATE_HOME': os.path.join(self.folder, 'state')}
        walk = lambda keys: subprocess.run([PROGRAM, 'run', f'{document}#1', '--plain'], input=keys, env=env, text=True,
                                           cwd=self.folder, capture_output=True, timeout=PATIENCE_S)
        out = walk('f\nf\nr\n\nq\n').stdout
        self.assertIn('writes      seen-$(date +%s)', out)
        self.assertEqual(out.count('evidence    it captures some'), 2)
        self.assertIn('Evidence is lost by it', out)
        self.assertIn('lines 8, 11', out)
        self.assertIn('does not run without a reason', out)
        self.assertFalse(os.path.exists(os.path.join(self.folder, 'unplugged')))
        walk('f\nf\nr\nit copies the records out now\nq\n')
        self.assertTrue(os.path.exists(os.path.join(self.folder, 'unplugged')))
        latest = max(glob.glob(os.path.join(self.folder, 'state', 'crashcart', 'runs', '*')))
        with open(os.path.join(latest, 'transcript.md'), encoding='utf8') as f:
            self.assertIn('it copies the records out now', f.read())


class Lost(Run):
    def begin(self):
        """A step is at work on a terminal."""
        terminal = self.terminal(f'{self.file}#2').expect('Wait for it').type('r').expect('Run it?').type('y\r')
        wait(lambda: self.made('child'), 'the step has begun')
        with open(os.path.join(self.work, 'child'), encoding='ascii') as f:
            return terminal, int(f.read())

    def assert_gone(self, pid):
        wait(lambda: not os.path.exists(f'/proc/{pid}'), f'process {pid} is gone')

    def test_a_walk_that_was_killed_says_effect_unknown_and_asks(self):
        terminal, child = self.begin()
        os.kill(terminal.pid, signal.SIGKILL)
        terminal.end()
        self.assert_gone(child)
        os.remove(os.path.join(self.work, 'started'))
        code, out, _ = self.run_it('--resume', '--yes')
        self.assertEqual(code, 1)
        self.assertIn('effect unknown', out)
        self.assertEqual(self.states(), ['effect unknown', 'succeeded'])
        self.assertFalse(self.made('started'))  # it is not run again by itself
        code, out, _ = self.run_it('--resume', keys='done\n')
        self.assertEqual(code, 0, out)
        self.assertEqual(self.states(), ['done', 'succeeded'])

    def test_a_terminal_that_is_closed_lets_the_step_come_to_its_end(self):
        config = written(self.folder, 'crashcart.yaml', 'runner: {step_time: 10s}\n')
        terminal = self.terminal(f'{self.file}#2', '-c', config).expect('Wait for it').type('r').expect('Run it?').type('y\r')
        wait(lambda: self.made('child'), 'the step has begun')
        os.kill(terminal.pid, signal.SIGHUP)
        code, _, err = self.run_it('--resume', os.path.basename(self.walks()[0]))
        self.assertEqual(code, 3)
        self.assertIn('still open', err)  # two cannot walk it
        os.close(terminal.fd)
        terminal.fd = -1
        wait(lambda: os.waitpid(terminal.pid, os.WNOHANG)[0], 'the program ends')
        terminal.status = 0
        self.assertEqual(self.states(), ['timed out', 'not done yet'])

    def test_ctrl_c_stops_the_step_with_all_that_it_started_and_not_the_walk(self):
        terminal, child = self.begin()
        terminal.type('\x03').expect('stopped by')
        self.assert_gone(child)
        terminal.type('f').expect('echo looked').type('r').expect('succeeded').type('f').expect('Everything')
        terminal.type('q')
        self.assertEqual(terminal.end(), 1)
        self.assertEqual(self.states(), ['failed', 'succeeded'])


class Screen(Run):
    def test_a_walk_on_the_screen(self):
        terminal = self.terminal(f'{self.file}#1').expect('Acknowledge the alert')
        terminal.type('d').expect('curl -fsS').type('r').expect('Enter goes on').expect('ok').type('\r')
        terminal.expect('<queue-folder>').type('r').expect('Value for <queue-folder>, a path').type(f'{self.work}\r')
        terminal.expect('This is what runs').type('r').expect('exit 0').type('f').expect('SEEN=here').type('r').expect('exit 0').type('f').expect('PWD').type('s')
        terminal.expect('Why is it skipped').type('known\r').expect('If the cache').type('n').expect('more than one way')
        terminal.type('1').expect('mutate').type('r').expect('Run it?').type('n\r').expect('Not run')
        terminal.type('q')
        self.assertEqual(terminal.end(), 1)
        self.assertFalse(self.made('first') or self.made('cleared'))
        self.assertEqual(self.states(), ['done', 'succeeded', 'succeeded', 'succeeded', 'skipped', 'done', 'not taken',
                                         'not done yet', 'not taken', 'not done yet'])
        self.assertIn('crashcart run --resume', terminal.since())

    def test_a_paste_presses_no_keys(self):
        terminal = self.terminal(f'{self.file}#1').expect('Acknowledge the alert')
        terminal.type('\x1b[200~d\rd\rq\x1b[201~').type('?').expect('Ctrl-C stops')
        terminal.type('q')
        self.assertEqual(terminal.end(), 1)
        self.assertEqual(set(self.states()), {'not done yet'})

    def test_the_terminal_is_as_it_was_also_after_a_crash(self):
        for number in (None, signal.SIGTERM, signal.SIGSEGV, signal.SIGABRT):
            terminal = self.terminal(f'{self.file}#1')
            before = termios.tcgetattr(terminal.fd)
            terminal.expect('Acknowledge the alert')
            wait(lambda: not termios.tcgetattr(terminal.fd)[3] & termios.ICANON, 'keys come one by one')
            if number is None:
                terminal.type('q')
            else:
                os.kill(terminal.pid, number)
            terminal.end()
            self.assertTrue(termios.tcgetattr(terminal.fd)[3] & before[3] & termios.ICANON, number)
            self.assertIn('\x1b[?1049l', terminal.raw)
            terminal.close()

    def test_a_dumb_terminal_and_plain_get_lines(self):
        self.env['TERM'] = 'dumb'
        terminal = self.terminal(f'{self.file}#1').expect('q leave')
        self.assertNotIn('\x1b[?1049h', terminal.raw)
        terminal.type('q\n')
        self.assertEqual(terminal.end(), 1)


if __name__ == '__main__':
    unittest.main()
