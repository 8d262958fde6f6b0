#!/usr/bin/env python3
"""Updates for the public on a page of Atlassian Statuspage: a stand-in with the shapes of its API, version 1 (incidents of a page,
Authorization: OAuth, 201 for what was made, 420 for too many requests, 422 for what it does not take)."""
import http.server
import threading

from harness import *

CONFIG = '''
hold_down: 1h
public_url: https://crashcart.example.org
channels:
  statuspage: {{server: "http://127.0.0.1:{port}", secret: "file:{folder}/key"}}
people:
  - {{id: ana, contacts: [{{webhook: "{receiver}/page"}}]}}
services:
  - {{id: lab-gateway, public: Lab results, statuspage: b13yz5g2cw10, match: {{service: lab-gateway}}}}
audiences:
  - {{id: public, public: true, send: [{{statuspage: kctbh9vrtdwd}}]}}
'''
STATUSES = ('investigating', 'identified', 'monitoring', 'resolved')
COMPONENT = ('operational', 'degraded_performance', 'partial_outage', 'major_outage', 'under_maintenance')


class Statuspage:
    """trouble(method, n) gives a status for the n-th request of that method, or 'lost': it is done, and the answer is lost."""

    def __init__(self, key, trouble=lambda method, n: None):
        self.incidents, self.asked, self.refused = [], [], []
        page = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def serve(self):
                body = self.rfile.read(int(self.headers.get('Content-Length') or 0))
                page.asked.append(self.command)
                status = trouble(self.command, page.asked.count(self.command))
                if status and status != 'lost':
                    self.answer(status, {'error': 'no'})
                elif self.headers['Authorization'] != f'OAuth {key}':
                    self.answer(401, {'error': 'Could not authenticate'})
                else:
                    said = page.act(self.command, self.path, body)
                    if status == 'lost':
                        self.close_connection = True
                        return
                    self.answer(*said)

            do_GET = do_POST = do_PATCH = serve

            def answer(self, status, body):
                raw = json.dumps(body).encode()
                self.send_response(status)
                self.send_header('Content-Type', 'application/json')
                self.send_header('Content-Length', str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def act(self, method, path, body):
        base = '/v1/pages/kctbh9vrtdwd/incidents'
        if method == 'GET':
            return (200, self.incidents[::-1]) if path == base + '?limit=100&page=1' else (404, {'error': 'Not found'})
        wanted = json.loads(body)['incident']
        if wanted.get('status') not in STATUSES or any(s not in COMPONENT for s in wanted.get('components', {}).values()):
            self.refused.append(wanted)
            return 422, {'error': ['Incident status is invalid']}
        if method == 'POST' and path == base:
            incident = {'id': f'p31zjtct2jer{len(self.incidents)}', 'name': wanted['name'], 'metadata': wanted['metadata'],
                        'impact': wanted['impact_override'], 'incident_updates': [], 'components': []}
            self.incidents.append(incident)
        else:
            found = [i for i in self.incidents if path == f'{base}/{i["id"]}']
            if not found:
                return 404, {'error': 'Not found'}
            incident = found[0]
        incident['status'] = wanted['status']
        incident['components'] = wanted.get('components', {})
        incident['incident_updates'].insert(0, {'status': wanted['status'], 'body': wanted['body']})
        return 201 if method == 'POST' else 200, incident

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Mirrored(SystemTest):
    def begin(self, trouble=lambda method, n: None):
        written(self.folder, 'key', 'f00-key\n')
        self.page = self.started(Statuspage('f00-key', trouble))
        self.page.incidents.append({'id': 'theirs', 'name': 'By hand', 'metadata': {}, 'status': 'investigating', 'incident_updates': []})
        config = CONFIG.format(port=self.page.port, folder=self.folder, receiver=self.started(Receiver()).url(''))
        self.server = self.started(Server(self.folder, config, os.path.dirname(written(self.folder, 'runbooks/any.md', '# Any\n'))))
        self.server.start()
        self.server.fire({'alertname': 'GatewayDown', 'service': 'lab-gateway', 'severity': 'critical', 'patient': 'Jane Roe'})
        wait(self.server.incidents, 'an incident')

    def send(self, text):
        status, body = self.server.request('POST', '/api/v1/incidents/1/updates/send', {'audience': 'public', 'text': text})
        self.assertEqual(status, 200, body)

    def ours(self):
        return [i for i in self.page.incidents if i['id'] != 'theirs']

    def bodies(self):
        return [u['body'] for i in self.ours() for u in i['incident_updates']]

    def test_one_incident_there_with_every_update_until_it_is_resolved(self):
        self.begin()
        self.send('Lab results are late.')
        incident = wait(self.ours, 'an incident there')[0]
        self.assertEqual((incident['status'], incident['components']), ('investigating', {'b13yz5g2cw10': 'degraded_performance'}))
        self.send('Lab results are still late.')
        wait(lambda: len(self.bodies()) == 2, 'the second update')
        self.assertEqual(self.server.command('incident', 'resolve', '1', '--force')[0], 0)
        wait(lambda: self.ours()[0]['status'] == 'resolved', 'the end is told')
        self.assertEqual(len(self.ours()), 1)
        self.assertEqual(self.ours()[0]['components'], {'b13yz5g2cw10': 'operational'})
        self.assertEqual(self.bodies()[-2:], ['Lab results are still late.', 'Lab results are late.'])
        everything = json.dumps(self.ours())
        for inside in ('Jane Roe', 'GatewayDown', 'critical"}', '#1', '/incidents/1'):
            self.assertNotIn(inside, everything)
        self.assertEqual([i['status'] for i in self.page.incidents if i['id'] == 'theirs'], ['investigating'])
        self.assertEqual(self.page.refused, [])

    def test_lost_answers_and_too_many_requests_write_nothing_twice(self):
        self.begin(lambda method, n: 'lost' if (method, n) in (('POST', 1), ('PATCH', 1)) else
                   420 if (method, n) == ('GET', 1) else 503 if (method, n) == ('GET', 3) else None)
        self.send('Lab results are late.')
        wait(lambda: [e for e in self.server.timeline(1) if e['kind'] == 'update.delivered'], 'it is told')
        self.send('They are on their way.')
        wait(lambda: len([e for e in self.server.timeline(1) if e['kind'] == 'update.delivered']) == 2, 'so is the second')
        self.assertEqual(self.bodies(), ['They are on their way.', 'Lab results are late.'])

    def test_a_key_that_is_not_taken_is_told_and_pages_are_not_for_everybody(self):
        self.begin(lambda method, n: 401)
        self.send('Lab results are late.')
        wait(lambda: [e for e in self.server.timeline(1) if e['kind'] == 'update.failed'], 'it is said')
        path = written(self.folder, 'bad.yaml', 'channels: {statuspage: {secret: "file:/x"}}\n'
                       'people: [{id: ana, contacts: [{statuspage: kctbh9vrtdwd}]}]\n'
                       'audiences: [{id: leads, send: [{statuspage: kctbh9vrtdwd}]}]\n')
        code, *out = run('config', 'check', '-c', path)
        self.assertNotEqual(code, 0)
        said = str(out)
        self.assertIn('takes updates and no pages', said)
        self.assertIn('everybody reads statuspage; add public: true', said)


if __name__ == '__main__':
    unittest.main()
