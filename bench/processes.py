"""What a server costs, a process with all that it started, and what the disk does."""
import os
import statistics
import tempfile
import time

TICKS = os.sysconf('SC_CLK_TCK')


def family(pid):
    """The process and all that it started."""
    parents = {}
    for other in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{other}/stat', encoding='ascii') as f:
                parents[int(other)] = int(f.read().rsplit(')', 1)[1].split()[1])
        except OSError:
            continue
    found = {pid}
    while True:
        more = {p for p, parent in parents.items() if parent in found} - found
        if not more:
            return found
        found |= more


def resident_kib(pid):
    """Memory of all of them, what they share counted once."""
    total = 0
    for member in family(pid):
        with open(f'/proc/{member}/smaps_rollup', encoding='ascii') as f:
            total += next(int(line.split()[1]) for line in f if line.startswith('Pss:'))
    return total


def cpu_s(pid):
    total = 0
    for member in family(pid):
        with open(f'/proc/{member}/stat', encoding='ascii') as f:
            fields = f.read().rsplit(')', 1)[1].split()
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


def fdatasync_us(grows, n_bytes=8192, pause_s=0):
    """The median of 200 writes of that many bytes: where there are bytes already, or behind the end of the file.
    A disk that has rested takes longer, and a file whose time of change is another than last time is written twice."""
    with tempfile.NamedTemporaryFile() as f:
        if not grows:
            f.write(bytes(200 * n_bytes))
            f.flush()
            os.fsync(f.fileno())
        took = []
        for i in range(200):
            time.sleep(pause_s)
            os.pwrite(f.fileno(), b'x' * n_bytes, i * n_bytes)
            began = time.perf_counter()
            os.fdatasync(f.fileno())
            took.append(time.perf_counter() - began)
        return statistics.median(took) * 1e6
