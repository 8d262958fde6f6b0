#!/usr/bin/env python3
"""The disk of the data folder is full while alerts come in: they are refused with a time to try again, what was
answered is there afterwards, paging goes on meanwhile, and the server recovers by itself. It wants to be root."""
import subprocess
import urllib.error
import urllib.request

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
      - {{notify: [person:ben], after: 5s}}
'''


@unittest.skipUnless(os.geteuid() == 0, 'only root may mount')
class DiskFull(SystemTest):
    def setUp(self):
        super().setUp()
        self.data = os.path.join(self.folder, 'data')
        os.makedirs(self.data)
        if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=24m,mode=0700', 'tmpfs', self.data]).returncode != 0:
            self.skipTest('no file system can be mounted here')
        self.addCleanup(subprocess.run, ['umount', '-l', self.data])
        self.receiver = self.started(Receiver())

    def fill(self):
        with open(os.path.join(self.data, 'filler'), 'wb', buffering=0) as f:
            for size in (65536, 512, 1):
                try:
                    while True:
                        f.write(b'\0' * size)
                except OSError:
                    pass

    def test_a_full_disk_refuses_alerts_and_goes_on_paging(self):
        config = CONFIG.format(ana=self.receiver.url('/ana'), ben=self.receiver.url('/ben'))
        server = self.started(Server(self.folder, config, data=self.data)).start()
        self.assertEqual(server.fire({'alertname': 'QueueFull', 'service': 'till'})[0], 200)
        wait(lambda: self.receiver.pages('/ana'), 'ana is paged')
        self.fill()
        answered, refused = set(), None
        for n in range(2000):
            request = urllib.request.Request(f'http://127.0.0.1:{server.port}/api/v2/alerts', method='POST', data=json.dumps(
                [{'labels': {'alertname': 'Pour', 'n': str(n)}, 'annotations': {'text': os.urandom(2000).hex()}}]).encode(),
                headers={'Content-Type': 'application/json'})
            try:
                with urllib.request.urlopen(request, timeout=20):
                    answered.add(str(n))
            except urllib.error.HTTPError as e:
                refused = e
                break
        self.assertIsNotNone(refused, 'the disk was never full')
        self.assertEqual(refused.code, 503)
        self.assertTrue(refused.headers['Retry-After'])
        wait(lambda: self.receiver.pages('/ben'), 'ben is paged from memory')
        os.remove(os.path.join(self.data, 'filler'))
        wait(lambda: server.fire({'alertname': 'After', 'service': 'till'})[0] == 200, 'alerts are taken again')
        there = {a['labels'].get('n') for a in server.json('/api/v2/alerts')}
        self.assertEqual(answered - there, set())
        self.assertEqual(len({h['Idempotency-Key'] for h, _ in self.receiver.pages('/ben')
                              if 'QueueFull' in json.dumps(_)}), 1, 'one page, one key')
        server.stop()
        self.assert_verifies(server)


if __name__ == '__main__':
    unittest.main()
