#!/usr/bin/env python3
"""Moving in: what another on-call system exports is a configuration that `config check` finds sound, from a file, a
folder or its API, and what could not be carried is said."""
import http.server
import threading
import urllib.parse

from harness import *

SAMPLES = os.path.join(ROOT, 'tests', 'fuzz', 'import_fuzz')
TOKEN = 'read-only-token'


class TheirApi(http.server.BaseHTTPRequestHandler):
    """Answers the lists of a sample by its paths, one thing a page."""
    routes, asked, scheme, elsewhere = {}, [], '', None

    def do_GET(self):
        path, _, query = self.path.partition('?')
        page = int(urllib.parse.parse_qs(query).get('page', ['0'])[0])
        type(self).asked.append((path, self.headers.get('Authorization')))
        if self.headers.get('Authorization') != self.scheme + TOKEN:
            self.answer(401, {'detail': 'no'})
        elif path not in self.routes:
            self.answer(404, {'detail': 'not found'})
        else:
            wrap, things = self.routes[path]
            here = self.elsewhere or f'http://127.0.0.1:{self.server.server_port}'
            following = f'{here}{path}?page={page + 1}' if page + 1 < len(things) else None
            self.answer(200, wrap(things[page:page + 1], following))

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def sample(name):
    with open(os.path.join(SAMPLES, name + '.json'), encoding='utf-8') as f:
        return json.load(f)


def grafana_routes():
    def wrap(things, following):
        return {'count': len(things), 'next': following, 'previous': None, 'results': things}
    return {f'/api/v1/{name}/': (wrap, page['results']) for name, page in sample('grafana-oncall').items()}


def opsgenie_routes():
    def wrap(things, following):
        return {'data': things, **({'paging': {'next': following}} if following else {})}
    lists = sample('opsgenie')
    each = {'contacts': 'users/*/contacts', 'routing_rules': 'teams/*/routing-rules', 'overrides': 'schedules/*/overrides'}
    routes = {}
    for name, page in lists.items():
        if name in each:
            routes.update({'/v2/' + each[name].replace('*', of): (wrap, one['data']) for of, one in page.items()})
        elif name == 'heartbeats':
            routes['/v2/heartbeats'] = (lambda things, _: {'data': {'heartbeats': things[0]}}, [page['data']['heartbeats']])
        else:
            routes['/v2/' + name] = (wrap, page['data'])
    return routes


