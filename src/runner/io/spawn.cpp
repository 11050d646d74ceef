#include "runner/io/spawn.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <grp.h>
#include <linux/close_range.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <string_view>

namespace drover::runner {

namespace {

/// What went wrong between fork and exec, sent back through a pipe that a successful exec closes.
struct Obstacle {
    enum class Step : int { stdio, group, user, exec } step;
    int code;
};

std::vector<char*> environment() {
    static constexpr std::array<std::string_view, 3> dropped = {"IFS=", "LD_PRELOAD=", "LD_LIBRARY_PATH="};
    std::vector<char*> kept;
    for (char** variable = environ; *variable != nullptr; ++variable)
        if (std::ranges::none_of(dropped, [&](auto name) { return std::string_view(*variable).starts_with(name); }))
            kept.push_back(*variable);
    kept.push_back(nullptr);
    return kept;
}

std::vector<char*> pointers(std::vector<std::string> const& words) {
    std::vector<char*> result;
    for (auto const& word : words) result.push_back(const_cast<char*>(word.c_str()));  // execve promises not to write
    result.push_back(nullptr);
    return result;
}

void default_signals() {
    struct sigaction plain {};
    plain.sa_handler = SIG_DFL;
    for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &plain, nullptr);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool connect_stdio(int output) {
    int const null = ::open("/dev/null", O_RDONLY);
    return null >= 0 && ::dup2(null, 0) == 0 && ::dup2(output, 1) == 1 && ::dup2(output, 2) == 2;
}

bool change_group(Account const& account) {
    return account == own_account() || (::setgroups(1, &account.gid) == 0 && ::setgid(account.gid) == 0);
}

bool change_user(Account const& account) { return account.uid == ::geteuid() || ::setuid(account.uid) == 0; }

/// The child: never returns.
[[noreturn]] void become(std::string const& program, std::vector<std::string> const& argv, Account const& account,
                         int output, int report) {
    auto const give_up = [report](Obstacle::Step step) {
        Obstacle const obstacle{step, errno};
        (void)!::write(report, &obstacle, sizeof obstacle);
        ::_exit(127);
    };
    ::setpgid(0, 0);
    default_signals();
    if (!connect_stdio(output)) give_up(Obstacle::Step::stdio);
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    if (!change_group(account)) give_up(Obstacle::Step::group);
    if (!change_user(account)) give_up(Obstacle::Step::user);
    auto const variables = environment();
    ::execve(program.c_str(), pointers(argv).data(), variables.data());
    if (errno == ENOEXEC) {
        std::vector<std::string> words = {"/bin/sh", program};
        words.insert(words.end(), argv.begin() + 1, argv.end());
        ::execve("/bin/sh", pointers(words).data(), variables.data());
    }
    give_up(Obstacle::Step::exec);
    ::_exit(127);
}

std::string describe(Obstacle const& obstacle, Account const& account) {
    auto const why = std::strerror(obstacle.code);
    switch (obstacle.step) {
        case Obstacle::Step::stdio:
            return fmt::format("cannot open /dev/null for it: {}", why);
        case Obstacle::Step::group:
            return fmt::format("cannot change to group {}: {}", account.gid, why);
        case Obstacle::Step::user:
            return fmt::format("cannot change to user {}: {}", account.uid, why);
        case Obstacle::Step::exec:
            if (obstacle.code == ENOENT) return "the interpreter named in its first line does not exist";
            return why;
    }
    return why;
}

struct Pipe {
    loop::Fd read, write;
};

Result<Pipe> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno("no pipe for its output");
    return Pipe{loop::Fd(ends[0]), loop::Fd(ends[1])};
}

}  // namespace

Result<Spawned> spawn(std::string const& program, std::vector<std::string> const& argv, Account const& account) {
    auto output = make_pipe();
    auto report = make_pipe();
    if (!output || !report) return std::unexpected(output ? report.error() : output.error());
    pid_t const pid = ::fork();
    if (pid < 0) return fail_errno("cannot fork");
    if (pid == 0) become(program, argv, account, output->write.get(), report->write.get());
    ::setpgid(pid, pid);  // also here, so that the group exists whichever of the two runs first
    report->write.reset();
    Obstacle obstacle{};
    ssize_t size = 0;
    do size = ::read(report->read.get(), &obstacle, sizeof obstacle);
    while (size < 0 && errno == EINTR);
    if (size == sizeof obstacle) {
        ::waitpid(pid, nullptr, 0);
        return fail(describe(obstacle, account), obstacle.code);
    }
    ::fcntl(output->read.get(), F_SETFL, O_NONBLOCK);
    return Spawned{pid, std::move(output->read)};
}

}  // namespace drover::runner
