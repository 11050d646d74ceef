// The script runner: a process of its own which alone runs scripts. The daemon's threads - the VRRP thread above all -
// only send it a datagram.
//
// It is this program, executed again under another name (posix_spawn, not fork: the daemon may have threads by then, and
// has its memory locked), so that it can be started at any time.
//
// It lives exactly as long as it has something to do: when the daemon's end of the socket is gone, for whatever reason,
// it takes no more, starts at once what still waits (a notify_stop posted a moment ago, say), and goes when the last
// script has ended and nothing that a script left in the background holds its output open. PR_SET_PDEATHSIG is not
// used: the end of the socket tells the same for every way of dying, and a signal would take the reader away from the
// pipes of scripts that are still running, which would kill those that write (SIGPIPE). So no crash of the daemon stops
// a script half-way. Signals meant for the daemon (Ctrl-C goes to the whole group) are ignored.
#pragma once

#include <sys/types.h>

#include <optional>

#include "base/result.h"
#include "loop/io/fd.h"

namespace drover::runner {

struct Child {
    pid_t pid = -1;
    loop::Fd socket;  ///< SOCK_SEQPACKET, non-blocking: Request out, Event in
};

/// Starts the runner: executes this program, whose main() must begin with run_if_called_so(). From the main thread, which
/// has no real-time priority to inherit.
Result<Child> start();

/// If argv[0] is the name that start() gives: runs the runner, and returns the exit status to end with. Without the
/// socket that start() hands over it refuses with a sentence.
std::optional<int> run_if_called_so(char const* const* argv);

/// The runner's own loop, until the other end of `socket` is closed and all is done.
void serve(loop::Fd socket);

}  // namespace drover::runner
