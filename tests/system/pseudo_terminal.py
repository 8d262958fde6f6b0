"""A terminal that a test types into, and reads what a person would see on it."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios

from harness import wait


def plain_text(raw):
    """What a terminal was told, without the telling how."""
    return re.sub(r'\x1b(\[[0-9;?]*[A-Za-z]|.)', '', raw)


class Terminal:
    """The program on a pseudo-terminal of 80 columns and 24 lines."""

    def __init__(self, argv, env):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(argv[0], argv, {**os.environ, 'TERM': 'xterm', **env})
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
        self.raw, self.mark, self.status = '', 0, None

    def read(self):
        ready, _, _ = select.select([self.fd], [], [], 0)
        while ready:
            try:
                piece = os.read(self.fd, 65536)
            except OSError:
                return
            if not piece:
                return
            self.raw += piece.decode(errors='replace')
            ready, _, _ = select.select([self.fd], [], [], 0)

    def since(self):
        self.read()
        return plain_text(self.raw[self.mark:])

    def expect(self, text):
        """Waits for a text that was drawn after the last key."""
        wait(lambda: text in self.since(), f'the screen shows {text!r}, not:\n{self.since()[-1500:]}')
        return self

    def type(self, keys):
        self.read()
        self.mark = len(self.raw)
        os.write(self.fd, keys.encode())
        return self

    def end(self):
        """Its exit code."""
        def ended():
            self.read()
            pid, status = os.waitpid(self.pid, os.WNOHANG) if self.status is None else (self.pid, self.status)
            if pid:
                self.status = status
            return pid
        wait(ended, 'the program ends')
        self.read()
        return os.waitstatus_to_exitcode(self.status)

    def close(self):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
