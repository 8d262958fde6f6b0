#!/usr/bin/env python3
"""Each process is made to do what it must never do, and what became of it is printed: it died of it, was refused, or did
not have what it takes. taken_over.c acts from inside of the real processes, with their real rights."""
import ctypes
import errno
import mmap
import signal
import socket
import subprocess

from harness import *
from kill_loop import launcher_of, roles_of

HERE = os.path.dirname(os.path.abspath(__file__))
DIES, DONE, REFUSED, LACKS = 'dies', 'done', 'refused', 'lacks it'


class Wish(ctypes.Structure):
    """struct wish of taken_over.c"""
    _fields_ = [('role', ctypes.c_char * 16), ('act', ctypes.c_char * 32), ('argument', ctypes.c_char * 512),
                ('wanted', ctypes.c_int), ('done', ctypes.c_int), ('status', ctypes.c_int)]


def built(folder, name, *flags):
    path = os.path.join(folder, name)
    subprocess.run([os.environ.get('CC', 'cc'), '-O1', *flags, '-o', path, os.path.join(HERE, name.split('.')[0] + '.c')],
                   check=True)
    return path


def has_landlock():
    return ctypes.CDLL(None).syscall(444, None, 0, 1) > 0


class Acts(SystemTest):
    config = '''mail:
  server: smtp://127.0.0.1:1
  from: crashcart@example.org
  user: mailer
  secret: env:MAIL_SECRET
'''

    def setUp(self):
        super().setUp()
        page = written(self.folder, 'wish', '\0' * 4096)
        with open(page, 'r+b') as f:
            self.map = mmap.mmap(f.fileno(), 4096)
        self.wish = Wish.from_buffer(self.map)
        os.chmod(self.folder, 0o755)
        os.chmod(page, 0o666)
        self.server = self.started(Server(self.folder, self.config, env={'LD_PRELOAD': built(self.folder, 'taken_over.so', '-shared', '-fPIC'), 'TAKEN_OVER': page,
          'MAIL_SECRET': 'channel-secret'})).start()
        self.roles = wait(lambda: len(r := roles_of(self.server)) == 3 and r, 'the three have started')
        wait(lambda: all(f'{role}.ready' in self.server.process.log() for role in ('courier', 'runner', 'launcher')), 'all are ready')
        self.launcher = launcher_of(self.roles['runner'])

    def become(self, role, act, argument=''):
        """What becomes of the act in that process."""
        wish = self.wish
        wish.role, wish.act, wish.argument = role.encode(), act.encode(), str(argument).encode()
        wish.wanted += 1
        os.kill(self.launcher if role == 'launcher' else self.roles[role], signal.SIGUSR2)
        wait(lambda: wish.done == wish.wanted, f'{role} has tried to {act} {argument}')
        status = wish.status
        if os.WIFSIGNALED(status):
            return DIES if os.WTERMSIG(status) == signal.SIGSYS else f'signal {os.WTERMSIG(status)}'
        code = os.WEXITSTATUS(status)
        return DONE if code == 0 else REFUSED if code in (errno.EPERM, errno.EACCES) else \
            LACKS if code == errno.ENOENT else errno.errorcode.get(code, str(code))

    def hold(self, acts):
        wrong = []
        for role, what, expected, act, argument in acts:
            became = self.become(role, act, argument)
            print(f'  {role:8} {what:45} {became}')
            if became not in expected:
                wrong.append(f'{role}: {what}: {became}, not {expected}')
        self.assertEqual(wrong, [])


