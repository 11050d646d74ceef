#include "control/io/client.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <cstring>
#include <optional>

#include "control/json.h"
#include "loop/io/fd.h"

namespace drover::control {

namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

constexpr int patience_s = 60;  // a reload of a large file may take a while
constexpr std::uint64_t whole_body_limit = std::uint64_t{1} << 30;

Result<loop::Fd> connect_to(std::string const& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path)
        return fail(
            fmt::format("the socket's path \"{}\" must have 1 to {} characters", path, sizeof address.sun_path - 1),
            no_daemon);
    path.copy(address.sun_path, path.size());
    loop::Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    timeval const patience{patience_s, 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (::connect(fd.get(), reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0) return fd;
    switch (errno) {
        case ENOENT:
            return fail(fmt::format("no drover daemon is running here: {} does not exist (start it with `drover run`, "
                                    "or name its socket with --socket)",
                                    path),
                        no_daemon);
        case ECONNREFUSED:
            return fail(
                fmt::format(
                    "no drover daemon answers on {}: the one that made it has gone (start it with `drover run`)", path),
                no_daemon);
        case EACCES:
            return fail(fmt::format("no permission to use {}: be root or a member of the group drover", path),
                        no_daemon);
    }
    return fail(fmt::format("no drover daemon can be reached on {}: {}", path, std::strerror(errno)), no_daemon);
}

Result<void> send_all(int fd, std::string_view bytes, std::string const& path) {
    while (!bytes.empty()) {
        auto const sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return fail_errno("asking the daemon on " + path);
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return {};
}

/// Cuts what comes in pieces into lines.
class Lines {
public:
    explicit Lines(std::function<bool(std::string_view)> const& line) : line_(line) {}

    /// False: the reader has had enough.
    bool add(std::string_view piece) {
        for (auto end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
            auto const head = piece.substr(0, end);
            piece.remove_prefix(end + 1);
            if (rest_.empty() ? !line_(head) : !line_(rest_.append(head))) return false;
            rest_.clear();
        }
        rest_.append(piece);
        return true;
    }

private:
    std::function<bool(std::string_view)> const& line_;
    std::string rest_;
};

using Parser = http::response_parser<http::string_body>;

enum class End { whole, stopped };

/// Feeds the parser from the socket until the answer is whole, or `stopped` says that its reader has had enough.
Result<End> receive(int fd, Parser& parser, bool const& stopped, std::string const& path) {
    std::string buffer;
    std::array<char, 64 * 1024> piece;
    while (!parser.is_done()) {
        auto const size = ::recv(fd, piece.data(), piece.size(), 0);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0 && errno == EAGAIN)
            return fail(fmt::format("the daemon on {} has not answered for {} s", path, patience_s));
        if (size < 0) return fail_errno("reading the answer of the daemon on " + path);
        error_code error;
        if (size == 0) {
            if (parser.got_some()) parser.put_eof(error);
            if (error || !parser.is_done())
                return fail(fmt::format("the answer of the daemon on {} broke off before its end", path));
            break;
        }
        buffer.append(piece.data(), static_cast<std::size_t>(size));
        while (!buffer.empty() && !parser.is_done() && !error) {
            auto const used = parser.put(boost::asio::buffer(buffer), error);
            buffer.erase(0, used);
            if (stopped) return End::stopped;
        }
        if (error && error != http::error::need_more)
            return fail(fmt::format("what answers on {} is no drover daemon: {}", path, error.message()));
    }
    return End::whole;
}

/// The daemon's refusal in its own words.
Error refusal(Parser const& parser, std::string const& path) {
    auto const problem = problem_from_json(parser.get().body());
    if (problem)
        return {problem->detail.empty() ? problem->title : problem->detail,
                static_cast<int>(parser.get().result_int())};
    return {fmt::format("the daemon on {} answered with status {}", path, parser.get().result_int()),
            static_cast<int>(parser.get().result_int())};
}

using Line = std::function<bool(std::string_view)>;

Result<std::string> ask(std::string const& path, std::string_view method, std::string_view target, std::string_view body,
                        Line const* line) {
    auto const fd = connect_to(path);
    if (!fd) return std::unexpected(fd.error());
    auto const request =
        fmt::format("{} {} HTTP/1.1\r\nHost: drover\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", method, target,
                    body.size());
    for (auto const part : {std::string_view(request), body})
        if (auto const sent = send_all(fd->get(), part, path); !sent) return std::unexpected(sent.error());

    Parser parser;
    parser.eager(true);
    parser.body_limit(line != nullptr ? boost::none : boost::optional<std::uint64_t>(whole_body_limit));
    bool stopped = false;
    std::optional<Lines> lines;
    auto on_chunk = [&](std::uint64_t, boost::beast::string_view piece, error_code&) {
        stopped = stopped || !lines->add({piece.data(), piece.size()});
        return piece.size();
    };
    // A refusal comes with a length, not in chunks, and so ends up in the parser's body.
    if (line != nullptr) {
        lines.emplace(*line);
        parser.on_chunk_body(on_chunk);
    }
    auto const end = receive(fd->get(), parser, stopped, path);
    if (!end) return std::unexpected(end.error());
    if (*end == End::whole && parser.get().result_int() / 100 != 2) return std::unexpected(refusal(parser, path));
    return parser.get().body();
}

}  // namespace

Result<std::string> SocketClient::get(std::string_view target) const { return ask(path_, "GET", target, {}, nullptr); }

Result<std::string> SocketClient::post(std::string_view target, std::string_view body) const {
    return ask(path_, "POST", target, body, nullptr);
}

Result<void> SocketClient::lines(std::string_view target, Line const& line) const {
    auto const done = ask(path_, "GET", target, {}, &line);
    if (!done) return std::unexpected(done.error());
    return {};
}

}  // namespace drover::control
