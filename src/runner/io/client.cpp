#include "runner/io/client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <algorithm>
#include <csignal>

#include "base/log.h"
#include "loop/io/clock.h"

namespace drover::runner {

namespace {

constexpr std::size_t kMostWaiting = 10'000;

}  // namespace

struct Client::Connection : std::enable_shared_from_this<Connection> {
    Connection(boost::asio::io_context& context, Child child)
        : pid(child.pid), descriptor(context, child.socket.release()), fd(descriptor.native_handle()) {}

    void watch(Client* client) {
        descriptor.async_wait(descriptor.wait_read, [self = shared_from_this(), client](auto const& error) {
            if (error || self->is_closed) return;
            client->receive();
            if (!self->is_closed) self->watch(client);
        });
    }
    void close() {
        is_closed = true;
        descriptor.close();
    }

    pid_t const pid;
    boost::asio::posix::stream_descriptor descriptor;
    int const fd;
    bool is_closed = false;  // by the destructor, or because the runner is gone
};

Client::Client(boost::asio::io_context& context, Child child, Start start_again, Observer on_finished)
    : context_(context), start_again_(std::move(start_again)), on_finished_(std::move(on_finished)), next_start_(context) {
    adopt(std::move(child));
}

Client::~Client() {
    if (connection_->is_closed) return;
    connection_->close();
    ::waitpid(connection_->pid, nullptr, WNOHANG);
}

std::optional<std::uint64_t> Client::post(Request request) { return post(std::move(request), false); }

std::optional<std::uint64_t> Client::post_quietly(Request request) { return post(std::move(request), true); }

std::optional<std::uint64_t> Client::post(Request request, bool quietly) {
    request.id = ++last_id_;
    std::string why;
    {
        std::scoped_lock const lock(mutex_);
        why = waiting_.size() < kMostWaiting ? send(request) : "too many scripts are waiting already";
        if (why.empty() && quietly) quiet_.insert(request.id);
        if (why.empty()) return waiting_.emplace(request.id, std::move(request)).first->first;
    }
    log::error("cannot run {}: {}", request.argv.front(), why);
    return std::nullopt;
}

/// Returns why it cannot be run. That there is no runner now is no such reason: the next one is sent what waits.
std::string Client::send(Request const& request) {
    auto const bytes = encode(request);
    if (!bytes) return bytes.error().message;
    if (fd_ < 0 || ::send(fd_, bytes->data(), bytes->size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return {};
    bool const is_full = errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM;
    return is_full ? "the script runner takes no more requests" : "";
}

void Client::adopt(Child child) {
    connection_ = std::make_shared<Connection>(context_, std::move(child));
    connection_->watch(this);
    std::vector<Finished> refused;
    {
        std::scoped_lock const lock(mutex_);
        fd_ = connection_->fd;
        for (auto const& [id, request] : waiting_)
            if (auto why = send(request); !why.empty())
                refused.push_back({id, request.argv.front(), Ending::not_started, 0, std::move(why)});
    }
    for (auto const& finished : refused) handle(finished);
}

void Client::receive() {
    static char buffer[kLargestMessage];
    while (true) {
        auto const size = ::recv(connection_->fd, buffer, sizeof buffer, MSG_DONTWAIT);
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (size < 0 && errno == ECONNRESET) continue;  // said once, before the last words of one that died
        if (size <= 0) break;
        if (auto const event = decode_event(std::string_view(buffer, static_cast<std::size_t>(size)))) handle(*event);
    }
    bury();
    replace();
}

void Client::handle(Event const& event) {
    auto const line = text(event);
    auto const level = std::holds_alternative<Output>(event) ? log::Level::info : log::Level::warning;
    if (!line.empty() && !is_quiet(event)) log::write(level, line);
    if (auto const* started = std::get_if<Started>(&event)) {
        running_.emplace(started->id, started->script);
        forget_waiting(started->id);
    }
    if (auto const* finished = std::get_if<Finished>(&event)) {
        running_.erase(finished->id);
        forget_waiting(finished->id);
        {
            std::scoped_lock const lock(mutex_);
            quiet_.erase(finished->id);
        }
        if (on_finished_) on_finished_(*finished);
    }
}

bool Client::is_quiet(Event const& event) {
    auto const id = std::visit([](auto const& e) { return e.id; }, event);
    std::scoped_lock const lock(mutex_);
    return quiet_.contains(id);
}

void Client::forget_waiting(std::uint64_t id) {
    std::unique_lock lock(mutex_);
    auto const forgotten = waiting_.extract(id);
    lock.unlock();  // before it is freed
}

bool Client::is_idle() {
    std::scoped_lock const lock(mutex_);
    auto const all_quiet = [this](auto const& scripts) {
        return std::ranges::all_of(scripts, [this](auto const& entry) { return quiet_.contains(entry.first); });
    };
    return all_quiet(waiting_) && all_quiet(running_);
}

/// The runner is gone. Its process, should it only have lost its socket, as well: two must not run side by side.
void Client::bury() {
    {
        std::scoped_lock const lock(mutex_);
        fd_ = -1;
    }
    connection_->close();
    auto const pid = connection_->pid;
    if (::waitpid(pid, nullptr, WNOHANG) == 0 && ::kill(pid, SIGKILL) == 0) ::waitpid(pid, nullptr, 0);
    log::error("the script runner (process {}) is gone", pid);
    for (auto const& [id, script] : std::exchange(running_, {})) handle(Finished{id, script, Ending::lost, 0, {}});
}

void Client::replace() {
    if (loop::now() >= last_start_ + kBetweenStarts && replace_now()) return;
    next_start_.at(last_start_ + kBetweenStarts, [this] {
        if (connection_->is_closed) replace();
    });
}

bool Client::replace_now() {
    last_start_ = loop::now();
    auto child = start_again_();
    if (!child) {
        log::error("no script can be run for now: {}", child.error().message);
        return false;
    }
    log::notice("the script runner was started again (process {})", child->pid);
    adopt(std::move(*child));
    return true;
}

bool Client::settle(Duration limit) {
    auto const deadline = loop::now() + limit;
    while (!is_idle()) {
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(deadline - loop::now()).count();
        if (left <= 0) return false;
        if (connection_->is_closed && !replace_now()) return false;
        pollfd readable{connection_->fd, POLLIN, 0};
        ::poll(&readable, 1, static_cast<int>(left));
        receive();
    }
    return true;
}

}  // namespace drover::runner
