#!/usr/bin/env python3
"""`crashcart incident show N --watch`: the incident goes on before one's eyes, also over a restart of the server."""
from harness import *
from pseudo_terminal import Terminal


class WatchIncident(SystemTest):
    def setUp(self):
        super().setUp()
        self.server = self.started(Server(self.folder))
        self.server.start()
        self.server.fire({'alertname': 'QueueGrows', 'service': 'billing'})
        wait(self.server.incidents, 'an incident')
        self.env = {'CRASHCART_URL': f'http://127.0.0.1:{self.server.port}', 'CRASHCART_TOKEN': self.server.token()}
        self.argv = [PROGRAM, 'incident', 'show', '1', '--watch']

    def test_on_a_terminal_all_of_it_is_drawn_anew(self):
        terminal = Terminal(self.argv, self.env)
        self.addCleanup(terminal.close)
        terminal.expect('triggered').expect('live')
        self.server.command('incident', 'ack', '1', '--as', 'ana')
        terminal.expect('acknowledged')
        self.server.kill()
        terminal.expect('the server is away')
        self.server.start()
        self.server.command('incident', 'note', '1', 'the queue is drained')
        terminal.type('\x1b[F').expect('the queue is drained')
        self.assertEqual(terminal.type('q').end(), 0)

    def test_for_a_program_each_event_is_a_line(self):
        process = self.started(Process('watch', self.argv, self.env))
        process.start()
        wait(lambda: '#1' in process.log(), 'the incident')
        self.server.command('incident', 'note', '1', 'one\x1b[31m\nand the same line')
        wait(lambda: 'one [31m and the same line\n' in process.log(), 'the note')
        self.server.kill()
        self.server.start()
        self.server.command('incident', 'note', '1', 'two')
        wait(lambda: re.search(r'^\S+Z  token:admin: .*two$', process.log(), re.M), 'the next note')
        self.assertEqual(process.log().count('and the same line'), 1)

    def test_an_incident_that_is_not_there_is_said_at_once(self):
        code, _, err = run('incident', 'show', '7', '--watch', env=self.env)
        self.assertEqual(code, 1)
        self.assertIn('no incident 7', err)

    def test_json_is_refused_with_it_and_not_printed_once_as_if_it_watched(self):
        code, out, err = run('incident', 'show', '1', '--watch', '--json', env=self.env)
        self.assertEqual((code, out), (2, ''))
        self.assertIn('--watch or --json, not both', err)


if __name__ == '__main__':
    unittest.main()
