#include "runner/io/start.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

namespace drover::runner {

namespace {

constexpr int kSocketBuffer = 1 << 20;  // some thousand requests: nobody who posts ever finds it full

/// The child holds nothing of the daemon's but standard input, output and error, and the socket.
[[noreturn]] void become_runner(int socket, sigset_t const& mask) {
    ::prctl(PR_SET_NAME, "drover-scripts");
    for (int const signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE}) ::signal(signal, SIG_IGN);
    ::sigprocmask(SIG_SETMASK, &mask, nullptr);
    if (socket != 3 && ::dup3(socket, 3, O_CLOEXEC) < 0) ::_exit(1);
    ::close_range(4, ~0U, 0);
    serve(loop::Fd(3));
    ::_exit(0);
}

}  // namespace

Result<Child> start() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
        return fail_errno("cannot make the script runner's socket");
    loop::Fd ours(ends[0]);
    loop::Fd const theirs(ends[1]);
    for (int const fd : ends) ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kSocketBuffer, sizeof kSocketBuffer);
    // No signal may reach the child before it has learned to ignore it.
    sigset_t all, before;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, &before);
    pid_t const pid = ::fork();
    if (pid == 0) become_runner(theirs.get(), before);
    int const code = errno;
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    if (pid < 0) return fail_errno("cannot fork the script runner", code);
    return Child{pid, std::move(ours)};
}

}  // namespace drover::runner
