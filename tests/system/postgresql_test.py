#!/usr/bin/env python3
"""The whole thread with the ledger in PostgreSQL: page, acknowledgement, kill -9, and a database that goes away."""
from harness import *

CONFIG = '''store: {url}
store_secret: env:CRASHCART_STORE_PASSWORD
people:
  - id: ana
    contacts:
      - webhook: {page}
services:
  - id: till
    escalation:
      - notify: [person:ana]
'''


class PostgreSQL(SystemTest):
    def setUp(self):
        super().setUp()
        self.database = self.started(Database(self.folder)).start()
        created = self.database.psql('CREATE DATABASE crashcart')
        self.assertEqual(created.returncode, 0, created.stderr)
        self.receiver = self.started(Receiver())

    def serve(self, folder='server'):
        folder = os.path.join(self.folder, folder)
        config = CONFIG.format(url=self.database.url('crashcart', '127.0.0.1'), page=self.receiver.url('/ana'))
        os.makedirs(folder, exist_ok=True)
        return self.started(Server(folder, config, env={'CRASHCART_STORE_PASSWORD': 'not-asked-for'}))

    def ready(self, server):
        return server.request('GET', '/-/ready')[0] == 200

    def test_an_incident_lives_through_kills_and_a_restart_of_the_database(self):
        server = self.serve().start()
        self.assertEqual(server.fire({'alertname': 'QueueFull', 'service': 'till'})[0], 200)
        wait(self.receiver.pages, 'ana is paged')
        server.command('incident', 'ack', '1')

        server.kill()
        server.start()
        self.assertEqual(server.incident(1)['state'], 'acknowledged')
        self.assertEqual(server.fire({'alertname': 'QueueFull', 'service': 'till', 'n': '2'})[0], 200)
        self.assertEqual(len(server.incidents()), 1)

        self.database.stop()
        wait(lambda: server.fire({'alertname': 'Lost', 'service': 'till'})[0] in (0, 503), 'alerts are refused')
        wait(lambda: not self.ready(server), 'the server says that it is not ready')
        self.database.start()
        wait(lambda: self.ready(server), 'the server is ready again by itself')
        self.assertEqual(server.incident(1)['state'], 'acknowledged')
        self.assertEqual(server.fire({'alertname': 'DiskFull', 'service': 'other'})[0], 200)
        self.assertEqual(len(server.incidents()), 2)
        pages = [page for _, page in self.receiver.pages('/ana') if page['incident']['number'] == 1]
        self.assertEqual(len(pages), 1, 'no page was sent again')
        server.stop()
        self.assert_verifies(server)
        self.assertNotIn('not-asked-for', server.process.log())
        self.assertFalse(os.path.exists(os.path.join(server.data, 'ledger.db')))

    def test_a_reader_that_lost_its_connection_is_replaced(self):
        server = self.serve().start()
        self.assertEqual(server.fire({'alertname': 'QueueFull', 'service': 'till'})[0], 200)
        ended = self.database.psql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name"
                                   " LIKE 'crashcart %' AND pid NOT IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertGreater(int(ended.stdout), 0)
        wait(lambda: server.request('GET', '/api/v1/incidents')[0] == 200, 'incidents can be read again')
        self.assertEqual(len(server.incidents()), 1)

    def test_a_second_server_on_the_same_database_is_refused(self):
        self.serve().start()
        second = self.serve('second')
        second.process.start()
        wait(lambda: not second.process.running(), 'the second server ends')
        self.assertEqual(second.process.child.returncode, 3)
        self.assertRegex(second.process.log(), r'another server \(crashcart \d+ on .*\) holds the database')


if __name__ == '__main__':
    unittest.main()
