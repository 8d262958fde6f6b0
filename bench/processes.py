"""What a server costs: a process with all that it started."""
import os

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
