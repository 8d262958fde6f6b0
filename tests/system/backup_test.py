#!/usr/bin/env python3
"""A backup that is taken while the server runs becomes another server that goes on where the first one was."""
import sqlite3

from harness import *

PERSON = 'people:\n  - id: ana\n    name: Ana\n    contacts:\n      - webhook: http://127.0.0.1:9/page\n'


class Backup(SystemTest):
    def test_a_restored_server_knows_what_the_first_one_accepted_and_nothing_is_overwritten(self):
        first = self.started(Server(self.folder, PERSON)).start()
        self.assertEqual(first.fire({'alertname': 'BeforeTheBackup', 'service': 'shop'})[0], 200)
        path, data = os.path.join(self.folder, 'one.backup'), os.path.join(self.folder, 'elsewhere', 'data')
        code, out, err = run('backup', '--data', first.data, path)
        self.assertEqual(code, 0, out + err)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        self.assertEqual(run('backup', '--data', first.data, path)[0], 3)
        self.assertEqual(run('restore', path, '--data', first.data)[0], 3)
        self.assertEqual(first.fire({'alertname': 'AfterTheBackup', 'service': 'till'})[0], 200)
        self.assertEqual(len(first.incidents()), 2)
        first.stop()

        os.makedirs(os.path.dirname(data))
        code, out, err = run('restore', path, '--data', data)
        self.assertEqual(code, 0, out + err)
        self.assertIn('every hash fits', out)
        second = self.started(Server(os.path.dirname(data), PERSON)).start()
        self.assertEqual(second.data, data)
        self.assertEqual([i['title'] for i in second.incidents()], ['BeforeTheBackup on shop'])
        self.assertEqual(second.fire({'alertname': 'Later', 'service': 'bank'})[0], 200)
        self.assertEqual(len(second.incidents()), 2)
        self.assertEqual(run('verify', '--data', data)[0], 0)

    def test_what_a_backup_calls_open_is_not_paged_again_and_what_is_new_is(self):
        receiver = self.started(Receiver())
        config = f'people:\n  - id: ana\n    contacts:\n      - webhook: {receiver.url("/ana")}\n'
        first = self.started(Server(self.folder, config)).start()
        first.fire({'alertname': 'OfOld', 'service': 'shop'})
        wait(lambda: receiver.pages(), 'a page')
        path, data = os.path.join(self.folder, 'one.backup'), os.path.join(self.folder, 'elsewhere', 'data')
        code, out, err = run('backup', '--data', first.data, path)
        self.assertEqual(code, 0, out + err)
        self.assertEqual(first.request('POST', '/api/v1/incidents/1/resolve', {'text': 'long ago', 'force': True})[0], 200)
        first.stop()
        with sqlite3.connect(path) as copy:  # a page that was under way then
            copy.execute("UPDATE delivery SET state = 'due'")
        copy.close()

        os.makedirs(os.path.dirname(data))
        code, out, _ = run('restore', path, '--data', data)
        self.assertEqual(code, 0)
        self.assertIn('What waited in it is not sent', out)
        n_before = len(receiver.pages())
        second = self.started(Server(os.path.dirname(data), config)).start()
        wait(lambda: 'ledger.brought_back' in second.process.log(), 'the log says so')
        said = [e['summary'] for e in second.timeline(1) if e['kind'] == 'incident.muted']
        self.assertEqual(len(said), 1)
        self.assertIn('brought back from a backup', said[0])
        second.fire({'alertname': 'New', 'service': 'till'})
        wait(lambda: [p for _, p in receiver.pages() if p['incident']['title'].startswith('New')], 'what is new pages')
        self.assertEqual([p['incident']['title'] for _, p in receiver.pages()[n_before:]], ['New on till'])
        second.stop()
        self.assertEqual(run('verify', '--data', data)[0], 0)
        third = self.started(Server(os.path.dirname(data), config)).start()
        wait(lambda: 'core.ready' in third.process.log(), 'it has begun')
        self.assertNotIn('ledger.brought_back', third.process.log())

    def test_a_file_that_was_changed_is_refused(self):
        server = self.started(Server(self.folder, PERSON)).start()
        self.assertEqual(server.fire({'alertname': 'X'})[0], 200)
        self.assertTrue(server.incidents())
        path, data = os.path.join(self.folder, 'one.backup'), os.path.join(self.folder, 'new')
        code, out, err = run('backup', '--data', server.data, path)
        self.assertEqual(code, 0, out + err)
        with sqlite3.connect(path) as copy:
            copy.execute('DELETE FROM event WHERE position = 1')
        copy.close()
        code, out, err = run('restore', path, '--data', data)
        self.assertEqual(code, 1, out + err)
        self.assertIn('broken', err)
        self.assertFalse(os.path.exists(data))


if __name__ == '__main__':
    unittest.main()
