"""Debian's nginx as a real server's web server."""

from __future__ import annotations

from lab.host import Host
from lab.process import Process

FOLDER = "/run/nginx"
# All that nginx writes is in FOLDER: the machine's own /var/lib is not touched.
CONFIGURATION = """\
daemon off;
worker_processes 1;
pid %(folder)s/pid;
error_log stderr warn;
events {
    worker_connections 256;
}
http {
    access_log %(folder)s/access.log;
    client_body_temp_path %(folder)s/body;
    proxy_temp_path %(folder)s/proxy;
    fastcgi_temp_path %(folder)s/fastcgi;
    uwsgi_temp_path %(folder)s/uwsgi;
    scgi_temp_path %(folder)s/scgi;
    server {
        %(listen)s
        root %(folder)s/www;
        index index.html;
    }
}
"""


class Nginx:
    def __init__(self, host: Host, pages: dict[str, str], ports: list[int]):
        """`pages`: name of the file -> what is in it."""
        self.host = host
        self.ports = ports
        self.process: Process | None = None
        listen = "\n        ".join(f"listen {port};" for port in ports)
        host.write(f"{FOLDER}/nginx.conf", CONFIGURATION % {"folder": FOLDER, "listen": listen})
        for name, content in pages.items():
            host.write(f"{FOLDER}/www/{name}", content)

    def start(self) -> Nginx:
        """Returns when it listens."""
        self.process = self.host.spawn(f"nginx -c {FOLDER}/nginx.conf", "nginx")
        for port in self.ports:
            self.host.wait_for_port(port)
        return self

    def stop(self) -> int:
        return self.process.stop()

    def requests(self) -> list[str]:
        """One line for each request answered so far."""
        return self.host.read(f"{FOLDER}/access.log").splitlines()
