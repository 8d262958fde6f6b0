#!/usr/bin/env python3
"""A network that carries one way only: what we send is heard and its answer is lost, people reach us and our pages reach
nobody, and a sender reaches us until the end of its alert gets lost."""
import socketserver
import threading

from harness import *

CONFIG = '''
hold_down: 1s
people:
  - id: ana
    contacts: [{{webhook: {ana}}}]
  - id: ben
    contacts: [{{webhook: {ben}}}]
services:
  - id: shop
    escalation:
      - notify: [person:ana]
      - {{notify: [person:ben], after: {after}}}
'''


class Mute:
    """Hears each request, and its answers are lost."""

    def __init__(self):
        self.keys = []
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                n_bytes, key = 0, None
                while (line := self.rfile.readline().decode().strip()):
                    name, _, value = line.partition(':')
                    n_bytes = int(value) if name.lower() == 'content-length' else n_bytes
                    key = value.strip() if name.lower() == 'idempotency-key' else key
                if len(self.rfile.read(n_bytes)) == n_bytes and key:
                    outer.keys.append(key)

        class Plain(socketserver.ThreadingTCPServer):
            daemon_threads, allow_reuse_address = True, True

        self.server = Plain(('127.0.0.1', 0), Handler)
        self.url = f'http://127.0.0.1:{self.server.server_address[1]}/'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class OneWay(SystemTest):
    def serve(self, after):
        self.mute, self.ben = self.started(Mute()), self.started(Receiver())
        self.server = self.started(Server(self.folder, CONFIG.format(ana=self.mute.url, ben=self.ben.url('/ben'), after=after)))
        self.server.start()

    def test_a_page_whose_answer_is_lost_has_one_key_and_the_next_person_is_paged(self):
        self.serve('4s')
        self.server.fire({'alertname': 'ShopDown', 'service': 'shop', 'severity': 'critical'}, ends=time.time() + 600)
        wait(lambda: len(self.mute.keys) > 1, 'it is tried again')
        wait(lambda: self.ben.pages('/ben'), 'ben is paged all the same')
        self.assertEqual(len(set(self.mute.keys)), 1, 'whoever heard it twice can tell')

    def test_who_acknowledges_what_reached_them_without_an_answer_is_not_paged_again(self):
        self.serve('1h')
        self.server.fire({'alertname': 'ShopDown', 'service': 'shop', 'severity': 'critical'}, ends=time.time() + 600)
        wait(lambda: len(self.mute.keys) > 1, 'it is tried again')
        self.assertEqual(self.server.request('POST', '/api/v1/incidents/1/acknowledge', {'as': 'ana'})[0], 200)
        self.server.fire({'alertname': 'Other', 'service': 'other', 'severity': 'critical'}, ends=time.time() + 600)
        wait(lambda: len(set(self.mute.keys)) > 1, 'another page leaves')
        first, n = self.mute.keys[0], len(self.mute.keys)
        wait(lambda: len(self.mute.keys) > n + 1, 'and is tried again')
        self.assertNotIn(first, self.mute.keys[n:], 'the first is not')
        self.assertEqual([p for _, p in self.ben.pages('/ben') if 'ShopDown' in p['incident']['title']], [])

    def test_an_alert_whose_end_is_lost_ends_when_it_is_not_sent_again(self):
        self.serve('1h')
        self.server.fire({'alertname': 'ShopDown', 'service': 'shop', 'severity': 'critical'}, ends=time.time() + 10)
        wait(lambda: self.server.incidents(), 'an incident')
        wait(lambda: self.server.incident(1)['state'] == 'resolved', 'it is over')
        self.assertIn('not sent again', json.dumps(self.server.timeline(1)))


if __name__ == '__main__':
    unittest.main()
