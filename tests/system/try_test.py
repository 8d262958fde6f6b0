#!/usr/bin/env python3
"""./try shows the whole story to a newcomer, and takes away everything that it started."""
import glob
import subprocess

from harness import *


class Try(SystemTest):
    def test_the_walk_goes_from_the_failed_check_to_the_report_and_leaves_nothing(self):
        before = set(glob.glob('/tmp/crashcart-try-*'))
        done = subprocess.run([os.path.join(ROOT, 'try'), '--once'], stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=900, check=False, env={**os.environ, 'CRASHCART_TRIED_BY': str(os.getpid())})
        out = done.stdout.decode()
        self.assertEqual(done.returncode, 0, out[-3000:] + done.stderr.decode()[-1000:])
        for words in ('detected by a check', 'You are paged', 'DRILL [SEV-1]', 'docker-compose restart api', 'verified',
                      'passed, 100 of 100', 'Timeline', 'every hash fits', 'That was the main job'):
            self.assertIn(words, out)
        self.assertEqual(set(glob.glob('/tmp/crashcart-try-*')), before)
        wait(lambda: self.left() == [], 'no process is left')

    def left(self):
        """Whoever carries the mark that this test started it, however far away."""
        found = []
        for other in filter(str.isdigit, os.listdir('/proc')):
            try:
                with open(f'/proc/{other}/environ', 'rb') as f:
                    if f'CRASHCART_TRIED_BY={os.getpid()}'.encode() in f.read().split(b'\0'):
                        found.append(int(other))
            except OSError:
                continue
        return found


if __name__ == '__main__':
    unittest.main()
