#!/usr/bin/env python3
"""Few files may be open at once, and everybody calls: what the server opens itself still opens, and pages go out. Where
they are too few for anything it says so and does not start."""
import signal
import socket

from harness import *

CONFIG = '''
people:
  - id: ana
    contacts: [{{webhook: {page}/ana}}]
  - id: ben
    contacts: [{{webhook: {page}/ben}}]
services:
  - id: till
    escalation:
      - notify: [person:ana]
      - {{notify: [person:ben], after: 3s}}
'''
N_CALLERS = 300


class Descriptors(SystemTest):
    def server(self, n_files):
        self.receiver = self.started(Receiver())
        server = self.started(Server(self.folder, CONFIG.format(page=self.receiver.url(''))))
        server.process.argv = ['prlimit', f'--nofile={n_files}:{n_files}', '--', *server.process.argv]
        return server

    def call(self, port):
        """Connections that say half a sentence and stay."""
        for _ in range(N_CALLERS):
            caller = socket.create_connection(('127.0.0.1', port))
            caller.sendall(b'GET /-/ready HTTP/1.1\r\n')
            self.addCleanup(caller.close)

    def test_callers_leave_the_server_the_files_that_it_needs_to_page(self):
        server = self.server(n_files=160).start()
        self.call(server.port)
        wait(lambda: server.fire({'alertname': 'QueueFull', 'service': 'till'})[0] == 200, 'an alert gets through')
        core = server.role('core')
        self.call(server.port)
        written(server.folder, 'crashcart.yaml', CONFIG.format(page=self.receiver.url('')) + 'public_url: https://there.example\n')
        os.kill(server.process.child.pid, signal.SIGHUP)
        wait(lambda: 'site.loaded' in server.process.log(), 'the configuration and the runbooks are read again')
        wait(lambda: self.receiver.pages('/ben'), 'who is next is paged')
        self.assertEqual(server.role('core'), core, 'nothing has ended')

    def test_too_few_files_are_said_at_the_start(self):
        server = self.server(n_files=64)
        server.process.start()
        self.assertEqual(server.process.child.wait(PATIENCE_S), 3)
        self.assertIn('only 64 files may be open at once', server.process.log())


if __name__ == '__main__':
    unittest.main()
