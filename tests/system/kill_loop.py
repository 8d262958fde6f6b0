#!/usr/bin/env python3
"""kill -9 over and over, at every commit point and at random, of every process, while alerts, silences,
acknowledgements and approvals come in over several connections and pages leave to a real receiver.

    kill_loop.py [--cycles N] [--seed N] [--store sqlite|postgresql]

After each restart: every alert, silence and acknowledgement that was answered is there. At the end of each folder (a
new one every 100 cycles): every incident's page was taken by the receiver, each has one key, copies of it are no more
than the kills that it lived through, no approved command ran twice, none hangs, and the ledger verifies. A kill point
is "the n-th sync, write or send of that process from now on, before or after it" (kill_at.c, which is preloaded)."""
import argparse
import collections
import ctypes
import http.client
import mmap
import random
import signal
import subprocess
import sys
import tempfile
import threading

from harness import *

FOLDER_CYCLES = 100
RUNBOOK = '''# Pump

## Pump stuck

### Diagnosis

```bash
echo it is looked at
```

### Resolution

```bash
curl -fsS -X POST -d '{{"kind":"act"}}' {act}
```
'''
CONFIG = '''
{store}
resolve_timeout: 1d
people:
  - id: ana
    contacts:
      - webhook: {page}
services:
{services}
'''
SERVICES = [f'ward-{n}' for n in range(FOLDER_CYCLES * 2)]

# Who dies, at which kind of call, of the first how many, and how often of a hundred.
KILLS = [
    ('core', 'sync', 30, 28), ('core', 'write', 150, 20), ('core', 'send', 150, 16), ('core', 'random', 0, 8),
    ('courier', 'send', 5, 8), ('courier', 'random', 0, 4), ('runner', 'send', 12, 4), ('runner', 'random', 0, 3),
    ('supervisor', 'random', 0, 4), ('all', 'random', 0, 5),
]
KINDS = {'sync': 1, 'write': 2, 'send': 3}


class Plan(ctypes.Structure):
    """struct plan of kill_at.c"""
    _fields_ = [('role', ctypes.c_char * 16), ('kind', ctypes.c_int32), ('how', ctypes.c_int32), ('left', ctypes.c_int64),
                ('fired', ctypes.c_int64)]


BEFORE, AFTER, STOPS = range(3)


def shared_plan(path):
    with open(path, 'wb') as f:
        f.write(b'\0' * 4096)
    with open(path, 'r+b') as f:
        return Plan.from_buffer(mmap.mmap(f.fileno(), 4096))


def preload(folder):
    library = os.path.join(folder, 'kill_at.so')
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'kill_at.c')
    subprocess.run([os.environ.get('CC', 'cc'), '-shared', '-fPIC', '-O1', '-o', library, source], check=True)
    return library


def launcher_of(runner):
    """The launcher, a child of the runner."""
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{pid}/stat', encoding='ascii', errors='replace') as f:
                parent = int(f.read().rsplit(')', 1)[1].split()[1])
            with open(f'/proc/{pid}/cmdline', 'rb') as f:
                if parent == runner and f.read().split(b'\0')[1:3] == [b'role', b'launcher']:
                    return int(pid)
        except OSError:
            continue  # it has just ended
    return None


def roles_of(server):
    """The processes that the supervisor started, not what they forked: name -> pid."""
    found = {}
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{pid}/stat', encoding='ascii', errors='replace') as f:
                parent = int(f.read().rsplit(')', 1)[1].split()[1])
            if parent != server.process.child.pid:
                continue
            with open(f'/proc/{pid}/cmdline', 'rb') as f:
                words = f.read().split(b'\0')
        except OSError:
            continue  # it has just ended
        if len(words) > 2 and words[1] == b'role':
            found[words[2].decode()] = int(pid)
    return found


