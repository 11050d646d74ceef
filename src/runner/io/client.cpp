#include "runner/io/client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "base/log.h"
#include "loop/io/clock.h"

namespace drover::runner {

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

    pid_t const pid;
    boost::asio::posix::stream_descriptor descriptor;
    int const fd;
    bool is_closed = false;  // by the destructor, or because the runner is gone
};

Client::Client(boost::asio::io_context& context, Child child, Observer on_finished)
    : connection_(std::make_shared<Connection>(context, std::move(child))), on_finished_(std::move(on_finished)) {
    connection_->watch(this);
}

Client::~Client() {
    connection_->is_closed = true;
    connection_->descriptor.close();
    ::waitpid(connection_->pid, nullptr, WNOHANG);
}

std::optional<std::uint64_t> Client::post(Request request) {
    request.id = ++last_id_;
    auto const bytes = encode(request);
    ++posted_;
    if (bytes && ::send(connection_->fd, bytes->data(), bytes->size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
        return request.id;
    --posted_;
    log::error("cannot run {}: {}", request.argv.front(),
               !bytes           ? bytes.error().message
               : errno == EPIPE ? "the script runner is gone"
                                : "the script runner takes no more requests");
    return std::nullopt;
}

void Client::receive() {
    static char buffer[kLargestMessage];
    while (true) {
        auto const size = ::recv(connection_->fd, buffer, sizeof buffer, MSG_DONTWAIT);
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (size <= 0) break;
        if (auto const event = decode_event(std::string_view(buffer, static_cast<std::size_t>(size)))) handle(*event);
    }
    connection_->is_closed = true;
    log::error("the script runner (process {}) is gone: no script will run until drover is restarted",
               connection_->pid);
}

void Client::handle(Event const& event) {
    auto const line = text(event);
    auto const* finished = std::get_if<Finished>(&event);
    auto const level = std::holds_alternative<Output>(event) ? log::Level::info : log::Level::warning;
    if (!line.empty()) log::write(level, line);
    if (finished == nullptr) return;
    ++ended_;
    if (on_finished_) on_finished_(*finished);
}

bool Client::settle(Duration limit) {
    auto const deadline = loop::now() + limit;
    while (ended_ < posted_ && !connection_->is_closed) {
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(deadline - loop::now()).count();
        if (left <= 0) return false;
        pollfd readable{connection_->fd, POLLIN, 0};
        ::poll(&readable, 1, static_cast<int>(left));
        receive();
    }
    return ended_ >= posted_;
}

}  // namespace drover::runner