class Sandbox(Acts):
    def test_every_forbidden_act_dies_or_is_refused(self):
        listener = socket.create_server(('127.0.0.1', 0))
        self.addCleanup(listener.close)
        port, free = listener.getsockname()[1], free_port()
        ledger = os.path.join(self.server.data, 'ledger.db')
        self.assertTrue(os.path.exists(ledger), os.listdir(self.server.data))
        outside = os.path.join(self.folder, 'outside')
        here, beside = written(self.folder, 'here', 'x'), os.path.join(self.server.data, 'new')
        core, courier, supervisor = self.roles['core'], self.roles['courier'], self.server.process.child.pid
        print()
        self.hold([
            ('core', 'execute a program', (DIES,), 'exec', '/bin/true'),
            ('core', 'dial out', (REFUSED,), 'dial', port),
            ('core', 'listen on another port', (REFUSED,), 'listen', free),
            ('core', 'trace the courier', (DIES,), 'trace', courier),
            ('core', "read the courier's memory", (DIES,), 'memory', courier),
            ('core', 'mount', (DIES,), 'mount', self.folder),
            ('core', 'see the secret of a channel', (LACKS,), 'environment', 'MAIL_SECRET'),
            ('core', 'read its own ledger (may)', (DONE,), 'read', ledger),
            ('core', 'make a file in the data folder (may)', (DONE,), 'make', beside),
            ('courier', 'execute a program', (DIES,), 'exec', '/bin/true'),
            ('courier', 'listen', (REFUSED,), 'listen', free),
            ('courier', 'dial out (may)', (DONE,), 'dial', port),
            ('courier', 'trace core', (DIES,), 'trace', core),
            ('courier', "read core's memory", (DIES,), 'memory', core),
            ('courier', 'mount', (DIES,), 'mount', self.folder),
            ('courier', 'hold a descriptor of the ledger', (LACKS,), 'holds', ledger),
            ('courier', 'hold the listening socket', (LACKS,), 'holds', self.listening_socket()),
            ('courier', 'see its own secret (may)', (DONE,), 'environment', 'MAIL_SECRET'),
            ('runner', 'hold a descriptor of the ledger', (LACKS,), 'holds', ledger),
            ('runner', 'hold the listening socket', (LACKS,), 'holds', self.listening_socket()),
            ('runner', 'see the secret of a channel', (LACKS,), 'environment', 'MAIL_SECRET'),
            ('core', 'signal the supervisor', (REFUSED,), 'kill', supervisor),
            ('core', "change the courier's limits", (REFUSED,), 'limit', courier),
            ('courier', 'signal the supervisor', (REFUSED,), 'kill', supervisor),
            ('courier', "change core's limits", (REFUSED,), 'limit', core),
            ('runner', 'execute a program', (DIES,), 'exec', '/bin/true'),
            ('runner', 'dial out', (REFUSED,), 'dial', port),
            ('runner', 'listen', (REFUSED,), 'listen', free),
            ('runner', 'listen on a local socket', (REFUSED,), 'local', f'{self.folder}/socket'),
            ('runner', 'trace core', (DIES,), 'trace', core),
            ('runner', 'trace the launcher', (DIES,), 'trace', self.launcher),
            ('runner', "read the courier's memory", (DIES,), 'memory', courier),
            ('runner', "read the courier's environment", (REFUSED,), 'read', f'/proc/{courier}/environ'),
            ('runner', "read core's memory as a file", (REFUSED,), 'read', f'/proc/{core}/mem'),
            ('runner', 'signal the supervisor', (REFUSED,), 'kill', supervisor),
            ('runner', 'signal the launcher', (REFUSED,), 'kill', self.launcher),
            ('runner', "change core's limits", (REFUSED,), 'limit', core),
            ('runner', 'read the ledger', (REFUSED,), 'read', ledger),
            ('runner', 'write to the ledger', (REFUSED,), 'write', ledger),
            ('runner', 'move the ledger away', (REFUSED,), 'remove', ledger),
            ('runner', 'read the configuration', (REFUSED,), 'read', self.server.config),
            ('runner', "read the administrator's token", (REFUSED,), 'read', f'{self.server.data}/admin.token'),
            ('runner', 'write to the program', (REFUSED,), 'write', PROGRAM),
            ('runner', 'move the program away', (REFUSED,), 'remove', PROGRAM),
            ('runner', 'make a file', (REFUSED,), 'make', outside),
            ('runner', 'mount', (DIES,), 'mount', self.folder),
            ('launcher', 'hold a descriptor of the ledger', (LACKS,), 'holds', ledger),
            ('launcher', 'hold the listening socket', (LACKS,), 'holds', self.listening_socket()),
            ('launcher', 'see the secret of a channel', (LACKS,), 'environment', 'MAIL_SECRET'),
            ('launcher', 'execute a program (may)', (DONE,), 'exec', '/bin/true'),
            ('launcher', 'dial out (may)', (DONE,), 'dial', port),
            ('launcher', 'listen (may)', (DONE,), 'listen', free),
        ])
        if has_landlock():
            self.hold([
                ('core', 'write to a file outside', (REFUSED,), 'write', here),
                ('core', 'make a file outside', (REFUSED,), 'make', outside),
                ('courier', 'read the ledger', (REFUSED,), 'read', ledger),
                ('courier', 'write to the ledger', (REFUSED,), 'write', ledger),
                ('courier', 'write to a file', (REFUSED,), 'write', here),
                ('courier', 'make a file', (REFUSED,), 'make', outside),
            ])
        self.assertEqual(self.server.request('GET', '/-/ready')[0], 200)
        self.assertEqual(roles_of(self.server), self.roles)

    def listening_socket(self):
        """The listening socket of the server, as /proc names it."""
        with open('/proc/net/tcp', encoding='ascii') as f:
            for line in f:
                words = line.split()
                if words[1].endswith(f':{self.server.port:04X}') and words[3] == '0A':
                    return f'socket:[{words[9]}]'
        raise AssertionError('nobody listens')

    def test_what_core_may_not_say_to_the_runner_ends_the_conversation_or_is_refused(self):
        runner_fd, hash_of_none = 5, '0' * 64
        order = {'run': 900, 'attempt': 1, 'file': 'pneumonia-detector.md', 'sha256': hash_of_none, 'line': 1}
        said = [  # what, the frame, what is logged of it
            ('a command instead of a line', {'run': 901, 'attempt': 1, 'command': 'touch /tmp/x'}, 'frame.refused'),
            ('a line with a command beside it', {**order, 'line': 0, 'command': 'id'}, 'frame.refused'),
            ('a document of another hash', order, 'step.refused run=900'),
            ('a document outside of the folder', {**order, 'run': 902, 'file': '../crashcart.yaml'}, 'step.refused run=902'),
            ('a document that is not there', {**order, 'run': 903, 'file': 'no.md'}, 'step.refused run=903'),
            ('an approval without a name', {**order, 'run': 904, 'approved': True}, 'frame.refused'),
        ]
        print()
        for what, frame, logged in said:
            before = len(self.server.process.log())
            self.become('core', 'frame', f'{runner_fd} 3 {json.dumps(frame)}')
            wait(lambda: logged in self.server.process.log()[before:], f'{what}: {logged}')
            print(f'  core     {what:45} {logged.split()[0]}')
        self.assertEqual(roles_of(self.server), self.roles)
        self.become('core', 'frame', f'{runner_fd} 4 {{}}')
        wait(lambda: 'frame.forbidden' in self.server.process.log(), 'the runner ends the conversation')
        print(f'  core     {"a frame of the other direction":45} frame.forbidden, all start again')
        wait(lambda: self.roles['runner'] not in roles_of(self.server).values() and
             self.server.request('GET', '/-/ready')[0] == 200, 'all have started again')