class World:
    """One data folder, what was answered about it, and who talks to it."""

    def __init__(self, folder, library, chance, database=None, name=''):
        self.folder, self.chance, self.lock = folder, chance, threading.Lock()
        self.alerts, self.silences, self.expired, self.acknowledged = set(), set(), set(), set()
        self.approved, self.asked = set(), 0
        self.kills, self.cycle, self.stopping = 0, 0, False
        self.numbers = iter(range(100_000_000))
        answers = random.Random(chance.random())
        self.receiver = Receiver(lambda n: 503 if answers.random() < 0.03 else 200)
        self.acts = Receiver()
        plan_path = os.path.join(folder, 'plan')
        self.plan = shared_plan(plan_path)
        written(folder, 'runbooks/pump.md', RUNBOOK.format(act=self.acts.url('/act')))
        services = '\n'.join(f'  - {{id: {s}, escalation: [{{notify: [person:ana]}}]}}' for s in SERVICES)
        store = ''
        if database:
            database.psql(f'CREATE DATABASE {name}')
            store = f'store: {database.url(name, "127.0.0.1")}'
        self.server = Server(folder, CONFIG.format(store=store, page=self.receiver.url('/ana'), services=services),
                             os.path.join(folder, 'runbooks'), env={'LD_PRELOAD': library, 'KILL_PLAN': plan_path})
        self.threads = [threading.Thread(target=act, daemon=True) for act in
                        (self.pour, self.pour, self.pour, self.silence, self.respond)]

    # -- who talks to it: each on a connection of its own, until it is answered --

    def talk(self, act):
        connection = None
        while not self.stopping:
            try:
                connection = connection or http.client.HTTPConnection('127.0.0.1', self.server.port, timeout=10)
                act(connection)
                time.sleep(random.uniform(0.005, 0.04))
            except (OSError, http.client.HTTPException, ValueError):
                if connection:
                    connection.close()
                connection = None
                time.sleep(0.02)

    def ask(self, connection, method, path, body=None):
        connection.request(method, path, None if body is None else json.dumps(body),
                           {'Content-Type': 'application/json', 'Authorization': 'Bearer ' + self.server.token()})
        answer = connection.getresponse()
        return answer.status, answer.read()

    def service(self):
        return SERVICES[min(self.cycle * 2 + random.randrange(2), len(SERVICES) - 1)]

    def pour(self):
        def act(connection):
            numbers = [str(next(self.numbers)) for _ in range(random.choice((1, 1, 1, 5)))]
            batch = [{'labels': {'alertname': 'PumpStuck', 'service': self.service(), 'n': n}} for n in numbers]
            if self.ask(connection, 'POST', '/api/v2/alerts', batch)[0] == 200:
                with self.lock:
                    self.alerts.update(numbers)
        self.talk(act)

    def silence(self):
        def act(connection):
            now = time.time()
            status, body = self.ask(connection, 'POST', '/api/v2/silences', {
                'matchers': [{'name': 'nothing', 'value': str(next(self.numbers)), 'isRegex': False, 'isEqual': True}],
                'startsAt': rfc3339(now), 'endsAt': rfc3339(now + 7200), 'createdBy': 'ben', 'comment': 'a window'})
            if status != 200:
                return
            silence = json.loads(body)['silenceID']
            with self.lock:
                self.silences.add(silence)
            if random.random() < 0.2 and self.ask(connection, 'DELETE', f'/api/v2/silence/{silence}')[0] == 200:
                with self.lock:
                    self.expired.add(silence)
            time.sleep(0.1)
        self.talk(act)

    def respond(self):
        """Somebody who was paged acknowledges, or has the pump restarted."""
        seen = set()

        def act(connection):
            pages = [page['incident']['number'] for _, page in self.receiver.pages()[-20:]]
            number = next((n for n in pages if n not in seen), None)
            if number is None:
                time.sleep(0.05)
                return
            status = 200
            if number % 3 == 0:
                status, _ = self.ask(connection, 'POST', f'/api/v1/incidents/{number}/acknowledge', {})
                if status == 200:
                    with self.lock:
                        self.acknowledged.add(number)
            elif number % 3 == 1:
                status, body = self.ask(connection, 'GET', f'/api/v1/incidents/{number}/steps')
                for step in json.loads(body)['steps'] if status == 200 else []:
                    if step['state'] == 'waiting':
                        self.asked += 1
                        path = f'/api/v1/runs/{number}/steps/{step["line"]}/approve'
                        status, _ = self.ask(connection, 'POST', path, {})
                        if status == 200:
                            self.approved.add(number)
            if status:
                seen.add(number)
        self.talk(act)

    # -- a cycle --

    def begin(self):
        self.server.start()
        for thread in self.threads:
            thread.start()

    def kill_once(self, role, kind, n, after):
        """Who ran before, and whether the planned call was reached."""
        before = roles_of(self.server)
        if kind != 'random':
            self.plan.role, self.plan.how, self.plan.left, self.plan.fired = role.encode(), after, n, 0
            self.plan.kind = KINDS[kind]
            end = time.monotonic() + 2
            while not self.plan.fired and time.monotonic() < end:
                time.sleep(0.005)
            self.plan.kind = 0
            if self.plan.fired:
                return before, True
        time.sleep(random.uniform(0, 0.3))
        if role == 'all':
            for pid in [self.server.process.child.pid, *before.values()]:
                self.end(pid)
        else:
            self.end(self.server.process.child.pid if role == 'supervisor' else roles_of(self.server).get(role, 0))
        return before, kind == 'random'

    def end(self, pid):
        try:
            if pid:
                os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def await_ready(self, before, supervisor_too):
        """All of them are others than before, and alerts are taken."""
        if supervisor_too:
            self.server.process.child.wait()
            self.server.start()
        def replaced():
            now = roles_of(self.server)
            return len(now) == 3 and not set(now.values()) & set(before.values())
        wait(lambda: replaced() and self.server.request('GET', '/-/ready', timeout=5)[0] == 200, 'the server is ready again')

    def answered(self):
        with self.lock:
            return set(self.alerts), set(self.silences), set(self.expired), set(self.acknowledged)

    def check(self):
        alerts, silences, expired, acknowledged = self.answered()
        there = {a['labels'].get('n') for a in self.server.json('/api/v2/alerts')}
        kept = {s['id']: s['status']['state'] for s in self.server.json('/api/v2/silences')}
        states = {i['number']: i['state'] for i in self.incidents()}
        fail = []
        fail += [f'alert {n} was answered and is lost' for n in alerts - there]
        fail += [f'silence {n} was answered and is lost' for n in silences - set(kept)]
        fail += [f'silence {n} was expired and is {kept.get(n)}' for n in expired if kept.get(n) != 'expired']
        fail += [f'incident {n} was acknowledged and is {states.get(n)}' for n in acknowledged
                 if states.get(n) != 'acknowledged']
        fail += [f'incident {p["incident"]["number"]} was paged and is not there' for _, p in self.receiver.pages()
                 if p['incident']['number'] not in states]
        return fail

    def incidents(self):
        """All of them, page by page."""
        found, before = [], ''
        while True:
            part = self.server.json('/api/v1/incidents?state=all&limit=200' + before)['incidents']
            found += part
            if len(part) < 200:
                return found
            before = f'&before={part[-1]["number"]}'

    # -- the end of a folder --

    def finish(self):
        """Lets everything settle, then looks at the whole."""
        self.stopping = True
        for thread in self.threads:
            thread.join(30)
        fail = self.check()
        incidents = self.incidents()
        numbers = {i['number'] for i in incidents}

        def settled():
            taken = {p['incident']['number'] for _, p in self.receiver.pages()}
            steps = {n: self.server.steps(n) for n in self.approved}
            return numbers <= taken and not any(s['state'] in ('queued', 'starting', 'running') for n in steps for s in steps[n])
        try:
            wait(settled, 'all is done')
        except AssertionError:
            taken = {p['incident']['number'] for _, p in self.receiver.pages()}
            fail += [f'incident {n} reached nobody' for n in numbers - taken]
            fail += [f'step {n}:{s["line"]} is {s["state"]} for ever' for n in self.approved for s in self.server.steps(n)
                     if s['state'] in ('queued', 'starting', 'running')]
        copies = collections.Counter((p['incident']['number'], h['Idempotency-Key']) for h, p in self.receiver.pages())
        keys = collections.Counter(n for n, _ in copies)
        fail += [f'incident {n} was paged with {k} keys' for n, k in keys.items() if k > 1]
        fail += [f'page {k} came {n} times' for (_, k), n in copies.items() if n > 1 + self.kills]
        if len(self.acts.got) > self.asked:
            fail.append(f'{self.asked} commands were approved, and {len(self.acts.got)} ran')
        self.server.stop()
        code, out, errors = run('verify', '--data', self.server.data)
        if code:
            fail.append(f'the ledger does not verify: {out}{errors}')
        repeated = sum(n - 1 for n in copies.values())
        return fail, {'alerts': len(self.alerts), 'silences': len(self.silences), 'acknowledged': len(self.acknowledged),
                      'incidents': len(numbers), 'pages': len(copies), 'repeated': repeated, 'commands': len(self.acts.got)}

    def close(self):
        self.stopping = True
        self.server.kill()  # the others go with it
        self.receiver.stop()
        self.acts.stop()


