#!/usr/bin/env python3
"""A watcher elsewhere hears from the server as long as it takes alerts, and no longer."""
import signal

from harness import *


class Alive(SystemTest):
    def test_signs_of_life_go_out_until_the_server_is_gone_and_follow_the_configuration(self):
        watcher, other = Target(), Target()
        self.addCleanup(watcher.stop)
        self.addCleanup(other.stop)
        url = f'http://127.0.0.1:{watcher.port}/ping/7d0c'
        server = self.started(Server(self.folder, f'alive: {{url: "{url}", every: 1s}}\n'))
        server.start()
        wait(lambda: watcher.paths.count('/ping/7d0c') >= 2, 'two signs of life')
        written(self.folder, 'crashcart.yaml', f'alive: {{url: "http://127.0.0.1:{other.port}/here", every: 1s}}\n')
        os.kill(server.process.child.pid, signal.SIGHUP)
        wait(lambda: '/here' in other.paths, 'a sign of life at the new place')
        server.stop()
        heard = len(other.paths)
        server.start()
        wait(lambda: len(other.paths) > heard, 'a sign of life after the start')

    def test_a_watcher_that_is_away_is_said_once(self):
        server = self.started(Server(self.folder, f'alive: {{url: "http://127.0.0.1:{free_port()}/", every: 1s}}\n'))
        server.start()
        wait(lambda: 'alive.unheard' in server.process.log(), 'the warning')
        self.assertEqual(server.process.log().count('alive.unheard'), 1)


if __name__ == '__main__':
    unittest.main()
