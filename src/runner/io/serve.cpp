// The runner's loop: one thread, one poll(2) over the socket, SIGCHLD and the scripts' output.
#include <fmt/core.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <deque>
#include <list>
#include <set>

#include "loop/io/clock.h"
#include "runner/io/account.h"
#include "runner/io/program.h"
#include "runner/io/spawn.h"
#include "runner/io/start.h"
#include "runner/line_splitter.h"
#include "runner/message.h"
#include "runner/queues.h"

namespace drover::runner {

namespace {

constexpr Duration kGrace = 2s;                 // between SIGTERM and SIGKILL, as keepalived's
constexpr std::size_t kLongestOutbox = 10'000;  // events for a daemon that does not read; lines beyond it are dropped

/// A script that runs, or that has ended and left its output open to a process of its own in the background.
struct Job {
    Request request;
    pid_t pid = -1;
    loop::Fd output;
    LineSplitter lines;
    std::optional<TimePoint> deadline;  // of the next signal
    bool was_terminated = false;
    bool has_ended = false;
};

class Server {
public:
    explicit Server(loop::Fd socket) : socket_(std::move(socket)) {
        sigset_t child;
        ::sigemptyset(&child);
        ::sigaddset(&child, SIGCHLD);
        ::sigprocmask(SIG_BLOCK, &child, nullptr);
        ::signal(SIGCHLD, SIG_DFL);
        signals_ = loop::Fd(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
    }

    void run() {
        while (socket_ || !queues_.is_idle() || !jobs_.empty()) {
            wait();
            take_requests();
            read_outputs();
            reap();
            enforce_deadlines();
            start_scripts();
            flush();
        }
    }

private:
    void wait();
    void take_requests();
    void take(Request request);
    void start_scripts();
    void start_one(Request const& request);
    Result<Spawned> launch(Request const& request);
    void read_outputs();
    void read_output(Job& job);
    void reap();
    void end(Job& job, int status);
    void enforce_deadlines();
    void say(Event event);
    void flush();

    loop::Fd socket_;  // closed: the daemon is gone
    loop::Fd signals_;
    Queues queues_;
    std::list<Job> jobs_;
    std::deque<Event> outbox_;
    std::set<std::string> warned_of_;  // programs whose insecurity was said
};

void Server::wait() {
    std::vector<pollfd> watched = {{signals_.get(), POLLIN, 0},
                                   {socket_.get(), static_cast<short>(outbox_.empty() ? POLLIN : POLLIN | POLLOUT), 0}};
    auto soonest = queues_.next_change();
    for (auto const& job : jobs_) {
        if (job.output) watched.push_back({job.output.get(), POLLIN, 0});
        if (job.deadline) soonest = std::min(soonest.value_or(*job.deadline), *job.deadline);
    }
    int timeout = -1;
    if (soonest) {
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(*soonest - loop::now()).count();
        timeout = static_cast<int>(std::clamp<long>(left, 0, 60'000));
    }
    ::poll(watched.data(), watched.size(), timeout);
    signalfd_siginfo ignored;
    while (::read(signals_.get(), &ignored, sizeof ignored) > 0) {
    }
}

void Server::take_requests() {
    static char buffer[kLargestMessage];
    while (socket_) {
        auto const size = ::recv(socket_.get(), buffer, sizeof buffer, 0);
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (size <= 0) {
            socket_.reset();
            outbox_.clear();
            queues_.hurry();
            return;
        }
        auto request = decode_request(std::string_view(buffer, static_cast<std::size_t>(size)));
        if (request) take(std::move(*request));
    }
}

void Server::take(Request request) {
    auto const id = request.id;
    auto const script = request.argv.front();
    if (queues_.is_full()) say(Remark{id, script, "has to wait, too many scripts are running"});
    if (!queues_.push(std::move(request)))
        say(Finished{id, script, Ending::not_started, 0, "too many scripts are waiting already"});
}

void Server::start_scripts() {
    // Those that cannot be started end at once and make room for the next of their queue.
    for (auto starts = queues_.take(loop::now()); !starts.empty(); starts = queues_.take(loop::now()))
        for (auto const& start : starts) {
            if (start.beside_another && socket_)
                say(Remark{start.request.id, start.request.argv.front(),
                           "is started although the script before it is still running"});
            start_one(start.request);
        }
}

void Server::start_one(Request const& request) {
    auto spawned = launch(request);
    if (!spawned) {
        say(Finished{request.id, request.argv.front(), Ending::not_started, spawned.error().code,
                     spawned.error().message});
        queues_.ended(request);
        return;
    }
    say(Started{request.id, request.argv.front()});
    Job job;
    job.request = request;
    job.pid = spawned->pid;
    job.output = std::move(spawned->output);
    if (request.timeout > Duration::zero()) job.deadline = loop::now() + request.timeout;
    jobs_.push_back(std::move(job));
}

Result<Spawned> Server::launch(Request const& request) {
    auto const account = account_named(request.user, request.group);
    if (!account) return std::unexpected(account.error());
    auto const program = find_program(request.argv.front());
    if (!program) return std::unexpected(program.error());
    if (account->uid == 0) {
        auto const insecurity = insecurity_of(*program);
        if (insecurity && request.secure) return fail(fmt::format("it would run as root and {}", *insecurity));
        if (insecurity && warned_of_.insert(*program).second)
            say(Remark{request.id, request.argv.front(),
                       fmt::format("runs as root although {} (enable_script_security would refuse it)", *insecurity)});
    }
    return spawn(*program, request.argv, *account);
}

void Server::read_outputs() {
    for (auto& job : jobs_)
        if (job.output) read_output(job);
    jobs_.remove_if([](Job const& job) { return job.has_ended && !job.output; });
}

/// Reads what is there; at most 64 KiB, so that one talker does not keep the others waiting.
void Server::read_output(Job& job) {
    char buffer[4096];
    for (int round = 0; round < 16; ++round) {
        auto const size = ::read(job.output.get(), buffer, sizeof buffer);
        if (size < 0) return;
        bool const at_end = size == 0;
        for (auto& line :
             at_end ? job.lines.finish() : job.lines.feed(std::string_view(buffer, static_cast<std::size_t>(size))))
            say(Output{job.request.id, job.request.argv.front(), std::move(line)});
        if (at_end) return job.output.reset();
    }
}

void Server::reap() {
    int status = 0;
    for (pid_t pid = ::waitpid(-1, &status, WNOHANG); pid > 0; pid = ::waitpid(-1, &status, WNOHANG))
        for (auto& job : jobs_)
            if (job.pid == pid && !job.has_ended) end(job, status);
    jobs_.remove_if([](Job const& job) { return job.has_ended && !job.output; });
}

/// Its last words come before the last word on it. The pipe stays open for what it left in the background: that would
/// die of SIGPIPE otherwise.
void Server::end(Job& job, int status) {
    if (job.output) read_output(job);
    for (auto& line : job.lines.finish()) say(Output{job.request.id, job.request.argv.front(), std::move(line)});
    if (job.lines.dropped() > 0)
        say(Remark{job.request.id, job.request.argv.front(),
                   fmt::format("wrote {} more lines, which are not logged", job.lines.dropped())});
    Finished finished{job.request.id, job.request.argv.front(), Ending::exited, 0, {}};
    if (job.was_terminated) {
        finished.ending = Ending::timed_out;
        finished.code = static_cast<int>(std::chrono::ceil<std::chrono::seconds>(job.request.timeout).count());
    } else if (WIFSIGNALED(status)) {
        finished.ending = Ending::killed;
        finished.code = WTERMSIG(status);
    } else {
        finished.code = WEXITSTATUS(status);
    }
    say(std::move(finished));
    job.has_ended = true;
    job.deadline.reset();
    queues_.ended(job.request);
}

void Server::enforce_deadlines() {
    auto const now = loop::now();
    for (auto& job : jobs_) {
        if (!job.deadline || now < *job.deadline) continue;
        ::kill(-job.pid, job.was_terminated ? SIGKILL : SIGTERM);
        job.deadline = job.was_terminated ? std::nullopt : std::optional(now + kGrace);
        job.was_terminated = true;
    }
}

void Server::say(Event event) {
    bool const is_line = std::holds_alternative<Output>(event);
    if (!socket_ || (is_line && outbox_.size() >= kLongestOutbox)) return;
    outbox_.push_back(std::move(event));
}

void Server::flush() {
    while (socket_ && !outbox_.empty()) {
        auto const bytes = encode(outbox_.front());
        if (bytes && ::send(socket_.get(), bytes->data(), bytes->size(), MSG_NOSIGNAL) < 0) return;
        outbox_.pop_front();
    }
}

}  // namespace

void serve(loop::Fd socket) { Server(std::move(socket)).run(); }

}  // namespace drover::runner
