#!/usr/bin/env python3
"""A short run of the kill loop (kill_loop.py): kill -9 at commit points and at random, and nothing answered is lost."""
import kill_loop
from harness import *


class Kill(SystemTest):
    def test_nothing_that_was_answered_is_lost_over_kills_at_every_point(self):
        seed = int(os.environ.get('SEED', time.time_ns() % 1000000))
        fail, total = kill_loop.loop(int(os.environ.get('CYCLES', '20')), seed)
        self.assertEqual(fail, [], f'seed {seed}')
        self.assertGreater(total['pages'], 0)


if __name__ == '__main__':
    unittest.main()
