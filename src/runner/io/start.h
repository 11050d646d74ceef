// The script runner: a process of its own, forked before the daemon has any thread, which alone runs scripts. The
// daemon's threads - the VRRP thread above all - only send it a datagram.
//
// It lives exactly as long as it has something to do: when the daemon's end of the socket is gone, for whatever reason,
// it takes no more, starts at once what still waits (a notify_stop posted a moment ago, say), and goes when the last
// script has ended and nothing that a script left in the background holds its output open. PR_SET_PDEATHSIG is not
// used: the end of the socket tells the same for every way of dying, and a signal would take the reader away from the
// pipes of scripts that are still running, which would kill those that write (SIGPIPE). So no crash of the daemon stops
// a script half-way. Signals meant for the daemon (Ctrl-C goes to the whole group) are ignored.
#pragma once

#include <sys/types.h>

#include "base/result.h"
#include "loop/io/fd.h"

namespace drover::runner {

struct Child {
    pid_t pid = -1;
    loop::Fd socket;  ///< SOCK_SEQPACKET, non-blocking: Request out, Event in
};

/// Forks. Call it once, from a process with one thread.
Result<Child> start();

/// The runner's own loop, until the other end of `socket` is closed and all is done.
void serve(loop::Fd socket);

}  // namespace drover::runner
