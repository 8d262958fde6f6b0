#!/usr/bin/env python3
"""Senders that spoke to another pager: Alertmanager's PagerDuty and Opsgenie receivers, a monitor with JSON of its own,
cron jobs that ping. Each is the real program, pointed at us."""
import urllib.parse
import subprocess
import urllib.request

from harness import *

CONFIG = '''
hold_down: 1s
people:
  - id: ana
    contacts: [{{webhook: {webhook}}}]
sources:
  - id: legacy
    labels: {{alertname: /rule, service: /box/name}}
    resolved: {{/state: cleared}}
    key: /id
heartbeats:
  - {{id: nightly, every: 1s, grace: 1s, service: batch}}
  - {{id: weekly, every: 7d, service: reports}}
'''


class Senders(SystemTest):
    def setUp(self):
        super().setUp()
        self.receiver = self.started(Receiver())
        self.server = self.started(Server(self.folder, CONFIG.format(webhook=self.receiver.url('/ana'))))
        self.server.start()

    def incident_of(self, *words):
        """The one incident whose title has the words, or None."""
        found = [i for i in self.server.incidents() if all(w in i['title'] for w in words)]
        self.assertLess(len(found), 2, found)
        return found[0] if found else None

    def state_of(self, *words):
        return (self.incident_of(*words) or {'state': None})['state']

    def start_alertmanager(self, receiver):
        port = free_port()
        written(self.folder, 'alertmanager.yml', 'route: {receiver: old, group_by: [alertname], group_wait: 0s, '
                f'group_interval: 1s, repeat_interval: 1h}}\nreceivers:\n- name: old\n{receiver}\n')
        self.started(Process('alertmanager', [
            'prometheus-alertmanager', f'--config.file={self.folder}/alertmanager.yml', f'--storage.path={self.folder}/am',
            f'--web.listen-address=127.0.0.1:{port}', '--cluster.listen-address=']).start())
        return port

    def fire(self, port, name, service, ends=None):
        alert = {'labels': {'alertname': name, 'service': service, 'severity': 'critical'}}
        if ends:
            alert['endsAt'] = rfc3339(ends)
        def post():
            request = urllib.request.Request(f'http://127.0.0.1:{port}/api/v2/alerts', data=json.dumps([alert]).encode(),
                                             headers={'Content-Type': 'application/json'})
            try:
                return urllib.request.urlopen(request, timeout=30).status == 200
            except OSError:
                return False
        wait(post, 'Alertmanager takes the alert')

    def comes_and_goes(self, port):
        self.fire(port, 'QueueGrows', 'mail')
        wait(lambda: self.incident_of('QueueGrows', 'mail'), 'an incident from the labels that stood in prose')
        self.fire(port, 'QueueGrows', 'fax')
        wait(lambda: self.incident_of('QueueGrows', 'fax'), 'the second alert of the group')
        for service in ('mail', 'fax'):
            self.fire(port, 'QueueGrows', service, ends=time.time() - 1)
        wait(lambda: self.state_of('QueueGrows', 'mail') == self.state_of('QueueGrows', 'fax') == 'resolved', 'both over')

    def test_alertmanager_that_pages_by_pagerduty_pages_by_us(self):
        self.comes_and_goes(self.start_alertmanager(
            f'  pagerduty_configs: [{{url: "http://127.0.0.1:{self.server.port}/v2/enqueue", routing_key: {"a" * 32}}}]'))

    def test_alertmanager_that_pages_by_opsgenie_pages_by_us(self):
        self.comes_and_goes(self.start_alertmanager(
            f'  opsgenie_configs: [{{api_url: "http://127.0.0.1:{self.server.port}/", api_key: k, priority: P1}}]'))

    def test_pagerduty_events_acknowledge_and_resolve_by_their_key(self):
        event = {'routing_key': 'r' * 32, 'event_action': 'trigger',
                 'payload': {'summary': 'disk of db-1 full', 'source': 'db-1', 'severity': 'critical'}}
        status, body = self.server.request('POST', '/v2/enqueue', event)
        answer = json.loads(body)
        self.assertEqual((status, answer['status']), (202, 'success'))
        event.update(dedup_key=answer['dedup_key'], event_action='acknowledge')
        self.assertEqual(self.server.request('POST', '/v2/enqueue', event)[0], 202)
        self.assertEqual(self.state_of('disk of db-1 full'), 'acknowledged')
        event['event_action'] = 'resolve'
        self.assertEqual(self.server.request('POST', '/v2/enqueue', event)[0], 202)
        wait(lambda: self.state_of('disk of db-1 full') == 'resolved', 'resolved')
        event['dedup_key'] = 'of-nobody'
        self.assertEqual(self.server.request('POST', '/v2/enqueue', event)[0], 202)
        status, body = self.server.request('POST', '/v2/enqueue', {'event_action': 'trigger'})
        self.assertEqual((status, json.loads(body)['status']), (400, 'invalid event'))

    def test_a_pagerduty_client_may_name_the_integration_in_a_header(self):
        def send(action, header, **more):
            event = {'event_action': action, 'payload': {'summary': 'belt torn', 'source': 'belt', 'severity': 'error'}, **more}
            return self.server.request('POST', '/v2/enqueue', event, headers={'X-Routing-Key': header})[0]
        self.assertEqual(send('trigger', None), 400)
        self.assertEqual(send('trigger', 'k' * 32, dedup_key='belt'), 202)
        self.server.kill()
        self.server.start()
        self.assertEqual(send('resolve', 'other', dedup_key='belt'), 202)
        self.assertEqual(self.state_of('belt torn'), 'triggered')
        self.assertEqual(send('resolve', None, dedup_key='belt', routing_key='k' * 32), 202)
        self.assertNotEqual(self.state_of('belt torn'), 'triggered')

    def test_a_change_that_a_deployment_reports_is_on_record_and_pages_nobody(self):
        change = {'routing_key': 'r' * 32, 'payload': {'summary': 'mail 7.2 is live', 'source': 'mail', 'custom_details': {'build': 7}},
                  'links': [{'href': 'https://ci.example/7', 'text': 'build'}]}
        status, body = self.server.request('POST', '/v2/change/enqueue', change)
        self.assertEqual((status, json.loads(body)['status']), (202, 'success'), body)
        found = self.server.json('/api/v1/ledger?kind=change.reported')['events']
        self.assertEqual([e['summary'] for e in found], ['mail: mail 7.2 is live'])
        self.assertEqual(self.server.incidents(), [])
        for wrong, word in (({**change, 'payload': {}}, 'payload.summary'), ({'payload': change['payload']}, 'routing_key'), ([], 'routing_key'),
                            ({**change, 'payload': {'summary': 'a\0b'}}, 'payload.summary')):
            status, body = self.server.request('POST', '/v2/change/enqueue', wrong)
            said = json.loads(body)
            self.assertEqual((status, said['status']), (400, 'invalid event'), 'as its clients read it')
            self.assertIn(word, said['errors'][0])
        del change['routing_key']
        self.assertEqual(self.server.request('POST', '/v2/change/enqueue', change, headers={'X-Routing-Key': 'r' * 32})[0], 202)

    def test_an_alert_that_opsgenies_client_snoozes_is_muted_until_then(self):
        genie = {'Authorization': 'GenieKey k'}
        make = lambda name: self.server.request('POST', '/v2/alerts', {'message': name, 'alias': name, 'priority': 'P3',
                                                                       'details': {'service': name}}, headers=genie)
        end = {'endTime': rfc3339(time.time() + 3600), 'user': 'zoe'}
        make('fax')
        identifier = json.loads(make('mail')[1])['requestId']
        for path in ('fax/snooze?identifierType=alias', f'{identifier}/snooze'):
            self.assertEqual(self.server.request('POST', f'/v2/alerts/{path}', {}, headers=genie)[0] // 100, 4)
            self.assertEqual(self.server.request('POST', f'/v2/alerts/{path}', end, headers=genie)[0], 202)
        for number, service in ((1, 'fax'), (2, 'mail')):
            muted = [e for e in self.server.timeline(number) if e['kind'] == 'incident.muted']
            self.assertEqual([e['actor'] for e in muted], ['opsgenie:zoe'])
            self.assertEqual(self.server.incident(number)['service'], service)

    def test_opsgenie_alerts_are_named_by_alias_and_by_our_id(self):
        genie = {'Authorization': 'GenieKey k'}
        status, body = self.server.request('POST', '/v2/alerts', {'message': 'disk full', 'alias': 'disk/1', 'entity': 'db'},
                                           headers=genie)
        self.assertEqual(status, 202)
        identifier = json.loads(body)['requestId']
        status, body = self.server.request('GET', f'/v2/alerts/requests/{identifier}', headers=genie)
        self.assertTrue(status == 200 and json.loads(body)['data']['isSuccess'], body)
        self.assertEqual(self.server.request('POST', f'/v2/alerts/{identifier}/acknowledge?identifierType=id',
                                             {'user': 'zoe'}, headers=genie)[0], 202)
        self.assertEqual(self.incident_of('disk full')['acknowledged_by'], 'opsgenie:zoe')
        self.assertEqual(self.server.request('POST', '/v2/alerts/disk%2F1/close?identifierType=alias',
                                             {'user': 'zoe', 'note': 'swept'}, headers=genie)[0], 202)
        wait(lambda: self.state_of('disk full') == 'resolved', 'resolved')
        self.assertIn('swept', json.dumps(self.server.timeline(1)))
        self.assertEqual(self.server.request('GET', '/v2/alerts/requests/x', headers=genie)[0], 404)

    def test_an_opsgenie_alert_is_closed_by_its_id_and_no_other_with_it(self):
        genie = {'Authorization': 'GenieKey k'}
        def opsgenie(method, path, body=None):
            status, answer = self.server.request(method, f'/v2/alerts{path}', body, headers=genie)
            return status, json.loads(answer)
        ids = [opsgenie('POST', '', {'message': 'no route', 'entity': entity})[1]['requestId'] for entity in ('web', 'ftp')]
        aliased = opsgenie('POST', '', {'message': 'no way', 'alias': 'way', 'entity': 'web'})[1]['requestId']
        self.assertEqual(len({*ids, aliased}), 3)
        found = opsgenie('GET', f'/requests/{aliased}')[1]['data']
        self.assertEqual((found['alias'], found['isSuccess']), ('way', True))
        self.assertEqual(opsgenie('POST', f'/{ids[1]}/close', {'user': 'zoe'})[0], 202)
        self.assertEqual(opsgenie('POST', f'/{found["alertId"]}/close?identifierType=id', {})[0], 202)
        wait(lambda: self.state_of('no route', 'ftp') == self.state_of('no way', 'web') == 'resolved', 'both over')
        self.assertEqual(self.state_of('no route', 'web'), 'triggered')
        self.assertEqual(opsgenie('POST', '/70413a06-38d6-4c85-92b8-5ebc900d42e2/close', {})[0], 404)

    def test_an_opsgenie_client_sees_its_alert_and_hears_what_we_do_not_do(self):
        genie = {'Authorization': 'GenieKey k'}
        def opsgenie(method, path, body=None):
            status, answer = self.server.request(method, f'/v2/alerts{path}', body, headers=genie)
            return status, json.loads(answer)
        identifier = opsgenie('POST', '', {'message': 'tape torn', 'alias': 'tape', 'entity': 'web'})[1]['requestId']
        wait(lambda: self.state_of('tape torn') == 'triggered', 'an incident')
        for path in f'/{identifier}', f'/{identifier}?identifierType=id', '/tape?identifierType=alias', '/1?identifierType=tiny':
            status, answer = opsgenie('GET', path)
            self.assertEqual((status, answer['data']['status'], answer['data']['acknowledged']), (200, 'open', False), path)
            self.assertIn('tape torn', answer['data']['message'])
        self.assertEqual(opsgenie('POST', f'/{identifier}/acknowledge', {'user': 'zoe'})[0], 202)
        self.assertTrue(opsgenie('GET', f'/{identifier}')[1]['data']['acknowledged'])
        for verb in 'unacknowledge', 'escalate', 'assign', 'responders':
            status, answer = opsgenie('POST', f'/{identifier}/{verb}', {})
            self.assertEqual(status, 501, answer)
        for name in 'none?identifierType=alias', '70413a06-38d6-4c85-92b8-5ebc900d42e2', 'x':
            self.assertEqual(opsgenie('GET', f'/{name}')[0], 404, name)
        self.assertEqual(opsgenie('DELETE', f'/{identifier}?user=zoe')[0], 202)
        wait(lambda: self.state_of('tape torn') == 'resolved', 'over, and on record')

    def test_an_opsgenie_client_lists_what_it_asks_for_and_nothing_else(self):
        genie = {'Authorization': 'GenieKey k'}
        def opsgenie(method, path, body=None):
            status, answer = self.server.request(method, f'/v2/alerts{path}', body, headers=genie)
            return status, json.loads(answer)
        def found(query, more=''):
            status, answer = opsgenie('GET', f'?query={urllib.parse.quote(query)}{more}')
            self.assertEqual(status, 200, answer)
            return [alert['message'] for alert in answer['data']]
        for name in 'kiln cold', 'kiln hot', 'oven wet':
            opsgenie('POST', '', {'message': name, 'alias': name.replace(' ', '-'), 'entity': name})
        wait(lambda: len(found('kiln')) == 2, 'both kilns')
        self.assertEqual(opsgenie('POST', '/kiln-hot/close?identifierType=alias', {})[0], 202)
        wait(lambda: self.state_of('kiln hot', 'kiln hot') == 'resolved', 'over')
        self.assertEqual([m.split(' on ')[0] for m in found('status: open')], ['oven wet', 'kiln cold'])
        self.assertEqual([m.split(' on ')[0] for m in found('status:closed AND message: "kiln hot"')], ['kiln hot'])
        self.assertEqual([m.split(' on ')[0] for m in found('alias: kiln-cold')], ['kiln cold'])
        self.assertEqual(found('alias: none'), [])
        self.assertEqual(len(found('', '&limit=2&offset=1&sort=createdAt&order=desc')), 2)
        self.assertEqual(opsgenie('GET', '/count?query=status%3Dopen')[1]['data']['count'], 2)
        for query in 'kiln OR oven', 'createdAt > 5', 'status: asleep', 'tag: x', 'NOT kiln', '(kiln)':
            self.assertEqual(opsgenie('GET', f'?query={urllib.parse.quote(query)}')[0], 422, query)
        listed = opsgenie('GET', '?query=oven')[1]['data'][0]
        self.assertEqual(opsgenie('POST', f'/{listed["id"]}/tags', {'tags': ['wet', 'north'], 'user': 'zoe'})[0], 202)
        self.assertIn('tagged: wet, north', json.dumps(self.server.timeline(int(listed['tinyId']))))
        self.assertEqual(opsgenie('POST', f'/{listed["id"]}/close', {})[0], 202)
        wait(lambda: self.state_of('oven wet', 'oven wet') in ('monitoring', 'resolved'), 'it burns no more')

    def test_other_words_of_a_sender_for_the_same_trouble_page_nobody_anew(self):
        def trigger(summary):
            event = {'routing_key': 'r' * 32, 'event_action': 'trigger', 'dedup_key': 'tape',
                     'payload': {'summary': summary, 'source': 'archive', 'severity': 'critical'}}
            self.assertEqual(self.server.request('POST', '/v2/enqueue', event)[0], 202)
        for percent in (91, 92):
            trigger(f'tape {percent}% full')
        self.server.kill()
        self.server.start()
        trigger('tape 93% full')
        found = [i for i in self.server.incidents() if i['title'].startswith('tape ')]
        self.assertEqual([(i['title'], i['alerts']['firing']) for i in found], [('tape 91% full on archive', 1)])

    def test_a_monitor_with_a_shape_of_its_own_is_mapped(self):
        body = {'rule': 'Tape jam', 'box': {'name': 'archive'}, 'state': 'raised', 'id': 7}
        self.assertEqual(self.server.request('POST', '/intake/generic/legacy', body)[0], 200)
        self.assertEqual(self.state_of('Tape jam', 'archive'), 'triggered')
        self.server.kill()
        self.server.start()
        body['state'] = 'cleared'
        self.assertEqual(self.server.request('POST', '/intake/generic/legacy', body)[0], 200)
        wait(lambda: self.state_of('Tape jam', 'archive') == 'resolved', 'resolved')
        self.assertEqual(self.server.request('POST', '/intake/generic/nobody', body)[0], 404)

    def test_a_job_that_falls_silent_pages_and_one_that_fails_pages_at_once(self):
        def ping(path, expect='OK', more=()):
            said = subprocess.run(['curl', '-sS', '--max-time', '60', *more,
                                   f'http://127.0.0.1:{self.server.port}/heartbeat/{path}'], capture_output=True,
                                  text=True, check=True).stdout
            self.assertIn(expect, said)
        wait(lambda: self.incident_of('HeartbeatMissing', 'batch'), 'the job that was never heard')
        wait(lambda: self.receiver.pages(), 'its page')
        heard = ('monitoring', 'resolved')  # until it is late again, which is soon
        wait(lambda: ping('nightly') or self.state_of('HeartbeatMissing', 'batch') in heard, 'it is heard again')
        ping('weekly/3')
        self.assertEqual(self.state_of('HeartbeatFailed', 'reports'), 'triggered')
        ping('weekly/0', more=('-X', 'PUT', '-d', 'what the job had to say'))
        wait(lambda: self.state_of('HeartbeatFailed', 'reports') == 'resolved', 'it succeeds')
        ping('unheard-of', 'not_found')
        self.assertIsNone(self.incident_of('HeartbeatMissing', 'reports'))


if __name__ == '__main__':
    unittest.main()
