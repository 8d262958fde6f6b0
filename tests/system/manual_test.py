#!/usr/bin/env python3
"""What a person finds who types `man crashcart-incident`, or presses Tab: in bash, zsh and fish."""
import glob
import re
import subprocess

from harness import *

BUILD = os.path.dirname(PROGRAM)


class Manual(SystemTest):
    def setUp(self):
        super().setUp()
        self.server = self.started(Server(self.folder))
        self.server.start()
        self.server.fire({'alertname': 'QueueGrows', 'service': 'billing'})
        wait(self.server.incidents, 'an incident')
        self.env = {**os.environ, 'PATH': BUILD + ':' + os.environ['PATH'], 'HOME': self.folder,
                    'CRASHCART_URL': f'http://127.0.0.1:{self.server.port}', 'CRASHCART_TOKEN': self.server.token()}

    def said(self, *argv, env=None):
        done = subprocess.run(argv, env={**self.env, **(env or {})}, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_S, check=False)
        self.assertEqual((done.returncode, done.stderr.decode()), (0, ''), argv)
        return done.stdout.decode()

    def bash(self, *words):
        script = f'source {BUILD}/crashcart.bash; COMP_WORDS=(crashcart "$@"); COMP_CWORD=$#; _crashcart; printf "%s\\n" "${{COMPREPLY[@]}}"'
        return self.said('bash', '-c', script, 'bash', *words).split('\n')

    def fish(self, *words):
        line = ' '.join(['crashcart', *words])
        return [found.split('\t')[0] for found in self.said('fish', '-c', f'source {BUILD}/crashcart.fish; complete -C "{line}"').split('\n')]

    def zsh(self, *words):
        script = (f'_describe() {{ print -rl -- "${{(@P)2}}"; }}; _files() {{ :; }}; words=(crashcart "$@"); CURRENT=$#words; '
                  f'complete() {{ source {BUILD}/_crashcart; }}; complete "$@"')
        return [found.split(':')[0] for found in self.said('zsh', '-fc', script, 'zsh', *words).split('\n') if found.startswith(words[-1])]

    def test_tab_offers_commands_their_verbs_their_options_and_the_open_incidents(self):
        for complete in (self.bash, self.fish, self.zsh):
            with self.subTest(shell=complete.__name__):
                self.assertIn('incident', complete('inc'))
                self.assertIn('resolve', complete('incident', 'res'))
                self.assertIn('--force', complete('incident', 'resolve', '4', '--f'))
                self.assertNotIn('--force', complete('incident', 'show', '4', '--f'))
                self.assertIn('--checkpoint', complete('verify', '--ch'))
                self.assertIn('1', complete('incident', 'ack', '1'))

    def test_every_command_has_a_page_that_man_can_show(self):
        commands = re.findall(r'^  ([a-z-]+) +\S', self.said(PROGRAM, '--help'), re.M)
        pages = {os.path.basename(page) for page in glob.glob(f'{BUILD}/man1/*')}
        self.assertEqual(pages, {'crashcart.1'} | {f'crashcart-{command}.1' for command in commands})
        for page in pages:
            self.said('man', '--warnings', '-E', 'UTF-8', '-l', f'{BUILD}/man1/{page}')
        shown = self.said('man', '-E', 'UTF-8', '-l', f'{BUILD}/man1/crashcart-incident.1', env={'MANWIDTH': '100'})
        self.assertRegex(shown, r'crashcart incident severity N LEVEL --why TEXT\n +raise or lower it')


if __name__ == '__main__':
    unittest.main()
