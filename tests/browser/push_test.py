#!/usr/bin/env python3
"""A page on the lock screen of a browser: Chromium subscribes in the console's settings, decrypts what we encrypted, shows it, and
the button of the notification acknowledges. Its push service is one of our own; nothing leaves the machine."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from console_test import Played  # noqa: E402
from push_service import PushService  # noqa: E402

sys.path.insert(0, os.path.join(HERE, '..', 'system'))
from harness import *  # noqa: E402,F403

CONFIG = '''
hold_down: 1s
public_url: http://127.0.0.1:{port}
people:
  - {{id: ana, name: Ana, contacts: [{{push: phone}}]}}
channels:
  push: {{secret: "file:{key}"}}
  private_hosts: ["127.0.0.1"]
services:
  - {{id: shop, match: {{service: shop}}, escalation: [{{notify: [person:ana]}}]}}
'''


class Push(SystemTest):
    play = Played.play

    def test_chromium_reads_a_page_and_its_button_acknowledges(self):
        service = self.started(PushService(self.folder))
        runbooks = os.path.dirname(written(self.folder, 'runbooks/any.md', '# Any\n'))
        self.server = self.started(Server(self.folder, '', runbooks))
        key = written(self.folder, 'push.key', run('channel', 'key')[1])
        written(self.folder, 'crashcart.yaml', CONFIG.format(port=self.server.port, key=key))
        self.server.start()
        os.environ.update(PUSH=service.url, PUSH_LINE=service.line_url, PROFILE=os.path.join(self.folder, 'profile'))
        self.play('push.mjs', fire=lambda: self.server.fire(
            {'alertname': 'ShopDown', 'service': 'shop', 'severity': 'critical'}, annotations={'summary': 'J. Doe waits – 12 °C'}))
        self.assertEqual(self.server.incident(1)['acknowledged_by'], 'person:ana')
        self.assertEqual(len(service.took), 2)  # the test of the new way, and the page
        for headers, body in service.took:
            self.assertEqual(headers['Content-Encoding'], 'aes128gcm')
            self.assertNotIn(b'Shop', body)


if __name__ == '__main__':
    unittest.main()
