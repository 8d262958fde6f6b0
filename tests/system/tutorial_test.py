#!/usr/bin/env python3
"""Whoever types what docs/tutorial.md says gets what it says."""
import re
import subprocess

from harness import *

BLOCK = re.compile(r'^```(\w+)\n(.*?)^```$', re.M | re.S)


class Tutorial(SystemTest):
    def test_every_command_of_the_tutorial_works(self):
        with open(os.path.join(ROOT, 'docs/tutorial.md'), encoding='utf-8') as f:
            blocks = BLOCK.findall(f.read())
        server = self.started(Server(self.folder, None, data=os.path.join(self.folder, 'crashcart-data')))
        server.start()
        os.symlink(os.path.join(ROOT, 'runbooks'), os.path.join(self.folder, 'runbooks'))
        env = {**os.environ, 'PATH': f'{os.path.dirname(PROGRAM)}:{os.environ["PATH"]}', 'CRASHCART_URL': f'http://127.0.0.1:{server.port}'}
        said = {}
        for kind, text in blocks:
            if kind == 'yaml':
                written(self.folder, 'crashcart.yaml', text)
            commands = text.replace('127.0.0.1:8480', f'127.0.0.1:{server.port}').splitlines() if kind == 'bash' else []
            for command in commands:
                if not command.startswith(('crashcart ', 'curl ')):
                    continue # the build, and the path to it
                done = subprocess.run(['bash', '-c', command], cwd=self.folder, env=env, stdin=subprocess.DEVNULL,
                                      capture_output=True, timeout=PATIENCE_S, check=False)
                said[command] = done.stdout.decode() + done.stderr.decode()
                # One problem is left for the doctor: the runbooks of the project hold an error to be found.
                self.assertEqual(done.returncode, 1 if 'doctor' in command else 0, f'{command}\n{said[command]}')
        self.assertGreater(len(said), 12)
        self.assertIn('SEV-1', said['crashcart incident show 1'])
        self.assertIn('a rehearsal', said['crashcart incident report 1'])
        self.assertIn('every hash fits', said['crashcart verify'])


if __name__ == '__main__':
    unittest.main()
