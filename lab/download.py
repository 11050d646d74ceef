"""download.py ADDRESS PATH FILE SOURCE RATE: fetches a page from port 80 into FILE, at most RATE bytes a second (0: at once).

It takes a little at a time, all the way, so that the rest stays with the server; after USR1 it takes that at once.
Exit status 0: all of it came; 1: the connection failed, and standard error says how.
"""

import http.client
import signal
import sys
import time

PIECE = 4096

address, path, file, source = sys.argv[1:5]
rate = int(sys.argv[5])


def hurry(*_) -> None:
    global rate
    rate = 0


signal.signal(signal.SIGUSR1, hurry)
connection = http.client.HTTPConnection(address, 80, source_address=(source, 0))
try:
    connection.request("GET", path)
    answer = connection.getresponse()
    if answer.status != 200:
        sys.exit(f"status {answer.status}")
    length, received, began = int(answer.headers["Content-Length"]), 0, time.monotonic()
    with open(file, "wb", buffering=0) as output:
        while received < length:
            piece = answer.read(min(PIECE, length - received))
            if not piece:
                sys.exit(f"the connection ended after {received} of {length} bytes")
            output.write(piece)
            received += len(piece)
            if rate:
                time.sleep(max(0.0, began + received / rate - time.monotonic()))
except OSError as failure:
    sys.exit(str(failure))
