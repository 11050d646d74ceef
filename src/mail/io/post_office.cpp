#include "mail/io/post_office.h"

#include <fmt/core.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <ctime>
#include <deque>
#include <utility>

#include "base/log.h"
#include "loop/io/clock.h"
#include "loop/io/host_name.h"
#include "mail/dialogue.h"

namespace drover::mail {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto use_result = asio::as_tuple(asio::use_awaitable);

std::string local_date() {
    auto const seconds = static_cast<std::time_t>(loop::unix_microseconds() / 1'000'000);
    std::tm parts{};
    char text[64];
    if (::localtime_r(&seconds, &parts) == nullptr) return {};
    return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S %z", &parts)};
}

/// A mail on its way out, with what it was to be sent by when it was written.
struct Item {
    Envelope envelope;
    std::string message;
    std::string server;
    std::uint16_t port = 0;
    Duration patience{0};

    std::string where() const { return fmt::format("[{}]:{}", server, port); }
};

}  // namespace

struct PostOffice::Counter : std::enable_shared_from_this<Counter> {
    explicit Counter(asio::io_context& c) : context(c), resolver(c), socket(c), limit(c) {}

    void add(Item item);
    void close();
    asio::awaitable<void> work(std::shared_ptr<Counter> self);
    asio::awaitable<std::string> send(Item const& item);
    asio::awaitable<std::string> connect(Item const& item);
    asio::awaitable<std::string> talk(Item const& item);
    void limit_step(Duration patience);
    void end_step();
    void judge(Item const& item, std::string const& trouble);

    asio::io_context& context;
    tcp::resolver resolver;
    tcp::socket socket;
    asio::steady_timer limit;
    bool is_closed = false, is_working = false, is_late = false, in_trouble = false;
    std::uint64_t lost = 0;
    std::deque<Item> waiting;
    model::MailSettings settings;
    std::string router_id;
};

void PostOffice::Counter::add(Item item) {
    if (waiting.size() >= kMostWaiting) return void(++lost);
    waiting.push_back(std::move(item));
    if (std::exchange(is_working, true)) return;
    asio::co_spawn(context, work(shared_from_this()), [](std::exception_ptr broken) {
        if (broken) std::rethrow_exception(broken);
    });
}

void PostOffice::Counter::close() {
    is_closed = true;
    waiting.clear();
    end_step();
}

/// The socket is closed when the time is over, which ends whatever waits on it.
void PostOffice::Counter::limit_step(Duration patience) {
    limit.expires_after(patience);
    limit.async_wait([self = shared_from_this()](error_code const& error) {
        if (error || self->limit.expiry() > std::chrono::steady_clock::now()) return;
        self->is_late = true;
        self->end_step();
    });
}

void PostOffice::Counter::end_step() {
    limit.cancel();
    resolver.cancel();
    error_code ignored;
    socket.close(ignored);
}

asio::awaitable<void> PostOffice::Counter::work(std::shared_ptr<Counter> self) {
    while (!waiting.empty()) {
        auto const item = std::move(waiting.front());
        waiting.pop_front();
        is_late = false;
        auto trouble = co_await send(item);
        if (is_closed) co_return;
        if (is_late) trouble = fmt::format("no answer within {:g} s", std::chrono::duration<double>(item.patience).count());
        end_step();
        judge(item, trouble);
    }
    is_working = false;
}

/// Why it could not be sent; empty: it was.
asio::awaitable<std::string> PostOffice::Counter::send(Item const& item) {
    auto trouble = co_await connect(item);
    if (trouble.empty()) trouble = co_await talk(item);
    co_return trouble;
}

asio::awaitable<std::string> PostOffice::Counter::connect(Item const& item) {
    limit_step(item.patience);
    auto const port = std::to_string(item.port);
    auto const [unknown, endpoints] = co_await resolver.async_resolve(item.server, port, use_result);
    if (unknown) co_return fmt::format("its name is not known: {}", unknown.message());
    auto const [error, endpoint] = co_await asio::async_connect(socket, endpoints, use_result);
    if (error) co_return fmt::format("no connection: {}", error.message());
    log::debug("Remote SMTP server {} connected.", item.where());
    co_return std::string();
}

asio::awaitable<std::string> PostOffice::Counter::talk(Item const& item) {
    Dialogue dialogue(item.envelope, item.message);
    std::array<char, 2048> buffer;
    while (true) {
        limit_step(item.patience);
        auto const space = asio::buffer(buffer);
        auto const [error, size] = co_await socket.async_read_some(space, use_result);
        if (error) co_return fmt::format("the connection broke: {}", error.message());
        auto const step = dialogue.feed(std::string_view(buffer.data(), size));
        if (step.state == Dialogue::State::failed) co_return step.trouble;
        if (!step.send.empty()) {
            auto const bytes = asio::buffer(step.send);
            auto const [unsent, written] = co_await asio::async_write(socket, bytes, use_result);
            if (unsent && step.state != Dialogue::State::delivered)
                co_return fmt::format("the connection broke: {}", unsent.message());
        }
        if (step.state == Dialogue::State::delivered) co_return std::string();
    }
}

void PostOffice::Counter::judge(Item const& item, std::string const& trouble) {
    if (trouble.empty()) {
        log::info("SMTP alert successfully sent.");
        if (in_trouble) log::notice("mail is sent again; {} before this one were lost", lost);
        in_trouble = false;
        lost = 0;
        return;
    }
    ++lost;
    if (!std::exchange(in_trouble, true))
        log::warning("SMTP alerts cannot be sent by {}: {}; they are lost until it answers", item.where(), trouble);
}

PostOffice::PostOffice(asio::io_context& context) : counter_(std::make_shared<Counter>(context)) {}

PostOffice::~PostOffice() { counter_->close(); }

void PostOffice::apply(model::MailSettings settings, std::string router_id) {
    counter_->settings = std::move(settings);
    counter_->router_id = std::move(router_id);
}

void PostOffice::post(Letter const& letter) {
    auto const& settings = counter_->settings;
    if (settings.server.empty() || settings.to.empty()) return;
    auto const host = loop::host_name();
    auto const& helo = settings.helo_name.empty() ? host : settings.helo_name;
    counter_->add({{helo, from_address(settings, host), settings.to},
                   message(letter, settings, {host, counter_->router_id, local_date()}),
                   settings.server,
                   settings.port,
                   settings.connect_timeout});
}

}  // namespace drover::mail
