#!/usr/bin/env python3
"""The database server goes while an incident is open: stopped, cut in mid-commit, silent, replaced by a standby. Paging
goes on from memory, alerts and people are refused, and when a start would succeed the server starts again from the ledger."""
import collections
import contextlib
import signal
import socket
import threading
import time
import urllib.error
import urllib.request

from harness import *

CONFIG = '''store: {url}
people:
  - id: ana
    contacts: [{{webhook: {page}/ana}}]
  - id: ben
    contacts: [{{webhook: {page}/ben}}]
  - id: cleo
    contacts: [{{webhook: {page}/cleo}}]
services:
  - id: till
    escalation:
      - notify: [person:ana]
      - {{notify: [person:ben], after: {ben_s}s}}
      - {{notify: [person:cleo], after: {cleo_s}s}}
'''


class Wire:
    """Between core and PostgreSQL. cut_after(mark, said): once a client has sent the mark and, after it, COMMIT, everything
    is cut, and nobody is let in: said: when the server has said that it is done, which nobody hears; else before it hears of
    it. freeze(): nothing goes through any more, and nobody is told."""

    def __init__(self, port):
        self.server_port, self.port = port, free_port()
        self.up, self.frozen, self.mark, self.was_cut = True, False, None, False
        self.pairs, self.lock = [], threading.Lock()
        self.listener = socket.create_server(('127.0.0.1', self.port))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                if not self.up:
                    client.close()
                    continue
                server = socket.create_connection(('127.0.0.1', self.server_port))
                with self.lock:
                    self.pairs.append((client, server))
                heard = bytearray()
                threading.Thread(target=self.up_stream, args=(client, server, heard), daemon=True).start()
                threading.Thread(target=self.down_stream, args=(client, server, heard), daemon=True).start()

    def wait_while_frozen(self):
        while self.frozen:
            time.sleep(0.05)

    def up_stream(self, client, server, heard):
        with contextlib.suppress(OSError):
            while data := client.recv(1 << 16):
                self.wait_while_frozen()
                if self.mark:
                    heard += data
                    if self.is_committing(heard) and not self.said:
                        self.cut()
                server.sendall(data)
        self.end(client, server)

    def down_stream(self, client, server, heard):
        with contextlib.suppress(OSError):
            while data := server.recv(1 << 16):
                self.wait_while_frozen()
                if self.mark and self.is_committing(heard) and b'COMMIT\0' in data:
                    self.cut()
                client.sendall(data)
        self.end(client, server)

    def is_committing(self, heard):
        at = heard.find(self.mark)
        return at >= 0 and heard.find(b'COMMIT', at) >= 0

    def cut_after(self, mark, said):
        self.said, self.mark = said, mark

    def end(self, *sockets):
        for s in sockets:
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)
            s.close()

    def cut(self):
        self.up, self.mark, self.was_cut = False, None, True
        with self.lock:
            for pair in self.pairs:
                self.end(*pair)
            self.pairs = []

    def freeze(self):
        self.frozen = True

    def mend(self):
        if self.frozen:
            self.cut()
        self.up, self.frozen = True, False

    def stop(self):
        self.frozen = False
        self.cut()
        self.listener.close()


