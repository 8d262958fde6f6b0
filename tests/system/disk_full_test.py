#!/usr/bin/env python3
"""The disk of the data folder is full while alerts come in: they are refused with a time to try again, what was
answered is there afterwards, paging goes on meanwhile, and the server recovers by itself. It wants to be root."""
import subprocess
import urllib.error
import urllib.request

from harness import *

N_SERVICES = 40
CONFIG = '''
storm: {{incidents: 0}}
budget: {{pages: 0}}
people:
  - id: ana
    contacts: [{{webhook: {ana}}}]
  - id: ben
    contacts: [{{webhook: {ben}}}]
services:
'''
# Ben is paged for one after the other, so that a page is due whenever the disk becomes full.
SERVICE = '''
  - id: till-{n}
    escalation:
      - notify: [person:ana]
      - {{notify: [person:ben], after: {after}s}}
'''


@unittest.skipUnless(os.geteuid() == 0, 'only root may mount')
class DiskFull(SystemTest):
    def setUp(self):
        super().setUp()
        self.data = os.path.join(self.folder, 'data')
        os.makedirs(self.data)
        if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=24m,mode=0700', 'tmpfs', self.data]).returncode != 0:
            self.skipTest('no file system can be mounted here')
        self.addCleanup(subprocess.run, ['umount', '-l', self.data])
        self.receiver = self.started(Receiver())

    def fill(self):
        with open(os.path.join(self.data, 'filler'), 'wb', buffering=0) as f:
            for size in (65536, 512, 1):
                try:
                    while True:
                        f.write(b'\0' * size)
                except OSError:
                    pass

    def pour(self, server):
        """Alerts until one is refused: the numbers of those that were answered, and the refusal."""
        answered = set()
        for n in range(2000):
            body = [{'labels': {'alertname': 'Pour', 'n': str(n)}, 'annotations': {'text': os.urandom(2000).hex()}}]
            request = urllib.request.Request(f'http://127.0.0.1:{server.port}/api/v2/alerts', method='POST',
                                             data=json.dumps(body).encode(), headers={'Content-Type': 'application/json'})
            try:
                with urllib.request.urlopen(request, timeout=PATIENCE_S):
                    answered.add(str(n))
            except urllib.error.HTTPError as e:
                return answered, e
        self.fail('the disk was never full')

    def assert_there(self, server, answered):
        there = {a['labels'].get('n') for a in server.json('/api/v2/alerts')}
        self.assertEqual(answered - there, set())

    def test_a_full_disk_refuses_alerts_and_goes_on_paging(self):
        config = CONFIG.format(ana=self.receiver.url('/ana'), ben=self.receiver.url('/ben'))
        config += ''.join(SERVICE.format(n=n, after=3 * (n + 1)) for n in range(N_SERVICES))
        server = self.started(Server(self.folder, config, data=self.data)).start()
        for n in range(N_SERVICES):
            self.assertEqual(server.fire({'alertname': 'QueueFull', 'service': f'till-{n}'})[0], 200)
        wait(lambda: len(self.receiver.pages('/ana')) == N_SERVICES, 'ana is paged for all')
        self.fill()
        answered, refused = self.pour(server)
        self.assertEqual(refused.code, 503)
        self.assertTrue(refused.headers['Retry-After'])
        before = len(self.receiver.pages('/ben'))
        self.assertLess(before, N_SERVICES, 'filling the disk took too long to see anything')
        wait(lambda: len(self.receiver.pages('/ben')) > before, 'ben is paged from memory')
        more = server.fire({'alertname': 'Pour', 'n': 'more'})[0]  # a small one may find room in what the log has already
        self.assertIn(more, (200, 503))
        answered |= {'more'} if more == 200 else set()
        os.remove(os.path.join(self.data, 'filler'))
        wait(lambda: server.fire({'alertname': 'After', 'service': 'till-0'})[0] == 200, 'alerts are taken again')
        self.assert_there(server, answered)
        server.kill()
        server.start()
        self.assert_there(server, answered)
        keys = {}
        for headers, page in self.receiver.pages('/ben'):
            if 'QueueFull' in page['incident']['title']:
                keys.setdefault(page['incident']['number'], set()).add(headers['Idempotency-Key'])
        self.assertTrue(keys)
        self.assertEqual([number for number, of_it in keys.items() if len(of_it) > 1], [], 'one page, one key')
        server.stop()
        self.assert_verifies(server)


