"""A mail server that takes everything and prints each mail as a line of JSON; run as a program on a host of the lab."""

import json
import os
import socketserver
import sys


class Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        commands: list[str] = []
        self.say("220 sink ESMTP")
        for line in self.lines():
            commands.append(line)
            if line.upper() == "DATA":
                self.say("354 go ahead")
                message = self.message()
                # By one write: sessions run side by side.
                os.write(1, json.dumps({"commands": commands, "message": message}).encode() + b"\n")
                self.say("250 taken")
            elif line.upper() == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def lines(self):
        for line in self.rfile:
            yield line.decode(errors="replace").removesuffix("\n").removesuffix("\r")

    def message(self) -> list[str]:
        message = []
        for line in self.lines():
            if line == ".":
                break
            message.append(line.removeprefix("."))
        return message

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    request_queue_size = 128  # directors send several mails at once: a sink that is kept waiting loses none
    daemon_threads = True


if __name__ == "__main__":
    Server(("", int(sys.argv[1])), Session).serve_forever()
