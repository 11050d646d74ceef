// The coroutines only move bytes and wait: build (health/http_request) -> exchange -> judge (health/http_reply).
#include "health/io/probe.h"

#include <fmt/core.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <optional>

#include "health/http_reply.h"
#include "health/http_request.h"
#include "health/schedule.h"

namespace drover::health {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto use_result = asio::as_tuple(asio::use_awaitable);

tcp::endpoint to_asio(Endpoint const& endpoint) {
    if (endpoint.address.is_v4()) return {asio::ip::address_v4(endpoint.address.v4()), endpoint.port};
    return {asio::ip::address_v6(endpoint.address.bytes()), endpoint.port};
}

Outcome failed(std::string sentence) { return {Outcome::Kind::failed, std::move(sentence)}; }
Outcome impossible(std::string_view doing, int code) {
    return {Outcome::Kind::impossible, fmt::format("{}: {}", doing, std::strerror(code))};
}

/// Whether a failed connect tells of the server or its network; all else is this host's own trouble.
bool is_servers_fault(error_code const& error) {
    for (int const code :
         {ECONNREFUSED, ECONNRESET, ECONNABORTED, ETIMEDOUT, ENETUNREACH, EHOSTUNREACH, EHOSTDOWN, ENETDOWN, EPIPE})
        if (error.value() == code) return true;
    return false;
}

std::string seconds(Duration duration) {
    return fmt::format("{:g} s", std::chrono::duration<double>(duration).count());
}

}  // namespace

struct Probe::Dialogue : std::enable_shared_from_this<Dialogue> {
    Dialogue(asio::io_context& context, model::Check spec, std::size_t url_index, std::function<void(Outcome)> callback,
             Duration limit_of_all)
        : check(std::move(spec)),
          url(url_index),
          finished(std::move(callback)),
          patience(limit_of_all),
          socket(context),
          step(context),
          whole(context) {}

    asio::awaitable<void> run(std::shared_ptr<Dialogue> self);
    asio::awaitable<Outcome> connect();
    asio::awaitable<Outcome> fetch(model::HttpCheck const& http);

    std::optional<Outcome> open();
    std::optional<Outcome> set_options();
    void limit(asio::steady_timer& timer, Duration duration, std::string sentence);
    void limit_step(std::string_view doing);
    void end();

    model::Check const check;
    std::size_t const url;
    std::function<void(Outcome)> finished;  // empty once called or no longer wanted
    Duration const patience;
    tcp::socket socket;
    asio::steady_timer step, whole;
    std::optional<std::string> timed_out;  // the sentence of the limit that closed the socket
};

/// Opens, marks and binds the socket; an outcome means that this could not be done.
std::optional<Outcome> Probe::Dialogue::open() {
    error_code error;
    socket.open(check.target.address.is_v4() ? tcp::v4() : tcp::v6(), error);
    if (error) return impossible("cannot open a socket", error.value());
    if (auto refused = set_options()) return refused;
    if (!check.bind) return std::nullopt;
    socket.set_option(tcp::socket::reuse_address(true), error);
    socket.bind(to_asio(*check.bind), error);
    if (error) return impossible(fmt::format("cannot check from {}", check.bind->address.text()), error.value());
    return std::nullopt;
}

std::optional<Outcome> Probe::Dialogue::set_options() {
    int const fd = socket.native_handle();
    auto const& device = check.bind_interface;
    if (!device.empty() && ::setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device.c_str(), device.size() + 1) != 0)
        return impossible(fmt::format("cannot check through interface {}", device), errno);
    if (check.fwmark != 0 && ::setsockopt(fd, SOL_SOCKET, SO_MARK, &check.fwmark, sizeof check.fwmark) != 0)
        return impossible(fmt::format("cannot set fwmark {}", check.fwmark), errno);
    return std::nullopt;
}

