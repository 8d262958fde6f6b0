#!/usr/bin/env python3
"""A write with an Idempotency-Key is done once, however often it is sent, also across a crash."""
from harness import *

LABELS = {'alertname': 'QueueGrows', 'service': 'billing'}


class Once(SystemTest):
    def setUp(self):
        super().setUp()
        self.server = self.started(Server(self.folder))
        self.server.start()
        self.server.fire(LABELS)
        wait(self.server.incidents, 'an incident')

    def note(self, text, key):
        return self.server.request('POST', '/api/v1/incidents/1/notes', {'text': text, 'as': 'ana'},
                                   headers={'Idempotency-Key': key})

    def notes(self):
        return [e['summary'] for e in self.server.timeline(1) if 'looking' in e['summary']]

    def test_a_note_that_is_sent_again_stands_once(self):
        self.assertEqual(self.note('looking', 'k1')[0], 200)
        status, incident = self.note('looking', 'k1')
        self.assertEqual((status, json.loads(incident)['number']), (200, 1))
        self.server.kill()
        self.server.start()
        self.assertEqual(self.note('looking', 'k1')[0], 200)
        self.assertEqual(self.notes(), ['looking'])
        status, refused = self.note('something else', 'k1')
        self.assertEqual(status, 422, refused)
        self.assertEqual(self.note('looking', 'k2')[0], 200)
        self.assertEqual(self.notes(), ['looking', 'looking'])


if __name__ == '__main__':
    unittest.main()
