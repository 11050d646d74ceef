"""A real server's web pages: web_server.py NAME PORT...

`/` names the server. `/info.php`, which the directors' checks ask for, answers 200, or 500 while /run/web-fails exists.
`/lines/N` is N bytes long, of numbered lines (numbered_lines.py). What is PUT is answered with its SHA-256. Of IPv4 and IPv6.
"""

import hashlib
import os
import socket
import socketserver
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from numbered_lines import numbered_lines

NAME = sys.argv[1]


class Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # a client may keep its connection
    disable_nagle_algorithm = True

    def do_GET(self):
        if self.path == "/info.php" and os.path.exists("/run/web-fails"):
            self._answer(500, "out of order")
        elif self.path in ("/", "/info.php"):
            self._answer(200, NAME)
        elif self.path.startswith("/lines/"):
            self._send(200, numbered_lines(int(self.path.removeprefix("/lines/"))))
        else:
            self._answer(404, "no such page")

    def do_PUT(self):
        self._answer(200, hashlib.sha256(self.rfile.read(int(self.headers["Content-Length"]))).hexdigest())

    def _answer(self, status: int, text: str):
        self._send(status, f"{text}\n".encode())

    def _send(self, status: int, body: bytes):
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    address_family = socket.AF_INET6  # which takes IPv4 as well
    request_queue_size = 1024  # a busy machine lets this server wait; a SYN too many would look like a lost packet

    def server_bind(self):
        """HTTPServer's own asks the DNS for this host's name, and a lab has no DNS."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = NAME, self.server_address[1]


servers = [Server(("::", int(port)), Page) for port in sys.argv[2:]]
for server in servers[1:]:
    threading.Thread(target=server.serve_forever, daemon=True).start()
servers[0].serve_forever()
