#!/usr/bin/env python3
"""Somebody moves the file of the ledger away while the server runs: nothing is answered that would be gone with the
process, paging goes on from memory, and when the file is back the server recovers by itself."""
import signal
import threading

from harness import *

CONFIG = '''
people:
  - id: ana
    contacts: [{{webhook: {ana}}}]
  - id: ben
    contacts: [{{webhook: {ben}}}]
services:
  - id: till
    escalation:
      - notify: [person:ana]
      - {{notify: [person:ben], after: 3s}}
'''


class MovedAway(SystemTest):
    def test_a_file_that_was_moved_away_is_not_written_to_and_paging_goes_on(self):
        receiver = self.started(Receiver())
        config = CONFIG.format(ana=receiver.url('/ana'), ben=receiver.url('/ben'))
        server = self.started(Server(self.folder, config)).start()
        self.assertEqual(server.fire({'alertname': 'QueueFull', 'service': 'till'})[0], 200)
        wait(lambda: receiver.pages('/ana'), 'ana is paged')
        path = os.path.join(server.data, 'ledger.db')
        os.rename(path, path + '.away')
        wait(lambda: receiver.pages('/ben'), 'ben is paged from memory')
        self.assertEqual(server.fire({'alertname': 'Lost', 'service': 'till'})[0], 503)
        self.assertIn('put back', server.process.log())
        self.assertFalse(os.path.exists(path), 'no empty ledger takes its place')
        os.rename(path + '.away', path)
        wait(lambda: server.fire({'alertname': 'After', 'service': 'till'})[0] == 200, 'alerts are taken again')
        names = {alert['labels']['alertname'] for alert in server.json('/api/v2/alerts')}
        self.assertEqual(names, {'QueueFull', 'After'})
        server.stop()
        self.assert_verifies(server)

    def test_a_page_whose_sender_ends_meanwhile_is_sent_again_with_its_key(self):
        go_on = threading.Event()
        self.addCleanup(go_on.set)
        receiver = self.started(Receiver(lambda n: 200 if n != 2 or go_on.wait(PATIENCE_S) else 500))
        config = CONFIG.format(ana=receiver.url('/ana'), ben=receiver.url('/ben'))
        server = self.started(Server(self.folder, config)).start()
        self.assertEqual(server.fire({'alertname': 'QueueFull', 'service': 'till'})[0], 200)
        wait(lambda: receiver.pages('/ana'), 'ana is paged')
        core, courier = server.role('core'), server.role('courier')
        path = os.path.join(server.data, 'ledger.db')
        os.rename(path, path + '.away')
        wait(lambda: receiver.pages('/ben'), 'the page to ben is under way')
        self.assertIn('ledger.failed', server.process.log())
        os.kill(courier, signal.SIGKILL)
        wait(lambda: len(receiver.pages('/ben')) > 1, 'the next courier sends it again')
        self.assertEqual(len({headers['Idempotency-Key'] for headers, _ in receiver.pages('/ben')}), 1)
        self.assertEqual(server.role('core'), core, 'core has not ended')
        os.rename(path + '.away', path)
        wait(lambda: server.fire({'alertname': 'After', 'service': 'till'})[0] == 200, 'alerts are taken again')


if __name__ == '__main__':
    unittest.main()
