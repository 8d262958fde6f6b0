#!/usr/bin/env python3
"""kill -9 at random moments while alerts pour in: every alert that was answered is there afterwards."""
import random
import signal
import threading

import kill_loop

from harness import *

CYCLES = int(os.environ.get('CYCLES', '12'))


class Crash(SystemTest):
    def test_no_answered_alert_is_lost_over_kill_9(self):
        seed = int(os.environ.get('SEED', time.time_ns() % 1000000))
        chance, answered, sent = random.Random(seed), set(), iter(range(10_000_000))
        print(f'seed {seed}', flush=True)
        server = self.started(Server(self.folder, ''))
        for _ in range(CYCLES):
            server.start()
            stop = threading.Event()

            def pour():
                while not stop.is_set():
                    n = str(next(sent))
                    if server.fire({'alertname': 'Pour', 'service': f's{int(n) % 7}', 'n': n})[0] == 200:
                        answered.add(n)

            threads = [threading.Thread(target=pour) for _ in range(4)]
            for thread in threads:
                thread.start()
            random_wait(chance, 0.5)
            server.kill()
            stop.set()
            for thread in threads:
                thread.join()
        server.start()
        there = {a['labels'].get('n') for a in server.json('/api/v2/alerts')}
        self.assertTrue(answered)
        self.assertEqual(answered - there, set())
        self.assertLessEqual(len(server.incidents()), 7, 'one trouble, one incident, over all restarts')
        server.stop()
        self.assert_verifies(server)

    def test_no_page_leaves_before_its_record_is_on_the_disk(self):
        """Before each sync on the way from an alert to its page core stands still, and nobody has been paged or answered."""
        receiver, plan_path = self.started(Receiver()), os.path.join(self.folder, 'plan')
        plan, page = kill_loop.shared_plan(plan_path), receiver.url('/ana')
        server = self.started(Server(self.folder, f'people: [{{id: ana, contacts: [{{webhook: "{page}"}}]}}]\n',
                                     env={'LD_PRELOAD': kill_loop.preload(self.folder), 'KILL_PLAN': plan_path})).start()
        server.fire({'alertname': 'First', 'service': 'first'})
        wait(receiver.pages, 'a page, over a connection that is kept')
        for _ in range(2):
            time.sleep(1)
            plan.role, plan.how, plan.left, plan.fired = b'core', kill_loop.STOPS, 1, 0
            plan.kind = kill_loop.KINDS['sync']
            answers, before = [], len(receiver.pages())
            alert = {'alertname': f'After{before}', 'service': f'other{before}'}
            thread = threading.Thread(target=lambda: answers.append(server.fire(alert)))
            thread.start()
            wait(lambda: plan.fired, 'a sync')
            time.sleep(0.5)
            self.assertEqual((len(receiver.pages()), answers), (before, []))
            os.kill(server.role('core'), signal.SIGCONT)
            wait(lambda: len(receiver.pages()) == before + 1, 'the page')
            thread.join()
            self.assertEqual(answers[0][0], 200)

    def test_any_process_that_dies_is_started_again_and_the_work_goes_on(self):
        server = self.started(Server(self.folder, '')).start()
        for role in ('core', 'courier', 'runner'):
            pid = wait(lambda: server.role(role), f'a process of role {role}')
            os.kill(pid, 9)
            wait(lambda: server.role(role) not in (None, pid), f'{role} is started again')
            wait(lambda: server.request('GET', '/-/ready')[0] == 200, 'the server is ready again')
            self.assertEqual(server.fire({'alertname': f'After{role.title()}'})[0], 200)
        self.assertEqual(len(server.incidents()), 3)


if __name__ == '__main__':
    unittest.main()
