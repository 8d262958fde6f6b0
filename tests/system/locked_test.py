#!/usr/bin/env python3
"""Another program locks the ledger for longer than anybody waits: alerts are refused, people are paged from memory as if
nothing were, what a receiver answers is heard, and when the lock is gone the server recovers by itself."""
import sqlite3
import subprocess
import threading

from harness import *

CONFIG = '''{store}
people:
  - id: ana
    contacts: [{{webhook: {ana}}}, {{webhook: {second}}}]
  - id: ben
    contacts: [{{webhook: {ben}}}]
services:
  - id: till
    match: {{service: till}}
    escalation:
      - notify: [person:ana]
      - {{notify: [person:ben], after: 8s}}
'''


HOLDERS = "SELECT count(*) FROM pg_locks WHERE mode = 'ShareLock' AND granted AND relation = 'delivery'::regclass"


class SlowReceiver(Receiver):
    """The first page to /ana is answered when it is told to: with 404, which is final."""

    def __init__(self):
        self.may_answer = threading.Event()
        super().__init__(self.verdict)

    def verdict(self, n):
        if self.got[n - 1][1] != '/ana':
            return 200
        self.may_answer.wait(PATIENCE_S)
        return 404


class Locked(SystemTest):
    def serve(self, store=''):
        self.receiver = self.started(SlowReceiver())
        self.addCleanup(self.receiver.may_answer.set)
        config = CONFIG.format(store=store, ana=self.receiver.url('/ana'), second=self.receiver.url('/second'),
                               ben=self.receiver.url('/ben'))
        return self.started(Server(self.folder, config)).start()

    def live_through(self, server, lock, unlock):
        self.assertEqual(server.fire({'alertname': 'QueueFull', 'service': 'till'})[0], 200)
        wait(lambda: self.receiver.pages('/ana'), 'ana is paged')
        lock()
        self.receiver.may_answer.set()
        wait(lambda: self.receiver.pages('/second'), 'what her first way answered is heard: her second one is tried')
        wait(lambda: self.receiver.pages('/ben'), 'ben is paged when it is his turn')
        self.assertIn(server.fire({'alertname': 'Refused', 'service': 'till'})[0], (0, 503))
        unlock()
        wait(lambda: server.fire({'alertname': 'After', 'service': 'till'})[0] == 200, 'alerts are taken again')
        wait(lambda: server.request('GET', '/-/ready')[0] == 200, 'the server is ready again')
        server.command('incident', 'ack', '1')
        for path in ('/ana', '/second', '/ben'):  # what left from memory and leaves again has the key it had
            keys = {headers['Idempotency-Key'] for headers, page in self.receiver.pages(path)
                    if page['incident']['number'] == 1}
            self.assertEqual(len(keys), 1, (path, keys))
        server.stop()

    def test_who_is_to_be_paged_is_paged_while_another_program_locks_the_file(self):
        server = self.serve()
        other = sqlite3.connect(os.path.join(server.data, 'ledger.db'), isolation_level=None, check_same_thread=False)
        self.addCleanup(other.close)
        self.live_through(server, lambda: other.execute('BEGIN IMMEDIATE'), lambda: other.execute('ROLLBACK'))
        self.assert_verifies(server)

    def test_a_start_by_a_file_that_is_locked_waits_for_it(self):
        server = self.serve()
        server.stop()
        other = sqlite3.connect(os.path.join(server.data, 'ledger.db'), isolation_level=None)
        self.addCleanup(other.close)
        other.execute('BEGIN IMMEDIATE')
        server.process.start()
        wait(lambda: not server.process.running() or 'process.restart' in server.process.log(), 'it tries again')
        other.execute('ROLLBACK')
        wait(lambda: not server.process.running() or server.request('GET', '/-/ready')[0] == 200, 'it is ready')
        self.assertTrue(server.process.running(), server.process.log()[-1000:])

    def test_who_is_to_be_paged_is_paged_while_another_program_locks_a_table_of_the_database(self):
        database = self.started(Database(self.folder)).start()
        server = self.serve(f'store: {database.url(host="127.0.0.1")}')
        other = subprocess.Popen(['psql', '-X', '-q', '-h', database.folder, '-p', str(database.port), '-U', 'postgres', 'postgres'],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd='/')
        self.addCleanup(other.communicate)

        def tell(words):
            other.stdin.write(words + "\n\\echo done\n")
            other.stdin.flush()
            self.assertEqual(other.stdout.readline(), 'done\n')

        self.live_through(server, lambda: tell('BEGIN; LOCK TABLE delivery, inbox IN ACCESS EXCLUSIVE MODE;'), lambda: tell('ROLLBACK;'))
        self.assert_verifies(server)

    def test_a_database_that_restarts_while_it_is_locked_is_taken_up_again(self):
        database = self.started(Database(self.folder)).start()
        server = self.serve(f'store: {database.url(host="127.0.0.1")}')
        words = 'BEGIN; LOCK TABLE delivery, inbox IN SHARE MODE; SELECT pg_sleep(600)'

        def lock():
            other = subprocess.Popen(['psql', '-X', '-q', '-h', database.folder, '-p', str(database.port), '-U', 'postgres', '-c',
                                      words, 'postgres'], cwd='/', stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.addCleanup(other.wait)
            self.addCleanup(other.terminate)
            wait(lambda: database.psql(HOLDERS).stdout == '1\n', 'the lock is held')

        self.live_through(server, lock, lambda: (database.stop(), database.start()))
        self.assert_verifies(server)


if __name__ == '__main__':
    unittest.main()