# What a kernel does of its own when a disk fails: from one moment to the next nothing can be written.
@unittest.skipUnless(os.geteuid() == 0, 'only root may mount')
class DiskTurnsReadOnly(SystemTest):
    def setUp(self):
        super().setUp()
        self.data, image = os.path.join(self.folder, 'data'), os.path.join(self.folder, 'image')
        os.makedirs(self.data)
        with open(image, 'wb') as f:
            f.truncate(64 << 20)
        for command in (['mkfs.ext4', '-q', image], ['mount', '-o', 'loop,errors=remount-ro', image, self.data]):
            if not shutil.which(command[0]) or subprocess.run(command, stderr=subprocess.DEVNULL).returncode != 0:
                self.skipTest('no file system of a file can be mounted here')
        self.addCleanup(subprocess.run, ['umount', '-l', self.data])
        os.chmod(self.data, 0o700)
        device = subprocess.run(['findmnt', '-n', '-o', 'SOURCE', self.data], capture_output=True, text=True).stdout.strip()
        self.fault = f'/sys/fs/ext4/{os.path.basename(device)}/trigger_fs_error'
        if not os.path.exists(self.fault):
            self.skipTest('no fault can be made here')
        self.receiver = self.started(Receiver())

    def test_a_file_system_that_turns_read_only_refuses_alerts_and_goes_on_paging(self):
        config = CONFIG.format(ana=self.receiver.url('/ana'), ben=self.receiver.url('/ben'))
        config += ''.join(SERVICE.format(n=n, after=4 * (n + 1)) for n in range(N_SERVICES))
        server = self.started(Server(self.folder, config, data=self.data)).start()
        for n in range(N_SERVICES):
            self.assertEqual(server.fire({'alertname': 'QueueFull', 'service': f'till-{n}'})[0], 200)
        wait(lambda: len(self.receiver.pages('/ana')) == N_SERVICES, 'ana is paged for all')
        with open(self.fault, 'w', encoding='ascii') as f:
            f.write('1')
        core = server.role('core')
        wait(lambda: server.fire({'alertname': 'Other', 'service': 'till-0'})[0] == 503, 'alerts are refused')
        before = len(self.receiver.pages('/ben'))
        self.assertLess(before, N_SERVICES, 'it took too long to see anything')
        wait(lambda: len(self.receiver.pages('/ben')) > before, 'ben is paged from memory')
        self.assertEqual(server.role('core'), core, 'nothing has ended')
        self.assertIn('its file system is read-only', server.process.log())


@unittest.skipUnless(os.geteuid() == 0, 'only root may mount')
class StartOnReadOnlyDisk(SystemTest):
    def test_a_start_on_a_read_only_disk_says_that_nobody_is_paged_and_what_to_do(self):
        data = os.path.join(self.folder, 'data')
        os.makedirs(data)
        if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=24m,mode=0700', 'tmpfs', data]).returncode != 0:
            self.skipTest('no file system can be mounted here')
        self.addCleanup(subprocess.run, ['umount', '-l', data])
        Server(self.folder, '', data=data).start().stop()
        subprocess.run(['mount', '-o', 'remount,ro', data], check=True)
        server = self.started(Server(self.folder, '', data=data))
        server.process.start()
        wait(lambda: server.process.child.poll() is not None, 'it ends')
        self.assertEqual(server.process.child.returncode, 3)
        self.assertIn('nobody is paged and alerts are refused', server.process.log())
        self.assertIn(f'the disk of {data} is read-only', server.process.log())
        self.assertIn('mount it for writing', server.process.log())
        subprocess.run(['mount', '-o', 'remount,rw', data], check=True)
        self.started(Server(self.folder, '', data=data)).start()


if __name__ == '__main__':
    unittest.main()
