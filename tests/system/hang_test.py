#!/usr/bin/env python3
"""A process that hangs: one that goes on by itself loses nothing and pages nobody twice; one that does not is ended, and all
start again."""
import signal
import threading

from harness import *

CONFIG = '''
people:
  - id: ana
    contacts: [{{webhook: {ana}}}]
services:
  - id: till
    escalation:
      - notify: [person:ana]
'''


class Hang(SystemTest):
    def setUp(self):
        super().setUp()
        self.receiver = self.started(Receiver())
        config = CONFIG.format(ana=self.receiver.url('/ana'))
        self.server = self.started(Server(self.folder, config)).start()

    def fire(self, name):
        return self.server.fire({'alertname': name, 'service': 'till'})[0]

    def stop(self, role):
        pid = wait(lambda: self.server.role(role), f'{role} runs')
        os.kill(pid, signal.SIGSTOP)
        return pid

    def test_a_log_that_nobody_reads_keeps_nobody_from_being_paged(self):
        config = CONFIG.format(ana=self.receiver.url('/ana')) + 'storm: {incidents: 0}\nbudget: {pages: 0}\n'
        server = self.started(Server(os.path.join(self.folder, 'unread'), config))
        log = os.path.join(self.folder, 'log')
        os.mkfifo(log)
        self.addCleanup(os.close, os.open(log, os.O_RDWR))
        server.process.argv = ['sh', '-c', 'exec "$@" 2>"$0"', log, *server.process.argv]
        server.start()
        for n in range(600):  # several lines each, more than a pipe holds
            self.assertEqual(server.fire({'alertname': f'Trouble{n}', 'service': f's{n}'})[0], 200)
        self.assertEqual(server.fire({'alertname': 'QueueFull', 'service': 'till'})[0], 200)
        wait(lambda: any('QueueFull' in title for title in self.paged()), 'ana is paged')

    def hung_as_it_listens(self, server):
        server.process.start()
        while server.request('GET', '/-/ready')[0] != 200:
            pass
        core = server.role('core')
        os.kill(core, signal.SIGSTOP)
        return core

    def paged(self):
        """The titles of the incidents that Ana was paged for, with the keys of those pages."""
        keys = {}
        for headers, page in self.receiver.pages('/ana'):
            keys.setdefault(page['incident']['title'], []).append(headers['Idempotency-Key'])
        return keys

    def test_a_process_that_stands_still_for_a_moment_loses_nothing_and_pages_once(self):
        for role in ('courier', 'core', 'runner'):
            pid = self.stop(role)
            answered = []
            sender = threading.Thread(target=lambda: answered.append(self.fire(f'While{role.title()}StoodStill')))
            sender.start()
            time.sleep(1)
            os.kill(pid, signal.SIGCONT)
            sender.join()
            self.assertEqual(answered, [200])
            wait(lambda: any(role.title() in title for title in self.paged()), f'ana is paged although {role} stood still')
            self.assertEqual(self.server.role(role), pid, f'{role} goes on')
        self.assertEqual([len(keys) for keys in self.paged().values()], [1, 1, 1])

    def test_a_launcher_that_hangs_holds_up_its_step_and_nothing_for_good(self):
        written(self.folder, 'runbooks/till.md', '# Till\n\n## QueueFull\n\n1. Look:\n\n```bash\nuptime\n```\n')
        config = CONFIG.format(ana=self.receiver.url('/ana'))
        server = self.started(Server(os.path.join(self.folder, 'other'), config, os.path.join(self.folder, 'runbooks'))).start()
        runner = wait(lambda: server.role('runner'), 'the runner runs')
        with open(f'/proc/{runner}/task/{runner}/children', encoding='ascii') as f:
            launcher = int(wait(lambda: f.seek(0) or f.read().split(), 'the launcher runs')[0])
        wait(lambda: 'launcher.ready' in server.process.log(), 'the launcher is ready')
        os.kill(launcher, signal.SIGSTOP)
        self.assertEqual(server.fire({'alertname': 'QueueFull', 'service': 'till'})[0], 200)
        wait(lambda: self.receiver.pages('/ana'), 'ana is paged meanwhile')
        wait(lambda: [s['state'] for s in server.steps(1)] == ['succeeded'], 'the step runs by the next launcher', 200)

    def test_a_process_that_hangs_is_ended_and_all_start_again(self):
        other = self.started(Server(os.path.join(self.folder, 'other'), CONFIG.format(ana=self.receiver.url('/other'))))
        core = self.hung_as_it_listens(other)
        self.stop('courier')
        self.assertEqual(self.fire('QueueFull'), 200)
        wait(lambda: self.paged(), 'ana is paged by the next courier', 150)
        self.assertIn('process.hangs name=courier', self.server.process.log())
        self.assertEqual(len(set(next(iter(self.paged().values())))), 1, 'one page, one key')
        wait(lambda: other.role('core') not in (None, core), 'the core that hung from its first moment on is ended, too', 150)
        wait(lambda: other.fire({'alertname': 'QueueFull', 'service': 'till'})[0] == 200, 'the next one takes alerts')
        wait(lambda: self.receiver.pages('/other'), 'and pages')


if __name__ == '__main__':
    unittest.main()
