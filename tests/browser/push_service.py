"""The push service of Chromium's maker, on loopback: what Chromium asks of it before it subscribes (a check-in, a
registration), the connection on which it then waits for messages, and the side at which a server leaves them (RFC 8030);
they are kept until the browser has them. A message goes through as it came; only the browser can read it. The fields are
those of Chromium's checkin.proto and mcs.proto."""
import contextlib
import http.server
import os
import socketserver
import ssl
import subprocess
import threading
import time
import urllib.parse

LOGIN, LOGGED_IN, PING, PONG, MESSAGE = 2, 3, 0, 1, 8
VERSION = bytes([41])


def number(n):
    low = n & 127
    return bytes([low]) if n < 128 else bytes([low | 128]) + number(n >> 7)


def field(tag, value):
    if isinstance(value, int):
        return number(tag << 3) + number(value)
    value = value if isinstance(value, bytes) else value.encode()
    return number(tag << 3 | 2) + number(len(value)) + value


def fixed(tag, value):
    return number(tag << 3 | 1) + value.to_bytes(8, 'little')


class PushService:
    def __init__(self, folder):
        self.subscribed, self.took, self.kept, self.waiting, self.one = {}, [], {}, None, threading.Lock()
        service = self

        class Web(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get('Content-Length') or 0))
                status, answer = service.answer(self.path, self.headers, body)
                self.send_response(status)
                self.send_header('Content-Length', str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args):
                pass

        cert, key = os.path.join(folder, 'push.pem'), os.path.join(folder, 'push.key.pem')
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key,
                        '-out', cert, '-days', '2', '-subj', '/CN=localhost'], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)

        class Line(socketserver.BaseRequestHandler):
            def handle(self):
                try:
                    with context.wrap_socket(self.request, server_side=True) as line:
                        service.wait(line)
                except (OSError, IndexError):
                    pass  # the browser is gone, or has not made up its mind

        class Lines(socketserver.ThreadingTCPServer):
            daemon_threads, allow_reuse_address = True, True

        self.web, self.lines = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Web), Lines(('127.0.0.1', 0), Line)
        self.url = f'http://127.0.0.1:{self.web.server_address[1]}'
        self.line_url = f'https://localhost:{self.lines.server_address[1]}'
        for server in (self.web, self.lines):
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def answer(self, path, headers, body):
        if path == '/checkin':
            return 200, field(1, 1) + field(3, int(time.time() * 1000)) + fixed(7, 1234567890) + fixed(8, 9876543210) + field(11, '1')
        if path == '/register':
            with self.one:
                token = f'browser-{len(self.subscribed) + 1}'
                self.subscribed[token] = dict(urllib.parse.parse_qsl(body.decode()))
            return 200, f'token={token}'.encode()
        token = path.removeprefix('/to/')
        if token not in self.subscribed:
            return 410, b''
        with self.one:
            self.took.append((dict(headers), body))
            name = f'kept-{len(self.took)}'
            self.kept[name] = self.message(name, self.subscribed[token], headers, body)
            if self.waiting:
                self.waiting(MESSAGE, self.kept[name])
        return 201, b''

    def message(self, name, who, headers, body):
        about = {'subtype': who['X-subtype'], 'content-encoding': headers['Content-Encoding']}
        return (field(2, f'message-{name}') + field(3, who['sender']) + field(5, who['app']) +
                b''.join(field(7, field(1, name) + field(2, value)) for name, value in about.items()) +
                field(9, name) + field(17, int(headers['TTL'])) + field(18, int(time.time() * 1000)) + field(21, body))

    def logged_in(self, say, login):
        """The browser connects anew once it has subscribed, and what was on its way then may be lost. It says what it has."""
        with self.one:
            self.kept = {name: message for name, message in self.kept.items() if name.encode() not in login}
            self.waiting = say
            for message in self.kept.values():
                say(MESSAGE, message)

    def wait(self, line):
        said, heard, first = threading.Lock(), line.makefile('rb'), [VERSION]
        heard.read(1)

        def say(tag, body):
            with said, contextlib.suppress(OSError):  # on a line that is gone nothing is heard any more, either
                line.sendall((first.pop() if first else b'') + bytes([tag]) + number(len(body)) + body)

        while (tag := heard.read(1)):
            length = shift = 0
            while (byte := heard.read(1)[0]) & 128:
                length, shift = length | (byte & 127) << shift, shift + 7
            body = heard.read(length | byte << shift)
            if tag[0] == LOGIN:
                say(LOGGED_IN, field(1, 'here') + field(8, int(time.time() * 1000)))
                self.logged_in(say, body)
            elif tag[0] == PING:
                say(PONG, b'')

    def stop(self):
        for server in (self.web, self.lines):
            server.shutdown()
            server.server_close()
