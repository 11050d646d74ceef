#include "control/io/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "control/io/listening_socket.h"
#include "control/io/peer.h"
#include "control/json.h"
#include "control/routes.h"

namespace drover::control {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Local = asio::local::stream_protocol;
using boost::system::error_code;

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t header_limit = 8 * 1024;
constexpr std::size_t discard_limit = 1024 * 1024;
constexpr std::size_t rows_a_chunk = 256;  // about 45 kB of JSON: what one slow reader makes us hold
constexpr std::chrono::milliseconds accept_pause{100};

/// One client's socket with a deadline that closes it.
class Client : public std::enable_shared_from_this<Client> {
public:
    explicit Client(Local::socket socket) : socket_(std::move(socket)), timer_(socket_.get_executor()) {}

    std::unique_ptr<ConnectionCursor> cursor;  ///< here, so that a server that ends can let go of it

    /// Closes the socket after `patience`, unless asked again before.
    void give(std::chrono::milliseconds patience) {
        timer_.expires_after(patience);
        timer_.async_wait([weak = weak_from_this()](error_code error) {
            auto const self = weak.lock();
            // A wait that had just fired when it was replaced finds a later expiry.
            if (!error && self && self->timer_.expiry() <= std::chrono::steady_clock::now()) self->close();
        });
    }

    model::Author author() { return peer_of(socket_.native_handle()); }

    void close() {
        error_code ignored;
        socket_.close(ignored);
    }

    asio::awaitable<bool> read_some(std::string& buffer) {
        std::array<char, 16'384> piece;
        auto const space = asio::buffer(piece);
        auto const [error, size] = co_await socket_.async_read_some(space, as_tuple);
        buffer.append(piece.data(), size);
        co_return !error;
    }

    asio::awaitable<bool> write(std::string const& bytes) {
        auto const data = asio::buffer(bytes);
        auto const [error, size] = co_await asio::async_write(socket_, data, as_tuple);
        co_return !error;
    }

    /// After a refusal: reads on for a while, since closing with unread bytes would take our answer away from the
    /// client.
    asio::awaitable<void> see_off() {
        error_code ignored;
        socket_.shutdown(Local::socket::shutdown_send, ignored);
        std::string discarded;
        for (std::size_t total = 0; total < discard_limit; total += discarded.size()) {
            discarded.clear();
            if (!co_await read_some(discarded)) co_return;
        }
    }

private:
    Local::socket socket_;
    asio::steady_timer timer_;
};

struct HeardRequest {
    std::string method, target, body;
    bool keep = false;     ///< the client may ask again on the same connection
    bool chunked = false;  ///< it understands chunks (HTTP/1.1)
};

/// A request, or the refusal of one, or neither: the client has gone.
struct Heard {
    std::optional<HeardRequest> request;
    std::optional<Reply> refusal;
};

Reply refusal_of(error_code error, std::string_view target) {
    if (error == http::error::header_limit)
        return problem(431, "too-large", "The request's header is too large",
                       fmt::format("at most {} bytes are read", header_limit));
    if (error == http::error::body_limit)
        return problem(413, "too-large", "The request's body is too large",
                       fmt::format("at most {} bytes are read", body_limit_of(target)));
    return problem(400, "bad-request", "This is no HTTP request", error.message());
}

/// The header is there and says what the body is for, which says how long it may be.
error_code begin_body(http::request_parser<http::string_body>& parser) {
    auto const target = parser.get().target();
    auto const limit = body_limit_of({target.data(), target.size()});
    parser.eager(true);
    parser.body_limit(limit);
    auto const length = parser.content_length();
    return length && *length > limit ? make_error_code(http::error::body_limit) : error_code{};
}

asio::awaitable<Heard> hear(Client& client, std::string& buffer) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(header_limit);
    parser.body_limit(largest_body);
    Heard heard;
    while (!parser.is_done()) {
        error_code error;
        bool const had_header = parser.is_header_done();
        if (!buffer.empty()) buffer.erase(0, parser.put(asio::buffer(buffer), error));
        if (!error && !had_header && parser.is_header_done()) {
            error = begin_body(parser);
            if (!error && !buffer.empty()) continue;  // some of the body came along
        }
        if (buffer.size() > header_limit && error == http::error::need_more) error = http::error::header_limit;
        if (error && error != http::error::need_more) {
            auto const target = parser.get().target();
            heard.refusal = refusal_of(error, {target.data(), target.size()});
            co_return heard;
        }
        if (parser.is_done()) break;
        auto const more = co_await client.read_some(buffer);
        if (!more) co_return heard;
    }
    auto const& message = parser.get();
    heard.request = HeardRequest{std::string(message.method_string()), std::string(message.target()), message.body(),
                                 message.keep_alive(), message.version() >= 11};
    co_return heard;
}

std::string head(Reply const& reply, std::string_view framing, bool keep) {
    auto const phrase = http::obsolete_reason(static_cast<http::status>(reply.status));
    return fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\n{}Connection: {}\r\nCache-Control: no-store\r\n\r\n",
                       reply.status, std::string_view(phrase.data(), phrase.size()), reply.content_type, framing,
                       keep ? "keep-alive" : "close");
}

std::string lines_of(std::vector<model::ConnectionRow> const& rows, Reply const& reply) {
    std::string lines;
    for (auto const& row : rows) reply.write_row(lines, row);
    return lines;
}

}  // namespace

