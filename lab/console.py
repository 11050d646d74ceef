"""Commands for a machine that has no other way in: the reference machine, which takes no input once it is booted.

    console.py serve PORT                  in the machine: runs what comes in, each in a shell; /in/console.py is this file
    console.py ask ADDRESS PORT COMMAND    prints what the command printed, and ends with its exit status

What a command leaves running may print to descriptor 3, which is the machine's own output.
"""

import json
import socket
import socketserver
import subprocess
import sys

_SECONDS = 30  # for one command


class _Call(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        done = subprocess.run(["sh", "-c", self.rfile.read().decode()], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, errors="replace", pass_fds=[3])
        self.wfile.write(json.dumps([done.returncode, done.stdout, done.stderr]).encode())


class _Server(socketserver.ThreadingTCPServer):
    address_family = socket.AF_INET
    allow_reuse_address = True
    daemon_threads = True


def serve(port: int) -> None:
    with _Server(("", port), _Call) as server:
        server.serve_forever()


def ask(address: str, port: int, command: str) -> int:
    try:
        with socket.create_connection((address, port), timeout=1) as line:
            line.settimeout(_SECONDS)
            line.sendall(command.encode())
            line.shutdown(socket.SHUT_WR)
            status, out, err = json.loads(line.makefile("rb").read())
    except (OSError, ValueError) as failure:
        print(f"no answer: {failure}", file=sys.stderr)
        return 255
    sys.stdout.write(out)
    sys.stderr.write(err)
    return status


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(int(sys.argv[2]))
    else:
        sys.exit(ask(sys.argv[2], int(sys.argv[3]), sys.argv[4]))