@unittest.skipUnless(os.geteuid() == 0, 'only root becomes others')
class Confined(Acts):
    """Steps that need nothing but programs, files and the network."""
    config = Acts.config + 'runner: {confined: true}\n'

    def test_a_confined_launcher_is_refused_what_its_steps_do_not_need(self):
        ledger, token = (os.path.join(self.server.data, name) for name in ('ledger.db', 'admin.token'))
        beside = os.path.join(self.folder, 'wish')
        listener = socket.create_server(('127.0.0.1', 0))
        self.addCleanup(listener.close)
        print()
        self.hold([
            ('launcher', 'listen', (REFUSED,), 'listen', free_port()),
            ('launcher', 'trace core', (REFUSED,), 'trace', self.roles['core']),
            ('launcher', "read the courier's memory", (REFUSED,), 'memory', self.roles['courier']),
            ('launcher', 'mount', (REFUSED,), 'mount', self.folder),
            ('launcher', 'execute a program (may)', (DONE,), 'exec', '/bin/true'),
            ('launcher', 'dial out (may)', (DONE,), 'dial', listener.getsockname()[1]),
            ('launcher', 'make a file (may)', (DONE,), 'make', os.path.join(self.server.data, 'runner', 'made')),
            ('launcher', 'write to a file beside the data (may)', (DONE,), 'write', beside),
        ])
        if has_landlock():
            self.hold([('launcher', 'read the ledger', (REFUSED,), 'read', ledger),
                       ('launcher', 'write to the ledger', (REFUSED,), 'write', ledger),
                       ('launcher', "read the administrator's token", (REFUSED,), 'read', token)])

    def test_steps_run_in_it_and_inherit_it(self):
        data = os.path.join(self.folder, 'other')
        written(self.folder, 'runbooks/shop.md', f'''# Shop

## Shop down

1. Look
   ```bash
   grep -c . /etc/passwd && echo fine
   ```
2. Look at what is none of its business
   ```bash
   cat {data}/admin.token
   ```
''')
        server = self.started(Server(self.folder, 'runner: {confined: true}\n', os.path.join(self.folder, 'runbooks'),
                                     data=data)).start()
        server.fire({'alertname': 'ShopDown', 'service': 'shop'})
        wait(lambda: len(server.steps(1)) == 2, 'the run is planned')
        for step in server.steps(1):
            server.command('approve', '1', str(step['line']), check=False)
        wait(lambda: all(s['state'] in ('succeeded', 'failed') for s in server.steps(1)), 'both have run')
        fine, curious = server.steps(1)
        self.assertEqual((fine['state'], fine['output'].splitlines()[-1]), ('succeeded', 'fine'))
        if has_landlock():
            self.assertEqual(curious['state'], 'failed')
            self.assertIn('denied', curious['output'])