class DatabaseGone(SystemTest):
    def setUp(self):
        super().setUp()
        self.database = self.started(Database(self.folder)).start()
        self.assertEqual(self.database.psql('CREATE DATABASE crashcart').returncode, 0)
        self.receiver = self.started(Receiver())

    def serve(self, port=None, ben_s=4, cleo_s=3600):
        return self.server(port, ben_s, cleo_s).start()

    def server(self, port=None, ben_s=4, cleo_s=3600):
        url = f'postgresql://postgres@127.0.0.1/crashcart?port={port or self.database.port}'
        config = CONFIG.format(url=url, page=self.receiver.url(''), ben_s=ben_s, cleo_s=cleo_s)
        return self.started(Server(os.path.join(self.folder, 'server'), config))

    def fired(self, server, name):
        self.assertEqual(server.fire({'alertname': name, 'service': 'till'})[0], 200)
        wait(lambda: self.receiver.pages('/ana'), 'ana is paged')
        return server.role('core')

    def assert_refused(self, server):
        request = urllib.request.Request(f'http://127.0.0.1:{server.port}/api/v2/alerts', method='POST',
                                         data=json.dumps([{'labels': {'alertname': 'More'}}]).encode(),
                                         headers={'Content-Type': 'application/json'})
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=PATIENCE_S)
        self.assertEqual(refused.exception.code, 503)
        self.assertTrue(refused.exception.headers['Retry-After'])

    def assert_back(self, server):
        wait(lambda: server.request('GET', '/-/ready')[0] == 200, 'the server is ready again by itself')

    def assert_one_key_a_page(self):
        """No person was paged of one incident for the first time under two keys."""
        keys = collections.defaultdict(set)
        for path, headers, body in [(p, h, json.loads(b)) for _, p, h, b in self.receiver.got]:
            if body.get('kind') == 'page':
                keys[path, body['incident']['title']].add(headers['Idempotency-Key'])
        self.assertTrue(keys)
        self.assertEqual({k: v for k, v in keys.items() if len(v) > 1}, {})

    def assert_kept(self, server, *titles):
        self.assertEqual(sorted(i['title'].split(' on ')[0] for i in server.incidents()), sorted(titles))
        self.assert_one_key_a_page()
        server.stop()
        self.assert_verifies(server)

    def test_who_is_next_is_paged_while_the_server_is_stopped(self):
        server = self.serve(ben_s=5)
        core = self.fired(server, 'QueueFull')
        self.database.stop()
        self.assertEqual(self.receiver.pages('/ben'), [])
        wait(lambda: server.request('GET', '/-/ready')[0] == 503, 'the server says that it is not ready')
        self.assert_refused(server)
        self.assertEqual(server.request('GET', '/api/v1/incidents')[0], 503)  # the connections of readers are gone, too
        self.assertEqual(server.request('POST', '/api/v1/incidents/1/acknowledge', {'as': 'ana'})[0], 503)
        wait(lambda: self.receiver.pages('/ben'), 'ben is paged from memory')
        wait(lambda: [p for _, p in self.receiver.pages() if 'LedgerAway' in p['incident']['title']], 'somebody is told that nothing is kept')
        page = self.receiver.pages('/ben')[0][1]
        self.assertEqual((page['incident']['number'], page['incident']['title']), (1, self.receiver.pages('/ana')[0][1]['incident']['title']))
        self.assertEqual(server.role('core'), core, 'core has not ended')
        self.database.start()
        self.assert_back(server)
        self.assertEqual(server.incident(1)['state'], 'triggered')
        wait(lambda: any('ben' in e['summary'] for e in server.timeline(1)), 'what was due meanwhile is on record')
        self.assert_kept(server, 'QueueFull')

    def test_a_start_without_the_server_says_that_nobody_is_paged_and_goes_on_once_it_is_there(self):
        server = self.server()
        self.database.stop()
        server.process.start()
        wait(lambda: 'core.cannot_start' in server.process.log(), 'it says so')
        self.assertIn('nobody is paged and alerts are refused until it starts', server.process.log())
        self.database.start()
        self.assert_back(server)
        self.fired(server, 'QueueFull')
        self.assert_kept(server, 'QueueFull')

    def test_the_others_are_started_anew_and_what_is_in_memory_stays(self):
        server = self.serve(ben_s=6, cleo_s=12)
        core = self.fired(server, 'QueueFull')
        self.database.stop()
        wait(lambda: server.request('GET', '/-/ready')[0] == 503, 'the server says that it is not ready')
        self.assertEqual(self.receiver.pages('/ben'), [])
        for role, next_one in (('dialler', '/ben'), ('courier', '/ben'), ('runner', '/cleo')):
            ended = server.role(role)
            os.kill(ended, signal.SIGKILL)
            wait(lambda: server.role(role) not in (None, ended), f'another {role} runs')
            wait(lambda: self.receiver.pages(next_one), f'{next_one} is paged by it from memory')
        self.assertEqual(server.role('core'), core, 'core has not ended')
        self.database.start()
        self.assert_back(server)
        self.assert_kept(server, 'QueueFull')

    def cut_in_mid_commit(self, said):
        wire = self.started(Wire(self.database.port))
        server = self.serve(wire.port, ben_s=5)
        core = self.fired(server, 'Before')
        wire.cut_after(b'MidCommit', said)
        self.assertEqual(server.fire({'alertname': 'MidCommit', 'service': 'till'})[0], 503, 'nobody knows whether it is kept')
        self.assertTrue(wire.was_cut)
        wait(lambda: self.receiver.pages('/ben'), 'ben is paged from memory')
        self.assert_refused(server)
        self.assertEqual(server.role('core'), core, 'core has not ended')
        wire.mend()
        self.assert_back(server)
        wait(lambda: server.fire({'alertname': 'MidCommit', 'service': 'till'})[0] == 200, 'its sender says it again')
        wait(lambda: [p for _, p in self.receiver.pages('/ana') if 'MidCommit' in p['incident']['title']], 'ana is paged of it')
        self.assert_kept(server, 'Before', 'MidCommit')

    def test_a_commit_whose_answer_is_lost_is_neither_answered_nor_done_twice(self):
        self.cut_in_mid_commit(said=True)

    def test_a_commit_that_never_arrived_is_said_again(self):
        self.cut_in_mid_commit(said=False)

    def test_a_network_that_swallows_everything_does_not_keep_anybody_from_being_paged(self):
        wire = self.started(Wire(self.database.port))
        server = self.serve(wire.port, ben_s=5)
        core = self.fired(server, 'QueueFull')
        wire.freeze()
        wait(lambda: self.receiver.pages('/ben'), 'ben is paged from memory')
        self.assert_refused(server)
        self.assertEqual(server.role('core'), core, 'core has not ended')
        wire.mend()
        self.assert_back(server)
        self.assert_kept(server, 'QueueFull')

    def test_a_standby_is_waited_for_until_it_is_promoted(self):
        server = self.serve(ben_s=5, cleo_s=10)
        core = self.fired(server, 'QueueFull')
        self.database.stop()
        written(self.database.data, 'standby.signal', '')
        self.database.start()
        wait(lambda: 'standby' in server.process.log(), 'the standby was asked')
        wait(lambda: self.receiver.pages('/cleo'), 'cleo is paged from memory')
        self.assertEqual(server.role('core'), core, 'core has not ended')
        self.assertEqual(self.database.psql('SELECT pg_promote()').stdout.strip(), 't')
        self.assert_back(server)
        self.assert_kept(server, 'QueueFull')

    def test_a_reader_that_is_lost_alone_ends_nothing_while_the_server_lets_nobody_in(self):
        wire = self.started(Wire(self.database.port))
        server = self.serve(wire.port)
        core = self.fired(server, 'QueueFull')
        wire.up = False
        ended = self.database.psql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name"
                                   " LIKE 'crashcart %' AND pid NOT IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')")
        self.assertGreater(int(ended.stdout), 0)
        wait(lambda: server.request('GET', '/api/v1/incidents')[0] == 503, 'nothing can be read')
        wait(lambda: self.receiver.pages('/ben'), 'ben is paged')
        self.assertEqual(server.fire({'alertname': 'QueueFull', 'service': 'till', 'n': '2'})[0], 200, 'the writer lives')
        self.assertEqual(server.role('core'), core, 'core has not ended')
        wire.mend()
        wait(lambda: server.role('core') not in (None, core), 'it starts again')
        wait(lambda: server.request('GET', '/api/v1/incidents')[0] == 200, 'incidents can be read again')
        self.assert_kept(server, 'QueueFull')


if __name__ == '__main__':
    unittest.main()
