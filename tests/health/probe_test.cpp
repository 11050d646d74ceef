// The probes against small servers on loopback, each with a port of its own.
#include "health/io/probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <thread>

#include "loop/io/fd.h"

namespace drover::health {
namespace {

using Kind = Outcome::Kind;
using testing::HasSubstr;
using testing::MatchesRegex;

/// A listening socket on 127.0.0.1 or ::1; `serve` handles one connection on a thread.
class Server {
public:
    explicit Server(int backlog = 8, Family family = Family::v4)
        : listener_(::socket(family == Family::v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        if (family == Family::v4) {
            sockaddr_in address{};
            address.sin_family = AF_INET;
            address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            endpoint = {Address::v4(0x7f000001), listen_at(address, address.sin_port, backlog)};
        } else {
            sockaddr_in6 address{};
            address.sin6_family = AF_INET6;
            address.sin6_addr = IN6ADDR_LOOPBACK_INIT;
            endpoint = {*Address::parse("::1"), listen_at(address, address.sin6_port, backlog)};
        }
    }
    ~Server() {
        ::shutdown(listener_.get(), SHUT_RDWR);
        join();
    }
    /// Waits for the end of the conversation, after which what it saw may be read.
    void join() {
        if (thread_.joinable()) thread_.join();
    }
    void serve(std::function<void(int)> talk) {
        thread_ = std::thread([this, talk = std::move(talk)] {
            loop::Fd const peer(::accept(listener_.get(), nullptr, nullptr));
            if (!peer) return;
            talk(peer.get());
        });
    }
    void answer(std::string bytes) {
        serve([this, bytes = std::move(bytes)](int peer) {
            char buffer[4096];
            request.clear();
            while (!request.ends_with("\r\n\r\n")) {
                auto const size = ::recv(peer, buffer, sizeof buffer, 0);
                if (size <= 0) return;
                request.append(buffer, static_cast<std::size_t>(size));
            }
            ::send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        });
    }
    void close() { listener_.reset(); }

    Endpoint endpoint;
    std::string request;

private:
    /// Returns the port, which the kernel chooses.
    template <class SocketAddress>
    std::uint16_t listen_at(SocketAddress& address, in_port_t const& port, int backlog) {
        EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(listener_.get(), backlog), 0);
        socklen_t size = sizeof address;
        ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
        return ntohs(port);
    }

