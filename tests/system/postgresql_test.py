#!/usr/bin/env python3
"""The whole thread with the ledger in PostgreSQL: page, acknowledgement, kill -9, and a database that goes away."""
import shlex
import subprocess

from harness import *

RUNBOOK = '''# Till

## Severity levels

### SEV-1 - Critical

- **Response time**: 10 minutes
- **Resolution target**: 4 hours
- Send an update to stakeholders every 30 minutes until resolved
- Conduct a post-incident review within 48 hours

## Queue full

### Diagnosis

```bash
uname -s
```

### Verification

- [ ] The queue is short
'''
CONFIG = '''store: {url}
store_secret: env:CRASHCART_STORE_PASSWORD
people:
  - id: ana
    contacts:
      - webhook: {page}
audiences:
  - id: stakeholders
    send: [{{webhook: '{page}-update'}}]
services:
  - id: till
    runbook: till.md
    match: {{service: till}}
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

    def serve(self, folder='server', database='crashcart'):
        folder = os.path.join(self.folder, folder)
        config = CONFIG.format(url=self.database.url(database, '127.0.0.1'), page=self.receiver.url('/ana'))
        os.makedirs(folder, exist_ok=True)
        written(os.path.join(self.folder, 'runbooks'), 'till.md', RUNBOOK)
        return self.started(Server(folder, config, os.path.join(self.folder, 'runbooks'), env={'CRASHCART_STORE_PASSWORD': 'not-asked-for'}))

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
        # Whether "Lost" was heard is not known: nobody was told so.
        self.assertEqual([i['number'] for i in server.incidents() if 'Lost' not in i['title']][1:], [1])
        pages = [page for _, page in self.receiver.pages('/ana') if page['incident']['number'] == 1]
        self.assertEqual(len(pages), 1, 'no page was sent again')
        server.stop()
        self.assert_verifies(server)
        self.assertNotIn('not-asked-for', server.process.log())
        self.assertFalse(os.path.exists(os.path.join(server.data, 'ledger.db')))

    def dumped(self, server, database):
        """What docs/backup.md says, in its order."""
        data = os.path.join(self.folder, 'elsewhere', 'data')
        shutil.copytree(server.data, data, ignore=shutil.ignore_patterns('*.sock'))
        dump = os.path.join(self.folder, 'monday.dump')
        for argv in (['pg_dump', '--format=custom', '--serializable-deferrable', '--file', dump, self.database.url('crashcart', '127.0.0.1')],
                     ['psql', '-q', '-c', f'CREATE DATABASE {database}', self.database.url('postgres', '127.0.0.1')],
                     ['pg_restore', '--dbname', self.database.url(database, '127.0.0.1'), '--no-owner', '--exit-on-error', dump]):
            done = subprocess.run(argv, capture_output=True, text=True, cwd='/')
            self.assertEqual(done.returncode, 0, done.stderr)
        return data

    def lived_through(self, server):
        """An incident that leaves something in every table."""
        self.assertEqual(server.fire({'alertname': 'QueueFull', 'service': 'till', 'severity': 'SEV-1'})[0], 200)
        wait(self.receiver.pages, 'ana is paged')
        for words in ('incident ack 1', 'incident assign 1 commander ana', 'incident finding 1 impact tills are slow',
                      'incident hold 1 --why "asked for"', 'incident check 1 1', 'action add 1 clean the queue --owner ana',
                      'incident update 1 --send', 'silence add nothing=x --for 2h --comment "a window"', 'channel test ana'):
            server.command(*shlex.split(words), '--as', 'ana')
        server.command('account', 'add', 'ana', '--right', 'responder')
        server.command('token', 'add', 'prometheus', '--right', 'sender')
        server.request('POST', '/api/v1/incidents/1/notes', {'text': 'as agreed', 'as': 'ana'}, headers={'Idempotency-Key': 'k1'})
        wait(lambda: [b for _, p, _, b in self.receiver.got if p == '/ana-update'], 'the update is sent')

    def rows(self, database):
        tables = self.database.psql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", database).stdout.split()
        return {t: int(self.database.psql(f'SELECT count(*) FROM "{t}"', database).stdout) for t in tables}

    def test_a_dump_is_proved_and_goes_on_elsewhere_with_all_that_every_table_held(self):
        server = self.serve().start()
        self.lived_through(server)
        code, out, err = run('backup', '-c', server.config, os.path.join(self.folder, 'one.backup'), env=server.env)
        self.assertEqual(code, 3, out + err)
        self.assertIn('pg_dump', err)
        held = self.rows('crashcart')
        self.assertEqual({t for t, n in held.items() if not n}, {'reply', 'measure', 'duty_override', 'push_subscription', 'session_seen'})  # of mail_test, watch_test, push_test, the browser
        data = self.dumped(server, 'elsewhere')
        server.stop()
        for name, of_whom in (('crashcart', server), ('elsewhere', self.serve('elsewhere', 'elsewhere'))):
            code, out, err = run('verify', '-c', of_whom.config, '--data', of_whom.data,
                                 '--checkpoint', os.path.join(data, 'checkpoint'), env=of_whom.env)
            self.assertEqual(code, 0, (name, out, err))
        restored = self.rows('elsewhere')
        self.assertTrue(all(restored[t] for t in held if held[t]), restored)
        n = len(self.receiver.got)
        self.assertEqual(of_whom.data, data)
        of_whom.start()
        self.assertEqual(of_whom.incident(1)['state'], 'acknowledged')
        self.assertEqual(len(of_whom.json('/api/v2/silences')), 1)
        self.assertEqual(of_whom.fire({'alertname': 'DiskFull', 'service': 'till', 'severity': 'SEV-1'})[0], 200)
        wait(lambda: 'DiskFull' in json.dumps([p for _, p in self.receiver.pages()]), 'it pages from there')
        self.assertEqual([p['incident']['number'] for _, p in self.receiver.pages()].count(1), 1, len(self.receiver.got) - n)
        of_whom.stop()
        self.database.psql("UPDATE event SET record = replace(encode(record, 'escape'), 'as agreed', 'as denied')::bytea"
                           " WHERE encode(record, 'escape') LIKE '%as agreed%'", 'elsewhere')
        code, out, err = run('verify', '-c', of_whom.config, '--data', of_whom.data, env=of_whom.env)
        self.assertEqual(code, 1, out + err)

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
