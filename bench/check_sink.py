"""check_sink.py PORT: takes connections and ends them at once, as many as health checks make."""

import socket
import sys

with socket.create_server(("", int(sys.argv[1])), backlog=4096) as listener:
    while True:
        listener.accept()[0].close()
