#!/usr/bin/env python3
"""Something that ends the process whenever it comes to it: a request in the inbox, an incident at the start, a page in the
outbox. It is set aside after three times, all else goes on, and people are told."""
import concurrent.futures
import hashlib
import mmap
import sqlite3
import subprocess

from harness import *

CONFIG = '''
people:
  - id: ana
    contacts: [{{webhook: {ana}}}, {{webhook: {second}}}]
'''


class Poison(SystemTest):
    def setUp(self):
        super().setUp()
        library = os.path.join(self.folder, 'poison_at.so')
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'poison_at.c')
        subprocess.run([os.environ.get('CC', 'cc'), '-shared', '-fPIC', '-O1', '-fno-builtin', '-o', library, source], check=True)
        path = os.path.join(self.folder, 'poison')
        with open(path, 'wb') as f:
            f.write(b'\0' * 4096)
        with open(path, 'r+b') as f:
            self.map = mmap.mmap(f.fileno(), 4096)
        self.env = {'LD_PRELOAD': library, 'POISON_AT': path}
        self.receiver = self.started(Receiver())

    def serve(self):
        self.server = self.started(Server(self.folder, CONFIG.format(ana=self.receiver.url('/ana'), second=self.receiver.url('/second')),
                                          env=self.env))
        self.server.start()

    def poison(self, role, measured=1, text=b'poison'):
        self.map[32:32 + len(text)] = text
        self.map[16] = measured
        self.map[:16] = role.encode().ljust(16, b'\0')

    def paged(self, word):
        return [page for _, page in self.receiver.pages() if word in json.dumps(page)]

    def test_a_request_of_the_inbox_that_ends_the_process_is_set_aside_and_the_others_of_its_row_are_heard(self):
        self.serve()
        good = {f'Good{i}' for i in range(40)}
        bodies = [{'alertname': name, 'service': 'shop'} for name in sorted(good)]
        bodies.insert(20, {'alertname': 'Bad', 'service': 'shop', 'pod': 'poison'})
        with concurrent.futures.ThreadPoolExecutor(len(bodies)) as people:
            self.assertEqual({answer[0] for answer in people.map(self.server.fire, bodies)}, {200})
        self.server.kill()
        with sqlite3.connect(os.path.join(self.server.data, 'ledger.db')) as ledger:
            self.assertLess(ledger.execute('SELECT count(*) FROM inbox').fetchone()[0], len(bodies))
        ledger.close()
        self.poison('core')
        self.server.start()
        wait(lambda: self.paged('SetAside'), 'somebody is told')
        key, = [a['labels']['key'] for a in self.server.json('/api/v2/alerts') if a['labels']['alertname'] == 'SetAside']
        kept, = [name for name in os.listdir(self.server.data) if name.endswith('.aside')]
        self.assertEqual(kept, 'inbox-%s-%s.aside' % re.fullmatch('inbox row (.*), request (.*)', key).groups())
        with open(os.path.join(self.server.data, kept)) as f:
            self.assertIn('poison', f.read())
        self.assertEqual({a['labels']['alertname'] for a in self.server.json('/api/v2/alerts')}, good | {'SetAside'})
        self.assertEqual(self.server.fire({'alertname': 'Later', 'service': 'lab'})[0], 200)
        wait(lambda: self.paged('Later'), 'all goes on')

    def test_an_incident_that_ends_the_process_at_the_start_is_left_out_and_the_others_are_paged(self):
        self.serve()
        self.server.fire({'alertname': 'Bad', 'service': 'till'})
        self.server.fire({'alertname': 'Good', 'service': 'shop'})
        wait(lambda: len(self.server.incidents()) == 2, 'two incidents')
        bad = [i['number'] for i in self.server.incidents() if 'Bad' in i['title']][0]
        self.server.kill()
        with sqlite3.connect(os.path.join(self.server.data, 'ledger.db')) as ledger:
            ledger.execute("UPDATE incident SET title = 'poison' WHERE number = ?", (bad,))
        ledger.close()
        self.poison('core', 2)  # the first time is when it is read
        self.server.start()
        wait(lambda: self.paged('SetAside'), 'somebody is told')
        self.assertEqual([a['labels']['key'] for a in self.server.json('/api/v2/alerts') if a['labels']['alertname'] == 'SetAside'],
                         [f'incident {bad}'])
        self.assertEqual(self.server.fire({'alertname': 'Later', 'service': 'lab'})[0], 200)
        wait(lambda: self.paged('Later'), 'all goes on')

    def test_a_page_that_ends_the_courier_is_dead_and_the_next_way_is_tried(self):
        self.serve()
        mark = hashlib.sha256(b'ana\ntill\nBad').hexdigest()[:8]  # of a key: whom it is for, and of what
        self.poison('courier', text=b'-incident-1-page-1-' + mark.encode())
        self.server.fire({'alertname': 'Bad', 'service': 'till'})
        wait(lambda: any(path == '/second' for _, path, _, _ in self.receiver.got), 'the next way is tried')
        wait(lambda: [e for e in self.server.timeline(1) if e['kind'] == 'page.failed' and 'set aside' in e['summary']],
             'the timeline says so')
        self.server.fire({'alertname': 'Good', 'service': 'shop'})
        wait(lambda: self.paged('Good'), 'all goes on')

    def test_a_row_that_cannot_be_read_is_passed_over_and_told(self):
        self.serve()
        self.server.fire({'alertname': 'Bad', 'service': 'till'})
        self.server.fire({'alertname': 'Good', 'service': 'shop'})
        wait(lambda: self.paged('Good') and self.paged('Bad'), 'two pages')
        self.server.stop()
        with sqlite3.connect(os.path.join(self.server.data, 'ledger.db')) as ledger:
            ledger.execute("UPDATE incident SET state = 'molten' WHERE title LIKE 'Bad%'")
        ledger.close()
        self.server.start()
        wait(lambda: self.paged('Unreadable'), 'somebody is told')
        self.assertIn('molten', self.server.process.log())
        self.assertIn('Good on shop', [i['title'] for i in self.server.json('/api/v1/incidents')['incidents']])


if __name__ == '__main__':
    unittest.main()