def draw(chance):
    role, kind, most, _ = chance.choices(KILLS, [k[3] for k in KILLS])[0]
    return role, kind, chance.randint(1, most) if most else 0, chance.randint(0, 1)


def loop(cycles, seed, database=None, say=print):
    """Runs it; gives the failures and the counts."""
    chance, total, fail = random.Random(seed), collections.Counter(), []
    base = tempfile.mkdtemp(prefix='crashcart-kill-')
    library = preload(base)
    for first in range(0, cycles, FOLDER_CYCLES):
        folder = os.path.join(base, str(first))
        os.makedirs(folder)
        world = World(folder, library, chance, database, f'kill_{seed}_{first}')
        try:
            world.begin()
            for cycle in range(first, min(first + FOLDER_CYCLES, cycles)):
                world.cycle = cycle - first
                role, kind, n, after = draw(chance)
                before, reached = world.kill_once(role, kind, n, after)
                world.kills += 1
                total[f'{role} {kind}' if reached else f'{role} {kind} not reached'] += 1
                world.await_ready(before, role in ('supervisor', 'all'))
                what = f'cycle {cycle}: {role}, {"after" if after else "before"} {kind} {n}'
                fail = [f'{what}: {text}' for text in world.check()]
                if not fail and cycle % 3 == 2 and role not in ('supervisor', 'all'):
                    before = roles_of(world.server)
                    world.end(world.server.process.child.pid)  # it waits longer after each of many failures in a row
                    world.await_ready(before, True)
                    total['supervisor in between'] += 1
                if fail:
                    break
            if not fail:
                fail, counts = world.finish()
                total.update(counts)
                total['cycles'] += world.cycle + 1
                say(f'{total["cycles"]} cycles, seed {seed}: {dict(total)}', flush=True)
        except AssertionError as e:
            fail = [f'cycle {first + world.cycle}: {e}']
        finally:
            world.close()
        if fail:
            say(f'seed {seed}, left for you in {folder} (log: {world.server.process.log_path})', flush=True)
            break
        shutil.rmtree(folder, ignore_errors=True)
    if not fail:
        shutil.rmtree(base, ignore_errors=True)
    return fail, total


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('--cycles', type=int, default=2000)
    parser.add_argument('--seed', type=int, default=time.time_ns() % 1000000)
    parser.add_argument('--store', choices=('sqlite', 'postgresql'), default='sqlite')
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    database, folder = None, tempfile.mkdtemp(prefix='crashcart-kill-store-')
    try:
        if options.store == 'postgresql':
            database = Database(folder, fsync=True).start()
        fail, _ = loop(options.cycles, options.seed, database)
    finally:
        if database:
            database.stop()
        shutil.rmtree(folder, ignore_errors=True)
    for text in fail[:20]:
        print('FAILED', text)
    return 1 if fail else 0


if __name__ == '__main__':
    sys.exit(main())
