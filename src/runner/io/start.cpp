#include "runner/io/start.h"

#include <spawn.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string_view>

namespace drover::runner {

namespace {

constexpr char const* kName = "drover-scripts";
constexpr int kSocket = 3;             // what the runner finds it as
constexpr int kSocketBuffer = 1 << 20;  // some thousand requests: nobody who posts ever finds it full

/// What the child is to be: it holds nothing of the daemon's but standard input, output and error, and the socket, and
/// no signal reaches it before it has learned to ignore it.
class Orders {
public:
    explicit Orders(int socket) {
        sigset_t all;
        ::sigfillset(&all);
        ::posix_spawnattr_init(&attributes_);
        ::posix_spawnattr_setsigmask(&attributes_, &all);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK);
        ::posix_spawn_file_actions_init(&files_);
        ::posix_spawn_file_actions_adddup2(&files_, socket, kSocket);
        ::posix_spawn_file_actions_addclosefrom_np(&files_, kSocket + 1);
    }
    Orders(Orders const&) = delete;
    Orders& operator=(Orders const&) = delete;
    ~Orders() {
        ::posix_spawn_file_actions_destroy(&files_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    /// Returns an errno.
    int carry_out(pid_t& pid) const {
        char* const argv[] = {const_cast<char*>(kName), nullptr};  // posix_spawn promises not to write
        return ::posix_spawn(&pid, "/proc/self/exe", &files_, &attributes_, argv, environ);
    }

private:
    posix_spawnattr_t attributes_;
    posix_spawn_file_actions_t files_;
};

bool is_the_daemons_socket() {
    int type = 0;
    socklen_t size = sizeof type;
    return ::getsockopt(kSocket, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

}  // namespace

Result<Child> start() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
        return fail_errno("cannot make the script runner's socket");
    loop::Fd ours(ends[0]);
    loop::Fd const theirs(ends[1]);
    for (int const fd : ends) ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kSocketBuffer, sizeof kSocketBuffer);
    pid_t pid = -1;
    if (int const code = Orders(theirs.get()).carry_out(pid); code != 0)
        return fail_errno("cannot start the script runner (/proc/self/exe)", code);
    return Child{pid, std::move(ours)};
}

std::optional<int> run_if_called_so(char const* const* argv) {
    if (argv[0] == nullptr || std::string_view(argv[0]) != kName) return std::nullopt;
    if (!is_the_daemons_socket()) {
        std::fprintf(stderr, "%s: drover run starts this by itself\n", kName);
        return 2;
    }
    ::prctl(PR_SET_NAME, kName);
    for (int const signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE}) ::signal(signal, SIG_IGN);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    serve(loop::Fd(kSocket));
    return 0;
}

}  // namespace drover::runner