/// What the server's coroutines share; it lives until the last of them has ended.
struct Server::State : std::enable_shared_from_this<State> {
    State(asio::io_context& loop, Daemon& the_daemon, ServerOptions the_options)
        : daemon(&the_daemon), options(std::move(the_options)), acceptor(loop), pause(loop) {}

    asio::awaitable<void> accept_clients();
    asio::awaitable<void> serve(std::shared_ptr<Client> client);
    /// False: the connection is at its end.
    asio::awaitable<bool> reply_to(Client& client, HeardRequest const& request);
    asio::awaitable<bool> stream(Client& client, Reply const& reply, bool chunked, bool keep);
    void spawn(std::shared_ptr<Client> client);
    void end();

    Daemon* daemon;  ///< null: the server is gone, nothing is answered any more
    ServerOptions options;
    ListeningSocket file;
    Local::acceptor acceptor;
    asio::steady_timer pause;
    std::vector<std::shared_ptr<Client>> clients;
};

asio::awaitable<void> Server::State::accept_clients() {
    auto const self = shared_from_this();
    while (daemon != nullptr) {
        if (clients.size() >= options.most_clients) {
            pause.expires_at(asio::steady_timer::time_point::max());  // until a client leaves
            co_await pause.async_wait(as_tuple);
            continue;
        }
        auto [error, socket] = co_await acceptor.async_accept(as_tuple);
        if (daemon == nullptr) co_return;
        if (!error) {
            spawn(std::make_shared<Client>(std::move(socket)));
            continue;
        }
        // Out of descriptors or memory, most likely: not for ever, and no reason to spin.
        pause.expires_after(accept_pause);
        co_await pause.async_wait(as_tuple);
    }
}

void Server::State::spawn(std::shared_ptr<Client> client) {
    clients.push_back(client);
    auto const leave = [self = shared_from_this(), client](std::exception_ptr) {
        // Whatever went wrong with one client ends its connection, never the daemon.
        client->close();
        std::erase(self->clients, client);
        self->pause.cancel();
    };
    asio::co_spawn(acceptor.get_executor(), serve(client), leave);
}

asio::awaitable<void> Server::State::serve(std::shared_ptr<Client> client) {
    auto const self = shared_from_this();
    std::string buffer;
    for (bool more = true; more && daemon != nullptr;) {
        client->give(options.patience);
        auto const heard = co_await hear(*client, buffer);
        if (daemon == nullptr || (!heard.request && !heard.refusal)) co_return;
        if (heard.request) {
            more = co_await reply_to(*client, *heard.request);
            continue;
        }
        auto const& reply = *heard.refusal;
        auto const bytes = head(reply, fmt::format("Content-Length: {}\r\n", reply.body.size()), false) + reply.body;
        auto const written = co_await client->write(bytes);
        if (written) co_await client->see_off();
        more = false;
    }
}

asio::awaitable<bool> Server::State::reply_to(Client& client, HeardRequest const& request) {
    auto reply = answer(*daemon, {request.method, request.target, request.body, [&client] { return client.author(); }});
    client.give(options.reader_patience);
    if (reply.connections) {
        client.cursor = std::move(reply.connections);
        auto const sent = co_await stream(client, reply, request.chunked, request.keep);
        client.cursor.reset();
        co_return sent;
    }
    auto const bytes = head(reply, fmt::format("Content-Length: {}\r\n", reply.body.size()), request.keep) + reply.body;
    auto const sent = co_await client.write(bytes);
    co_return sent&& request.keep;
}

/// Rows leave in pieces, and between two of them everything else in the daemon has its turn.
asio::awaitable<bool> Server::State::stream(Client& client, Reply const& reply, bool chunked, bool keep) {
    keep = keep && chunked;  // without chunks the end of the connection is the end of the rows
    auto const start = head(reply, chunked ? "Transfer-Encoding: chunked\r\n" : "", keep);
    auto sent = co_await client.write(start);
    std::vector<model::ConnectionRow> rows;
    while (sent && daemon != nullptr && client.cursor->next(rows, rows_a_chunk)) {
        auto piece = lines_of(rows, reply);
        rows.clear();
        if (chunked) piece = fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
        client.give(options.reader_patience);
        sent = co_await client.write(piece);
    }
    if (!sent || daemon == nullptr || !chunked) co_return false;
    std::string const end = "0\r\n\r\n";
    sent = co_await client.write(end);
    co_return sent&& keep;
}

void Server::State::end() {
    daemon = nullptr;
    error_code ignored;
    acceptor.close(ignored);
    pause.cancel();
    for (auto const& client : clients) {
        client->close();
        client->cursor.reset();
    }
    remove_file(file);
}

Result<std::unique_ptr<Server>> Server::open(asio::io_context& loop, Daemon& daemon, ServerOptions options) {
    auto file = listen_on(options.path, options.group);
    if (!file) return std::unexpected(file.error());
    auto state = std::make_shared<State>(loop, daemon, std::move(options));
    error_code error;
    state->acceptor.assign(Local(), file->fd.release(), error);
    state->file = std::move(*file);
    if (error) return fail("listening on " + state->file.path + ": " + error.message());
    asio::co_spawn(loop, state->accept_clients(), [](std::exception_ptr) {});
    return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::Server(std::shared_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() { state_->end(); }

}  // namespace drover::control