/// When `timer` runs out the socket is closed, which ends whatever waits on it.
void Probe::Dialogue::limit(asio::steady_timer& timer, Duration duration, std::string sentence) {
    timer.expires_after(duration);
    timer.async_wait([self = shared_from_this(), &timer, sentence = std::move(sentence)](error_code const& error) {
        if (error || timer.expiry() > std::chrono::steady_clock::now() || self->timed_out) return;
        self->timed_out = sentence;
        self->end();
    });
}

void Probe::Dialogue::limit_step(std::string_view doing) {
    limit(step, check.timing.connect_timeout,
          fmt::format("{} within {}", doing, seconds(check.timing.connect_timeout)));
}

void Probe::Dialogue::end() {
    error_code ignored;
    socket.close(ignored);
}

asio::awaitable<Outcome> Probe::Dialogue::connect() {
    if (auto refused = open()) co_return *refused;
    auto const target = to_asio(check.target);
    limit_step(fmt::format("no connection to {}", check.target.text()));
    auto const [error] = co_await socket.async_connect(target, use_result);
    if (timed_out) co_return failed(*timed_out);
    if (error && !is_servers_fault(error))
        co_return impossible(fmt::format("cannot connect to {}", check.target.text()), error.value());
    if (error)
        co_return failed(fmt::format("no connection to {}: {}", check.target.text(), std::strerror(error.value())));
    co_return Outcome{Outcome::Kind::passed, fmt::format("connected to {}", check.target.text())};
}

asio::awaitable<Outcome> Probe::Dialogue::fetch(model::HttpCheck const& http) {
    auto const& wanted = http.urls[url];
    auto const request = http_request(http, url, check.target);
    HttpReply reply(wanted);
    limit_step("the request could not be sent");
    // Its error is left to the read: a server may answer and close before it has taken the whole request.
    co_await asio::async_write(socket, asio::buffer(request), use_result);
    if (timed_out) co_return failed(fmt::format("GET {}: {}", wanted.path, *timed_out));
    std::array<char, 16384> buffer;
    while (true) {
        limit_step("no further answer");
        auto const space = asio::buffer(buffer);
        auto const [error, size] = co_await socket.async_read_some(space, use_result);
        if (timed_out) co_return failed(fmt::format("GET {}: {}", wanted.path, *timed_out));
        if (error && error != asio::error::eof)
            co_return failed(
                fmt::format("GET {}: the connection broke: {}", wanted.path, std::strerror(error.value())));
        if (error || reply.feed(std::string_view(buffer.data(), size))) break;
    }
    auto outcome = reply.outcome();
    outcome.sentence = fmt::format("GET {}: {}", wanted.path, outcome.sentence);
    co_return outcome;
}

asio::awaitable<void> Probe::Dialogue::run(std::shared_ptr<Dialogue> self) {
    limit(whole, patience, fmt::format("not done within {}", seconds(patience)));
    auto outcome = co_await connect();
    auto const* http = std::get_if<model::HttpCheck>(&check.what);
    if (http != nullptr && outcome.kind == Outcome::Kind::passed) outcome = co_await fetch(*http);
    step.cancel();
    whole.cancel();
    end();
    // The receiver may destroy the Probe, and with it `finished`, within the call.
    if (auto const report = std::exchange(finished, nullptr)) report(std::move(outcome));
}

Probe::Probe(asio::io_context& context, model::Check const& check, std::size_t url,
             std::function<void(Outcome)> finished, std::optional<Duration> whole)
    : dialogue_(std::make_shared<Dialogue>(context, check, url, std::move(finished),
                                           whole.value_or(total_limit(check.timing)))) {
    // co_spawn runs up to the first wait within the call: post, so that `finished` never comes from inside it.
    asio::post(context, [&context, dialogue = dialogue_] {
        if (!dialogue->finished) return;
        asio::co_spawn(context, dialogue->run(dialogue), [](std::exception_ptr broken) {
            if (broken) std::rethrow_exception(broken);
        });
    });
}

Probe::~Probe() {
    dialogue_->finished = nullptr;
    dialogue_->step.cancel();
    dialogue_->whole.cancel();
    dialogue_->end();
}

}  // namespace drover::health