class Looks(SystemTest):
    """Without any configuration: what looks is confined, what people let run is not."""

    def test_a_step_that_looks_is_confined_and_a_change_is_not(self):
        secret = written(self.folder, 'hook', 'https://example.org/hook')
        data = os.path.join(self.folder, 'data')
        rights = "grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status"
        steps = {'look': rights, 'ledger': f'head -c 6 {data}/ledger.db', 'token': f'wc -c < {data}/admin.token',
                 'secret': f'wc -c {secret}', 'own': 'pwd > here; cat here', 'other': f'lsof -v 2>&1 | head -1; {rights}',
                 'change': f'touch changed; {rights}'}
        text = '# Shop\n\n## Shop down\n' + ''.join(f'\n1. {name}\n   ```bash\n   {command}\n   ```\n' for name, command in steps.items())
        written(self.folder, 'runbooks/shop.md', text)
        config = f'people:\n  - id: ana\n    contacts: [{{slack_webhook: "file:{secret}"}}]\n'
        server = self.started(Server(self.folder, config, os.path.join(self.folder, 'runbooks'))).start()
        server.fire({'alertname': 'ShopDown', 'service': 'shop'})
        wait(lambda: len(server.steps(1)) >= len(steps), 'the run is planned')
        for step in server.steps(1):
            server.command('approve', '1', str(step['line']), '--as', 'ana', check=False)
        over = ('succeeded', 'failed')
        wait(lambda: all(s['state'] in over for s in server.steps(1) if not s.get('part')), 'all have run')
        became = dict(zip(steps, (s for s in server.steps(1) if s['kind'] == 'command')))
        confined, free = 'NoNewPrivs:\t1\nSeccomp:\t2', 'NoNewPrivs:\t0'
        self.assertIn(confined, became['look']['output'])
        self.assertIn(free, became['other']['output'])
        self.assertIn(free, became['change']['output'])
        self.assertIn('/runner/', became['own']['output'])
        if has_landlock():
            for name in ('ledger', 'token', 'secret'):
                self.assertEqual(became[name]['state'], 'failed', name)
                self.assertIn('denied', became[name]['output'])
            self.assertIn('confined', became['ledger']['why'])

    @unittest.skipUnless(os.geteuid() == 0, 'without root the kernel refuses it all')
    def test_the_supervisor_of_root_has_a_filter_of_its_own(self):
        server = self.started(Server(self.folder)).start()
        with open(f'/proc/{server.process.child.pid}/status', encoding='ascii') as f:
            self.assertIn('Seccomp:\t2', f.read())


