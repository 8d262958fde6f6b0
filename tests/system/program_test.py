#!/usr/bin/env python3
"""Pages to programs of the team's own: the page on standard input, the exit status as receipt. Programs that are slow, fail,
hang, print what nobody asked for or leave others behind; and what a program may see."""
import subprocess

from harness import *

CONFIG = '''
mail: {{server: "smtp://127.0.0.1:9", from: a@example.org, user: a, secret: "file:{folder}/mail-secret"}}
channels:
  programs:
    - {{id: pager, run: "{folder}/takes {folder}/out/taken"}}
    - {{id: slow, run: "sleep 1; {folder}/takes {folder}/out/slow"}}
    - {{id: flaky, run: "test -e {folder}/out/tried || {{ touch {folder}/out/tried; echo; echo no carrier; exit 75; }}; {folder}/takes {folder}/out/flaky"}}
    - {{id: gone, run: "cat > /dev/null; printf 'no such number\\\\001 eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abcdefghijk' >&2; exit 67"}}
    - {{id: hangs, run: "sleep 1000", timeout: 1s}}
    - {{id: garbage, run: "head -c 3000000 /dev/urandom; {folder}/takes {folder}/out/garbage"}}
    - {{id: forks, run: "setsid nohup sleep 999 & echo $! > {folder}/out/left; {folder}/takes {folder}/out/forks"}}
    - {{id: curious, run: "{folder}/looks {folder}/out/seen; {folder}/takes {folder}/out/curious"}}
    - {{id: missing, run: "{folder}/is-not-there"}}
people:
{people}
services:
  - id: any
    match: {{service: any}}
    escalation: [{{notify: [{notify}]}}]
'''
PROGRAMS = ['pager', 'slow', 'flaky', 'gone', 'hangs', 'garbage', 'forks', 'curious', 'missing']
TAKES = '#!/bin/sh\ncat > "$1.part" && mv "$1.part" "$1"\n'
LOOKS = '''#!/usr/bin/python3
import json, os, socket, sys
def may(act):
    try:
        act()
        return True
    except OSError:
        return False
def listen():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        s.listen()
with open(sys.argv[1], 'w') as f:
    json.dump({{'listen': may(listen), 'token': may(lambda: open('{data}/admin.token')), 'secret': may(lambda: open('{folder}/mail-secret')),
               'own': may(lambda: open('{folder}/own-secret')), 'environment': sorted(os.environ), 'files': len(os.listdir('/proc/self/fd'))}}, f)
'''


def gone(pid):
    try:
        with open(f'/proc/{pid}/stat', encoding='ascii') as f:
            return f.read().split()[2] == 'Z'
    except OSError:
        return True


class Programs(SystemTest):
    def program(self, name, text):
        os.chmod(written(self.folder, name, text), 0o755)

    def read(self, name):
        path = os.path.join(self.folder, 'out', name)
        if not os.path.exists(path):
            return None
        with open(path, encoding='utf-8') as f:
            return f.read()

    def test_a_page_reaches_a_program_or_the_next_way(self):
        next_way = self.started(Receiver())
        people = ''.join(f'  - {{id: {p}, contacts: [{{program: {p}}}, {{webhook: "{next_way.url("/" + p)}"}}]}}\n' for p in PROGRAMS)
        os.mkdir(os.path.join(self.folder, 'out'))  # nothing can be made in a folder above the data folder
        self.program('takes', TAKES)
        self.program('looks', LOOKS.format(folder=self.folder, data=os.path.join(self.folder, 'data')))
        for secret in ('mail-secret', 'own-secret'):
            written(self.folder, secret, 'x')
        config = CONFIG.format(folder=self.folder, people=people, notify=', '.join(f'person:{p}' for p in PROGRAMS))
        server = self.started(Server(self.folder, config, os.path.dirname(written(self.folder, 'runbooks/any.md', '# Any\n'))))
        server.start()
        server.fire({'alertname': 'Down', 'service': 'any', 'severity': 'critical', 'instance': "';touch x;'"})

        for name in ('taken', 'slow', 'flaky', 'garbage', 'forks', 'curious'):
            page = json.loads(wait(lambda n=name: self.read(n), f'{name} has the page'))
            self.assertEqual((page['kind'], page['incident']['number']), ('page', 1))
            self.assertTrue(page['idempotency_key'])

        def events(kind):
            return [e for e in server.timeline(1) if e['kind'] == kind]

        # What will not work another time either: the next way at once. What may pass: again, with the same key.
        wait(lambda: {p for _, p, _, _ in next_way.got} >= {'/gone', '/missing'}, 'the next way of the dead ones')
        dead = ' '.join(e['summary'] for e in events('page.failed'))
        self.assertIn('the program says 67: no such number', dead)
        self.assertIn('the program says 127', dead)
        self.assertNotIn('eyJzdWIi', dead)
        wait(lambda: 'ended after 1 s' in ' '.join(e['summary'] for e in events('page.delayed')), 'the hanging one is ended')
        self.assertIn('the program says 75: no carrier', ' '.join(e['summary'] for e in events('page.delayed')))
        self.assertNotIn('/pager', [p for _, p, _, _ in next_way.got])

        self.assertTrue(wait(lambda: gone(int(self.read('left'))), 'what was left behind is ended'))
        seen = json.loads(self.read('seen'))
        self.assertEqual([seen[what] for what in ('listen', 'token', 'secret', 'own')], [False, False, False, True])
        self.assertNotIn('BASH_ENV', seen['environment'])
        self.assertLessEqual(seen['files'], 6)  # its three, the shell's command, the file that it writes, and the folder that it lists

        tested = self.command(server, 'channel', 'test', 'pager')
        self.assertEqual(tested.returncode, 0, tested.stdout + tested.stderr)
        wait(lambda: json.loads(self.read('taken'))['kind'] == 'test', 'the test went the same way')

    def command(self, server, *words):
        env = {**os.environ, 'CRASHCART_URL': f'http://127.0.0.1:{server.port}', 'CRASHCART_TOKEN': server.token()}
        return subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=PATIENCE_S, env=env, check=False)

    def test_a_program_that_nobody_defined_is_an_error_of_the_file(self):
        path = written(self.folder, 'bad.yaml', 'channels: {programs: [{id: pager, run: "cat"}]}\n'
                       'people: [{id: ana, contacts: [{program: pagr}]}]\n')
        said = subprocess.run([PROGRAM, 'config', 'check', '-c', path], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        self.assertNotEqual(said.returncode, 0)
        self.assertIn('names program "pagr", which is not defined; did you mean "pager"?', said.stdout + said.stderr)


if __name__ == '__main__':
    unittest.main()