class Import(SystemTest):
    def imported(self, *arguments, expected=1):
        code, out, errors = run('import', *arguments, env={'THEIR_TOKEN': TOKEN})
        self.assertEqual(code, expected, out + errors)
        return out if code < 2 else errors

    def serve(self, routes, scheme='', elsewhere=None):
        handler = type('Api', (TheirApi,), {'routes': routes, 'asked': [], 'scheme': scheme, 'elsewhere': elsewhere})
        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f'http://127.0.0.1:{server.server_port}', handler

    def assert_sound(self, text):
        path = written(self.folder, 'crashcart.yaml', text)
        os.makedirs(os.path.join(self.folder, 'runbooks'), exist_ok=True)
        code, out, errors = run('config', 'check', '-c', path, '--runbooks', os.path.join(self.folder, 'runbooks'))
        self.assertEqual(code, 0, out + errors + text)
        self.assertIn('sound', out)

    def test_grafana_oncall_becomes_a_configuration_that_is_sound(self):
        text = self.imported('grafana-oncall', os.path.join(SAMPLES, 'grafana-oncall.json'))
        self.assert_sound(text)
        # Turns begin with the second person; a shift over midnight and one over two days keep their hours.
        self.assertIn('people: [ben, ana]\n        hours: {days: [mon, tue, wed, thu, fri], from: "08:00", until: "20:00"}', text)
        self.assertIn('people: [eve]\n        hours: {from: "20:00", until: "08:00"}', text)
        self.assertIn('hours: {days: [sat], from: "08:00", until: "24:00"}', text)
        self.assertIn('hours: {days: [sun], from: "00:00", until: "20:00"}', text)
        # The steps are in the order of their positions, each after its wait.
        self.assertIn('- notify: [schedule:ward-systems-primary]\n        after: 0s\n      - notify: [person:eve]\n        after: 15m', text)
        for lost in ('Europe/Paris', 'U4GONE', 'kept in a calendar', 'trigger_webhook', 'the route "severity": "info"'):
            self.assertIn(lost, text.split('Wants to be said')[0])

    def test_opsgenie_becomes_a_configuration_that_is_sound(self):
        text = self.imported('opsgenie', os.path.join(SAMPLES, 'opsgenie.json'))
        self.assert_sound(text)
        self.assertIn('- id: ana\n    name: "Ana Alvarez"\n    contacts:\n      - email: "ana@example.org"\n      # - sms: "+4930123456"', text)
        self.assertIn('start: 2026-03-02T08:00\n        people: [ana, ben]\n        hours: {days: [mon], from: "08:00", until: "24:00"}', text)
        self.assertIn('hours: {days: [fri], from: "00:00", until: "18:30"}', text)
        self.assertIn('- {person: ben, from: 2099-01-01T01:00, until: 2099-01-02T01:00}', text)
        self.assertIn('- notify: [schedule:imaging-schedule]\n        after: 0s\n      - notify: [person:ben]\n        after: 15m', text)
        self.assertIn('- {id: nightly-export, every: 24h}', text)
        for lost in ('blocked', 'nobody is on call', 'team Imaging Team', '"Low" (priority equals P5) to nobody', 'if-not-closed'):
            self.assertIn(lost, text.split('Wants to be said')[0])

    def test_a_team_that_is_paged_is_its_members_where_the_export_names_them(self):
        lists = sample('opsgenie')
        lists['teams']['data'][0]['members'] = [{'user': {'id': 'u-1', 'username': 'ana@example.org'}, 'role': 'user'},
                                                {'user': {'id': 'u-2', 'username': 'ben@example.org'}, 'role': 'admin'}]
        text = self.imported('opsgenie', written(self.folder, 'export.json', json.dumps(lists)))
        self.assert_sound(text)
        self.assertIn('- notify: [person:ana, person:ben]\n        after: 45m', text)
        self.assertNotIn('pages team', text)

    def test_their_api_gives_the_same_as_a_file_of_it_page_by_page(self):
        for name, routes, scheme in (('grafana-oncall', grafana_routes(), ''), ('opsgenie', opsgenie_routes(), 'GenieKey ')):
            url, api = self.serve(routes, scheme)
            file = self.imported(name, os.path.join(SAMPLES, name + '.json'))
            self.assertEqual(self.imported(name, url + '/', '--token', 'env:THEIR_TOKEN'), file)
            self.assertEqual({token for _, token in api.asked}, {scheme + TOKEN})
            refused = self.imported(name, url, expected=3)
            self.assertIn('answered 401: give a token', refused)

    def test_a_folder_of_lists_is_an_export_too(self):
        lists = sample('opsgenie')
        for of, rules in lists.pop('routing_rules').items():
            written(self.folder, f'export/routing_rules/{of}.json', json.dumps(rules))
        for name, page in lists.items():
            written(self.folder, f'export/{name}.json', json.dumps(page))
        file = self.imported('opsgenie', os.path.join(SAMPLES, 'opsgenie.json'))
        self.assertEqual(self.imported('opsgenie', os.path.join(self.folder, 'export')), file)

    def test_a_token_goes_to_the_host_of_the_url_and_over_no_open_line(self):
        url, _ = self.serve(grafana_routes(), elsewhere='http://127.0.0.1:9')
        got = self.imported('grafana-oncall', url, '--token', 'env:THEIR_TOKEN', expected=3)
        self.assertIn('leads to another host', got)
        self.assertIn('write https://', self.imported('opsgenie', 'http://oncall.example.org', expected=3))

    def test_what_is_no_export_is_refused_with_a_reason(self):
        path = written(self.folder, 'x.json', '{"people": []}')
        self.assertIn('holds none of the lists of Opsgenie: users,', self.imported('opsgenie', path, expected=3))
        self.assertIn('JSON', self.imported('opsgenie', written(self.folder, 'y.json', 'no'), expected=3))
        self.assertIn('no-such-file', self.imported('opsgenie', self.folder + '/no-such-file', expected=3))
        self.assertIn('no system', self.imported('pager', path, expected=2))


if __name__ == '__main__':
    unittest.main()
