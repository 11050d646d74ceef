"""tcp_sink.py PORT FILE: takes one connection and writes what comes by it into the file, until its end."""

import socket
import sys

listener = socket.create_server(("", int(sys.argv[1])))
connection, _ = listener.accept()
with connection, open(sys.argv[2], "wb") as file:
    while piece := connection.recv(65536):
        file.write(piece)
