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

    def test_a_page_waits_for_one_sync_and_its_record_for_another(self):
        receiver, plan_path = self.started(Receiver()), os.path.join(self.folder, 'plan')
        plan, page = kill_loop.shared_plan(plan_path), receiver.url('/ana')
        server = self.started(Server(self.folder, 'budget: {pages: 0}\nstorm: {incidents: 0}\n'
                                     f'people: [{{id: ana, contacts: [{{webhook: "{page}"}}]}}]\n',
                                     env={'LD_PRELOAD': kill_loop.preload(self.folder), 'KILL_PLAN': plan_path})).start()
        syncs = []
        for i in range(1, 9):
            plan.role, plan.how, plan.left = b'core', kill_loop.STOPS, 1000
            plan.kind = kill_loop.KINDS['sync']
            self.assertEqual(server.fire({'alertname': f'Alert{i}', 'service': f'service-{i}'})[0], 200)
            wait(lambda: [e for e in server.timeline(i) if e['kind'] == 'page.sent'], 'the page on record')
            syncs.append(1000 - plan.left)
        self.assertEqual(min(syncs), 2, 'others are of the log that is written ahead, and of checkpoints')

    def test_what_a_page_was_sent_for_is_in_the_tables_after_a_kill_before_they_were_written(self):
        """Core stands still before the write after the one that lets the page leave, and is killed there."""
        receiver, plan_path = self.started(Receiver()), os.path.join(self.folder, 'plan')
        plan, page = kill_loop.shared_plan(plan_path), receiver.url('/ana')
        server = self.started(Server(self.folder, f'people: [{{id: ana, contacts: [{{webhook: "{page}"}}]}}]\n',
                                     env={'LD_PRELOAD': kill_loop.preload(self.folder), 'KILL_PLAN': plan_path})).start()
        server.fire({'alertname': 'First', 'service': 'first'})
        wait(receiver.pages, 'a page, over a connection that is kept')
        for n in range(2, 8):  # until the first write is not that of something else, such as the runbooks in force
            plan.role, plan.how, plan.left, plan.fired = b'core', kill_loop.STOPS, 2, 0
            plan.kind = kill_loop.KINDS['write']
            thread = threading.Thread(target=lambda: server.fire({'alertname': f'Alert{n}', 'service': f'service-{n}'}))
            thread.start()  # its answer may be on its way when all of core stands still
            wait(lambda: plan.fired, 'a write')
            core = server.role('core')
            time.sleep(0.5)
            if len(receiver.pages()) == n:
                break
            os.kill(core, signal.SIGCONT)
            wait(lambda: len(receiver.pages()) == n, 'the page')
            thread.join()
        os.kill(core, signal.SIGKILL)
        thread.join()
        wait(lambda: server.role('core') not in (None, core), 'core is started again')
        wait(lambda: server.request('GET', '/-/ready')[0] == 200, 'the server is ready again')
        sent = wait(lambda: [e for e in server.timeline(n) if e['kind'] == 'page.sent'], 'the page on record')
        self.assertEqual(len(sent), 1)
        self.assertEqual(len(server.incidents()), n)
        keys = [page['idempotency_key'] for _, page in receiver.pages()]
        self.assertEqual(len(set(keys)), n, 'what is sent again has its key')
        self.assertIn('ledger.journal_written', server.process.log())
        server.stop()
        self.assert_verifies(server)

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
