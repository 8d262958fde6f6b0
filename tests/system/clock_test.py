#!/usr/bin/env python3
"""The wall clock is set back by hours while the server runs: whoever waits for a page waits no longer for that, now and
after a restart."""
import ctypes
import mmap
import subprocess

from harness import *

CONFIG = '''
people:
  - id: ana
    contacts: [{{webhook: {ana}}}]
  - id: ben
    contacts: [{{webhook: {ben}}}]
services:
  - id: shop
    escalation:
      - notify: [person:ana]
      - {{notify: [person:ben], after: 5s}}
  - id: desk
    escalation:
      - notify: [person:ana]
      - {{notify: [person:ben], after: 1h}}
heartbeats:
  - {{id: nightly, every: 2s, grace: 3s, service: shop}}
'''
THREE_HOURS_US = 3 * 3600 * 1_000_000


class Clock(SystemTest):
    def setUp(self):
        super().setUp()
        library = os.path.join(self.folder, 'clock_at.so')
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'clock_at.c')
        subprocess.run([os.environ.get('CC', 'cc'), '-shared', '-fPIC', '-O1', '-o', library, source], check=True)
        path = os.path.join(self.folder, 'off')
        with open(path, 'wb') as f:
            f.write(b'\0' * 4096)
        with open(path, 'r+b') as f:
            self.map = mmap.mmap(f.fileno(), 4096)
        self.off = ctypes.c_int64.from_buffer(self.map)
        self.ana, self.ben = self.started(Receiver()), self.started(Receiver())
        self.server = self.started(Server(self.folder, CONFIG.format(ana=self.ana.url('/ana'), ben=self.ben.url('/ben')),
                                          env={'LD_PRELOAD': library, 'CLOCK_AT': path}))
        self.server.start()

    def paged(self, receiver, word):
        return [page for _, page in receiver.pages() if word in json.dumps(page)]

    def open(self):
        self.server.fire({'alertname': 'ShopDown', 'service': 'shop', 'severity': 'critical'})
        wait(lambda: self.paged(self.ana, 'ShopDown'), 'ana is paged')

    def test_the_next_person_is_paged_although_the_clock_was_set_back(self):
        self.open()
        self.off.value -= THREE_HOURS_US
        wait(lambda: self.paged(self.ben, 'ShopDown'), 'ben is paged')
        wait(lambda: 'clock.set_back' in self.server.process.log(), 'it is said')

    def test_what_was_due_is_done_once_when_the_clock_was_set_forward(self):
        self.server.fire({'alertname': 'DeskDown', 'service': 'desk', 'severity': 'critical'})
        wait(lambda: self.paged(self.ana, 'DeskDown'), 'ana is paged')
        self.off.value += THREE_HOURS_US
        wait(lambda: self.paged(self.ben, 'DeskDown'), 'ben is paged')
        self.server.kill()
        self.server.start()
        wait(lambda: any('ben' in e['summary'] for e in self.server.timeline(1)), 'it is on record')
        self.assertEqual([len(self.paged(r, 'DeskDown')) for r in (self.ana, self.ben)], [1, 1])

    def test_a_job_that_falls_silent_is_missed_although_the_clock_was_set_back(self):
        self.assertEqual(self.server.request('POST', '/heartbeat/nightly')[0], 200)
        self.off.value -= THREE_HOURS_US
        wait(lambda: self.paged(self.ana, 'HeartbeatMissing'), 'ana is paged')

    def test_the_next_person_is_paged_after_a_restart(self):
        self.open()
        self.server.kill()
        self.off.value -= THREE_HOURS_US
        self.server.start()
        wait(lambda: self.paged(self.ben, 'ShopDown'), 'ben is paged')
        self.server.stop()
        self.server.command('verify', '--data', self.server.data)

    def test_a_start_by_a_clock_of_1970_pages_and_says_that_it_cannot_be_right(self):
        self.open()
        self.server.kill()
        self.off.value -= int(time.time() - 86400) * 1_000_000
        self.server.start()
        wait(lambda: self.paged(self.ana, 'ClockDoubtful'), 'somebody is told')
        self.server.fire({'alertname': 'TillDown', 'service': 'shop', 'severity': 'critical'})
        wait(lambda: self.paged(self.ana, 'TillDown'), 'ana is paged for what is new')
        self.assertEqual(self.server.process.log().count('name=ClockDoubtful'), 1)
        self.off.value += int(time.time() - 86400) * 1_000_000
        self.server.fire({'alertname': 'BankDown', 'service': 'shop', 'severity': 'critical'})
        wait(lambda: self.paged(self.ana, 'BankDown'), 'and when the clock is right again')
        self.server.stop()
        self.server.command('verify', '--data', self.server.data)


if __name__ == '__main__':
    unittest.main()