    loop::Fd listener_;
    std::thread thread_;
};

void wait_until_closed(int peer) {
    char buffer[256];
    while (::recv(peer, buffer, sizeof buffer, 0) > 0) {
    }
}

model::Check tcp(Endpoint const& target) {
    model::Check check;
    check.what = model::TcpCheck{};
    check.target = target;
    check.timing.connect_timeout = 5s;
    return check;
}

model::Check http(Endpoint const& target) {
    auto check = tcp(target);
    model::HttpUrl url;
    url.path = "/info.php";
    model::HttpCheck what;
    what.urls.push_back(url);
    check.what = what;
    return check;
}

Outcome attempt(model::Check const& check) {
    boost::asio::io_context context;
    std::optional<Outcome> seen;
    Probe const probe(context, check, 0, [&](Outcome outcome) {
        EXPECT_FALSE(seen) << "called twice";
        seen = std::move(outcome);
    });
    EXPECT_FALSE(seen) << "called from the constructor";
    context.run();
    if (!seen) return {Kind::impossible, "never called"};
    return *seen;
}

TEST(TcpProbe, PassesWhenTheServerListens) {
    Server const server;
    auto const outcome = attempt(tcp(server.endpoint));
    EXPECT_EQ(outcome.kind, Kind::passed);
    EXPECT_EQ(outcome.sentence, "connected to " + server.endpoint.text());
}

TEST(TcpProbe, ReachesAServerOfIpv6) {
    Server server(8, Family::v6);
    EXPECT_EQ(attempt(tcp(server.endpoint)),
              (Outcome{Kind::passed, "connected to [::1]:" + std::to_string(server.endpoint.port)}));
    server.close();
    EXPECT_EQ(attempt(tcp(server.endpoint)),
              (Outcome{Kind::failed, "no connection to " + server.endpoint.text() + ": Connection refused"}));
}

TEST(HttpProbe, AsksAServerOfIpv6ByItsAddressInBrackets) {
    Server server(8, Family::v6);
    server.answer("HTTP/1.0 200 OK\r\n\r\n");
    EXPECT_EQ(attempt(http(server.endpoint)).kind, Kind::passed);
    server.join();
    EXPECT_THAT(server.request, HasSubstr("\r\nHost: [::1]:" + std::to_string(server.endpoint.port) + "\r\n"));
}

TEST(TcpProbe, FailsWhenTheServerRefuses) {
    Server server;
    server.close();
    auto const outcome = attempt(tcp(server.endpoint));
    EXPECT_EQ(outcome.kind, Kind::failed);
    EXPECT_EQ(outcome.sentence, "no connection to " + server.endpoint.text() + ": Connection refused");
}

TEST(TcpProbe, FailsAfterConnectTimeoutWhenNobodyAnswers) {
    // A listener whose backlog is full drops further SYNs: as silent as a dead host.
    Server const server(0);
    std::vector<loop::Fd> fillers;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server.endpoint.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < 4; ++i) {
        fillers.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        (void)::connect(fillers.back().get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
        pollfd waiting{fillers.back().get(), POLLOUT, 0};
        if (::poll(&waiting, 1, 50) == 0) break;  // this one already waits in vain
    }
    auto check = tcp(server.endpoint);
    check.timing.connect_timeout = 100ms;
    auto const outcome = attempt(check);
    EXPECT_EQ(outcome.kind, Kind::failed);
    EXPECT_EQ(outcome.sentence, "no connection to " + server.endpoint.text() + " within 0.1 s");
}

TEST(TcpProbe, DoesNotHoldThisHostsTroubleAgainstTheServer) {
    Server const server;
    auto gone = tcp(server.endpoint);
    gone.bind = Endpoint{*Address::parse("192.0.2.7"), 0};
    EXPECT_EQ(attempt(gone).kind, Kind::impossible);
    EXPECT_EQ(attempt(gone).sentence, "cannot check from 192.0.2.7: Cannot assign requested address");
    auto no_such_interface = tcp(server.endpoint);
    no_such_interface.bind_interface = "drover-no-if";
    EXPECT_EQ(attempt(no_such_interface).kind, Kind::impossible);
    EXPECT_THAT(attempt(no_such_interface).sentence, HasSubstr("interface drover-no-if"));
}

TEST(TcpProbe, ConnectsFromTheAddressGiven) {
    Server server;
    sockaddr_in seen{};
    server.serve([&](int peer) {
        socklen_t size = sizeof seen;
        ::getpeername(peer, reinterpret_cast<sockaddr*>(&seen), &size);
        wait_until_closed(peer);
    });
    auto check = tcp(server.endpoint);
    check.bind = Endpoint{*Address::parse("127.0.0.9"), 0};
    check.bind_interface = "lo";
    EXPECT_EQ(attempt(check).kind, Kind::passed);
    server.join();
    EXPECT_EQ(ntohl(seen.sin_addr.s_addr), 0x7f000009u);
}

TEST(HttpProbe, AsksAndJudgesTheAnswer) {
    Server server;
    server.answer("HTTP/1.0 200 OK\r\n\r\nhello\n");
    auto const outcome = attempt(http(server.endpoint));
    EXPECT_EQ(outcome.sentence, "GET /info.php: status 200");
    EXPECT_EQ(outcome.kind, Kind::passed);
    server.join();
    EXPECT_EQ(server.request,
              "GET /info.php HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: " + server.endpoint.text() + "\r\n\r\n");
}

TEST(HttpProbe, FailsOnAWrongStatus) {
    Server server;
    server.answer("HTTP/1.0 503 Service Unavailable\r\n\r\n");
    auto const outcome = attempt(http(server.endpoint));
    EXPECT_EQ(outcome.kind, Kind::failed);
    EXPECT_EQ(outcome.sentence, "GET /info.php: status 503, wanted 200-299");
}

TEST(HttpProbe, ComparesTheDigest) {
    for (auto const& [digest, kind] : {std::pair{"b1946ac92492d2347c6235b4d2611184", Kind::passed},
                                       std::pair{"00000000000000000000000000000000", Kind::failed}}) {
        Server server;
        server.answer("HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nhello\n");
        auto check = http(server.endpoint);
        std::get<model::HttpCheck>(check.what).urls[0].digest = digest;
        EXPECT_EQ(attempt(check).kind, kind) << digest;
    }
}

TEST(HttpProbe, FailsWhenTheServerRefuses) {
    Server server;
    server.close();
    EXPECT_EQ(attempt(http(server.endpoint)).sentence,
              "no connection to " + server.endpoint.text() + ": Connection refused");
}

TEST(HttpProbe, FailsWhenTheServerHangsUpWithoutAWord) {
    Server server;
    server.answer("");
    auto const outcome = attempt(http(server.endpoint));
    EXPECT_EQ(outcome.kind, Kind::failed);
    EXPECT_EQ(outcome.sentence, "GET /info.php: the connection ended before an answer");
}

TEST(HttpProbe, FailsWhenTheServerIsSilentForConnectTimeout) {
    Server server;
    server.serve(wait_until_closed);
    auto check = http(server.endpoint);
    check.timing.connect_timeout = 100ms;
    auto const outcome = attempt(check);
    EXPECT_EQ(outcome.kind, Kind::failed);
    EXPECT_EQ(outcome.sentence, "GET /info.php: no further answer within 0.1 s");
}

TEST(HttpProbe, LosesPatienceWithAServerThatDrips) {
    Server server;
    server.serve([](int peer) {
        std::string_view const head = "HTTP/1.0 200 OK\r\n\r\n";
        ::send(peer, head.data(), head.size(), MSG_NOSIGNAL);
        pollfd gone{peer, POLLRDHUP, 0};
        while (::poll(&gone, 1, 20) == 0)
            if (::send(peer, "x", 1, MSG_NOSIGNAL) < 0) return;
    });
    auto check = http(server.endpoint);
    check.timing.connect_timeout = 1s;
    boost::asio::io_context context;
    std::optional<Outcome> seen;
    Probe const probe(
        context, check, 0, [&](Outcome outcome) { seen = std::move(outcome); }, 300ms);
    context.run();
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->kind, Kind::failed);
    EXPECT_EQ(seen->sentence, "GET /info.php: not done within 0.3 s");
}

TEST(HttpProbe, EndsWithoutAWordWhenItIsDestroyed) {
    Server server;
    server.serve(wait_until_closed);
    boost::asio::io_context context;
    int calls = 0;
    auto probe = std::make_unique<Probe>(context, http(server.endpoint), 0, [&](Outcome const&) { ++calls; });
    while (context.poll() > 0) {
    }
    probe.reset();
    context.run();
    EXPECT_EQ(calls, 0);
}

TEST(HttpProbe, MayBeDestroyedByWhomItReportsTo) {
    Server server;
    server.answer("HTTP/1.0 200 OK\r\n\r\n");
    boost::asio::io_context context;
    std::unique_ptr<Probe> probe;
    std::string seen;
    probe = std::make_unique<Probe>(context, http(server.endpoint), 0, [&](Outcome const& outcome) {
        seen = outcome.sentence;
        probe.reset();
    });
    context.run();
    EXPECT_EQ(seen, "GET /info.php: status 200");
    EXPECT_EQ(probe, nullptr);
}

}  // namespace
}  // namespace drover::health