class OtherUsers(Acts):
    """Root starts the server: it becomes one user, and its steps another."""
    config = 'user: daemon\nrunner: {user: nobody}\n'

    def test_steps_run_as_another_user_who_sees_nothing_of_the_others(self):
        ledger = os.path.join(self.server.data, 'ledger.db')
        core, courier = self.roles['core'], self.roles['courier']
        for pid in self.roles['runner'], self.launcher:
            with open(f'/proc/{pid}/status', encoding='ascii') as f:
                words = dict(line.split(':', 1) for line in f)
            self.assertEqual(words['Uid'].split(), ['65534'] * 4)
            self.assertEqual(words['Groups'].split(), ['65534'])
            self.assertEqual(words['CapEff'].strip(), '0' * 16)
        print()
        self.hold([
            ('launcher', 'read the ledger', (REFUSED,), 'read', ledger),
            ('launcher', 'write to the ledger', (REFUSED,), 'write', ledger),
            ('launcher', 'read the token of the administrator', (REFUSED,), 'read', f'{self.server.data}/admin.token'),
            ('launcher', 'make a file beside the ledger', (REFUSED,), 'make', f'{self.server.data}/new'),
            ('launcher', 'trace core', (REFUSED,), 'trace', core),
            ('launcher', 'trace the courier', (REFUSED,), 'trace', courier),
            ('launcher', "read the courier's memory", (REFUSED,), 'memory', courier),
            ('launcher', "read the courier's environment", (REFUSED,), 'read', f'/proc/{courier}/environ'),
            ('launcher', "list core's descriptors", (REFUSED,), 'read', f'/proc/{core}/fd/3'),
            ('launcher', 'signal the supervisor', (REFUSED,), 'kill', self.server.process.child.pid),
            ('launcher', 'signal core', (REFUSED,), 'kill', core),
            ('launcher', 'write to the program', (REFUSED,), 'write', PROGRAM),
            ('launcher', 'work in its own folder (may)', (DONE,), 'make', f'{self.server.data}/runner/new'),
            ('core', 'become root again', (REFUSED,), 'root', ''),
            ('courier', 'become root again', (REFUSED,), 'root', ''),
            ('runner', 'become root again', (REFUSED,), 'root', ''),
            ('launcher', 'become root again', (REFUSED,), 'root', ''),
        ])

    def test_a_data_folder_of_root_is_not_taken_over(self):
        other = Server(self.folder, self.config, data=os.path.join(self.folder, 'older'))
        written(other.data, 'ledger.db', '')
        other.process.start()
        self.addCleanup(other.stop)
        self.assertEqual(other.process.child.wait(PATIENCE_S), 3)
        self.assertIn('chown -R', other.process.log())


class NoLandlock(SystemTest):
    def test_the_program_starts_where_the_kernel_lacks_it_and_says_so_once_a_process(self):
        wrapper = built(self.folder, 'without_landlock')
        server = Server(self.folder)
        server.process.argv = [wrapper, *server.process.argv]
        self.started(server).start()
        wait(lambda: all(f'{role}.ready' in server.process.log() for role in ('courier', 'runner', 'launcher')), 'all are ready')
        warnings = [line for line in server.process.log().splitlines() if 'sandbox.no_landlock' in line]
        self.assertEqual(len([line for line in warnings if 'core' in line.split('sandbox')[0]]), 1, warnings)
        self.assertEqual(len(warnings), 4, warnings)
        self.assertEqual(server.fire({'alertname': 'X', 'service': 'x'})[0], 200)


if __name__ == '__main__':
    unittest.main()
