#!/usr/bin/env python3
"""A configuration with errors: a reload refuses it, and whatever ends meanwhile starts again with the one in force; a
server that is started with it pages by the one that was in force last, says so, and runs nothing."""
import signal

from harness import *

RUNBOOK = '''# Shop

## Severity levels

### SEV-1 (Critical)
- **Response Time**: 5 minutes

## Shop down

### Diagnosis

```bash
uname -s
```
'''

CONFIG = '''people:
  - id: ana
    contacts: [{{webhook: {webhook}}}]
services:
  - {{id: shop, runbook: shop.md, match: {{service: shop}}, escalation: [{{notify: [person:ana]}}]}}
'''


class Configurations(SystemTest):
    def setUp(self):
        super().setUp()
        self.receiver = self.started(Receiver())
        runbooks = os.path.join(self.folder, 'runbooks')
        written(runbooks, 'shop.md', RUNBOOK)
        self.good = CONFIG.format(webhook=self.receiver.url('/ana'))
        self.server = self.started(Server(self.folder, self.good, runbooks))
        self.kept = os.path.join(self.server.data, 'configuration.kept')

    def change(self, text):
        written(self.folder, 'crashcart.yaml', text)

    def reload(self, said):
        n = self.server.process.log().count(said)
        os.kill(self.server.process.child.pid, signal.SIGHUP)
        wait(lambda: self.server.process.log().count(said) > n, f'"{said}" after the reload')

    def crash(self, name):
        pid = wait(lambda: self.server.role(name), f'{name} runs')
        os.kill(pid, signal.SIGKILL)
        wait(lambda: self.server.role(name) not in (None, pid) and self.server.request('GET', '/-/ready')[0] == 200,
             f'{name} is there again')
        wait(lambda: self.reloads_well() is not None, 'it has begun')

    def reloads_well(self):
        found = re.search(r'(?m)^crashcart_config_last_reload_successful (\d)', self.server.request('GET', '/metrics')[1].decode())
        return found and found[1] == '1'

    def fire(self, name):
        wait(lambda: self.server.fire({'alertname': name, 'service': 'shop', 'severity': 'critical'})[0] == 200, 'it is taken')

    def assert_pages(self, name):
        self.fire(name)
        return wait(lambda: [p for _, p in self.receiver.pages() if name in json.dumps(p)], f'{name} is paged')[0]

    def assert_step_comes_to(self, state, name):
        self.fire(name)
        number = wait(lambda: [i['number'] for i in self.server.incidents() if i['state'] != 'closed'], 'an incident')[0]
        step = wait(lambda: [s for s in self.server.steps(number) if s['state'] == state], f'the step is {state}')[0]
        return step

    def test_roles_that_crash_after_a_refused_reload_start_with_what_was_in_force(self):
        self.server.start()
        self.change(self.good + 'peeple: []\n')
        self.reload('site.kept')
        self.assertFalse(self.reloads_well())
        for role in 'courier', 'runner', 'core':
            self.crash(role)
            self.assert_pages('After' + role.capitalize())
            self.assertFalse(self.reloads_well())
        self.change(self.good.replace('id: ana', 'id: anna').replace('person:ana', 'person:anna'))
        self.reload('site.loaded')
        self.assertTrue(self.reloads_well())
        self.crash('core')
        self.assertEqual(self.assert_pages('AfterAll')['to']['id'], 'anna')

    def test_a_runbook_that_is_not_there_is_refused_the_same_way(self):
        self.server.start()
        self.change(self.good.replace('shop.md', 'shopp.md'))
        self.reload('site.kept')
        self.crash('core')
        self.assert_pages('ShopDown')

    def appear(self, name):
        """A runbook that somebody copies there, in pieces."""
        with open(os.path.join(self.folder, 'runbooks', name), 'w', encoding='utf-8') as f:
            f.flush()
            wait(lambda: name in os.listdir(os.path.join(self.folder, 'runbooks')), 'it is there and empty')
            f.write(RUNBOOK.replace('Shop down', 'Till down'))

    def test_the_runbook_that_a_reload_was_refused_for_is_enough_once_it_is_there(self):
        self.server.start()
        anna = self.good.replace('id: ana', 'id: anna').replace('person:ana', 'person:anna').replace('shop.md', 'till.md')
        self.change(anna)
        self.reload('site.kept')
        self.assertEqual(self.assert_pages('ShopDown')['to']['id'], 'ana')
        n = self.server.process.log().count('config.loaded')
        self.appear('till.md')
        wait(lambda: self.reloads_well(), 'what was asked for is in force')
        wait(lambda: self.server.process.log().count('config.loaded') > n, 'for the courier, too')
        self.assertEqual(self.assert_pages('TillDown')['to']['id'], 'anna')
        self.crash('core')
        self.assertTrue(self.reloads_well())

    def test_what_was_edited_since_the_refused_reload_waits_for_whoever_asks_for_it(self):
        self.server.start()
        self.change(self.good.replace('shop.md', 'till.md'))
        self.reload('site.kept')
        self.change(self.good.replace('id: ana', 'id: anna').replace('person:ana', 'person:anna').replace('shop.md', 'till.md'))
        n = self.server.process.log().count('site.loaded')
        self.appear('till.md')
        wait(lambda: self.server.process.log().count('site.loaded') > n, 'the runbook is read')
        time.sleep(2.5)  # longer than it takes to be seen
        self.assertFalse(self.reloads_well())
        self.reload('site.loaded')
        self.assertEqual(self.assert_pages('TillDown')['to']['id'], 'anna')

    def rewrite_runbook(self, title):
        n = self.server.process.log().count('site.loaded')
        written(os.path.join(self.folder, 'runbooks'), 'shop.md', RUNBOOK.replace('## Shop down', f'## {title}'))
        wait(lambda: self.server.process.log().count('site.loaded') > n, 'the runbook is read again')

    def test_a_runbook_that_changes_is_read_beside_the_configuration_in_force(self):
        self.server.start()
        self.change(self.good.replace('id: ana', 'id: anna').replace('person:ana', 'person:anna'))
        self.rewrite_runbook('Till down')  # half of an edit that nobody has asked for yet
        page = self.assert_pages('TillDown')
        self.assertEqual(page['to']['id'], 'ana')
        self.assertEqual(page['incident']['procedure']['title'], 'Till down')
        self.change(self.good + 'peeple: []\n')
        self.rewrite_runbook('Bank down')  # a file with errors holds no runbook back
        self.assertTrue(self.reloads_well())
        self.assertEqual(self.assert_pages('BankDown')['incident']['procedure']['title'], 'Bank down')
        self.reload('site.kept')
        self.rewrite_runbook('Desk down')
        self.assertFalse(self.reloads_well())  # that was asked for, and is refused still
        self.change(self.good.replace('id: ana', 'id: anna').replace('person:ana', 'person:anna'))
        self.reload('site.loaded')
        self.assertTrue(self.reloads_well())
        self.assertEqual(self.assert_pages('DeskDown')['to']['id'], 'anna')

    def test_a_start_with_errors_pages_by_what_was_in_force_and_runs_nothing(self):
        self.server.start()
        wait(lambda: os.path.exists(self.kept), 'it is kept')
        self.assertEqual(os.stat(self.kept).st_mode & 0o777, 0o600)
        self.server.stop()
        self.change(self.good + 'peeple: []\n')
        self.server.start()
        self.assertIn('crashcart.yaml:6', self.server.process.log())
        self.assertIn('NO COMMAND IS RUN', self.server.process.log())
        self.assertFalse(self.reloads_well())
        step = self.assert_step_comes_to('refused', 'ShopDown')
        self.assertIn('configuration file has errors', step['why'])
        self.assert_pages('ShopDown')
        self.change(self.good)
        self.reload('site.loaded')
        self.assertTrue(self.reloads_well())
        self.server.command('step', 'start', '1', str(step['line']), '--as', 'ana')
        wait(lambda: [s for s in self.server.steps(1) if s['state'] == 'succeeded'], 'it is run once the file is mended')

    def test_a_start_with_a_runbook_that_is_not_there_goes_back_to_what_was_in_force(self):
        self.server.start()
        self.server.stop()
        self.change(self.good.replace('shop.md', 'shopp.md'))
        self.server.start()
        self.assert_pages('ShopDown')
        self.assertIn('shopp.md, which is not in the runbook folder', self.server.process.log())
        self.assertFalse(self.reloads_well())
        self.appear('shopp.md')
        wait(lambda: self.reloads_well(), 'it is in force once the runbook is there')

    def test_a_first_start_with_errors_is_refused(self):
        self.change('data: ' + self.server.data + '\n' + self.good + 'peeple: []\n')
        self.server.process.start()
        self.assertEqual(self.server.process.child.wait(PATIENCE_S), 3)
        self.assertIn('crashcart.yaml:7', self.server.process.log())

    def libraries(self, name):
        pid = wait(lambda: self.server.role(name), f'{name} runs')
        with open(f'/proc/{pid}/maps', encoding='ascii') as maps:
            return maps.read()

    def test_what_reaches_people_is_loaded_when_there_is_somebody_to_reach(self):
        self.change('')
        self.server.start()
        wait(lambda: 'courier.ready' in self.server.process.log(), 'the courier runs')
        self.assertNotIn('libcurl', self.libraries('courier'))
        self.change(self.good)
        self.reload('config.loaded')
        wait(lambda: self.server.process.log().count('site.loaded'), 'core has it, too')
        self.assert_pages('ShopDown')
        self.assertIn('libcurl', self.libraries('courier'))

    def test_a_copy_that_others_may_write_to_is_not_believed(self):
        self.server.start()
        self.server.stop()
        os.chmod(self.kept, 0o666)
        self.change(self.good + 'peeple: []\n')
        self.server.process.start()
        self.assertEqual(self.server.process.child.wait(PATIENCE_S), 3)


if __name__ == '__main__':
    unittest.main()
