#include "control/io/client.h"

#include "control/io/running_server.h"

namespace drover::control {
namespace {

/// Answers the first request with these bytes and closes.
class Impostor {
public:
    Impostor(std::string const& path, std::string answer) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        ::unlink(path.c_str());
        ::bind(fd_.get(), reinterpret_cast<sockaddr const*>(&address), sizeof address);
        ::listen(fd_.get(), 1);
        thread_ = std::thread([this, answer = std::move(answer)] {
            loop::Fd const client(::accept(fd_.get(), nullptr, nullptr));
            std::string request;
            for (char byte; request.find("\r\n\r\n") == std::string::npos && ::recv(client.get(), &byte, 1, 0) == 1;)
                request += byte;
            ::send(client.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
        });
    }
    ~Impostor() { thread_.join(); }

private:
    loop::Fd fd_;
    std::thread thread_;
};

TEST(SocketClient, NamesTheSocketWhenNobodyAnswers) {
    TemporaryFolder const folder;
    auto const path = (folder.path / "none.sock").string();
    auto const answer = SocketClient(path).get("/v1/status");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, no_daemon);
    EXPECT_NE(answer.error().message.find(path + " does not exist"), std::string::npos) << answer.error().message;

    for (auto const& bad : {std::string(), std::string(300, 'x')})
        EXPECT_EQ(SocketClient(bad).get("/").error().code, no_daemon);
}

TEST(SocketClient, SaysThatTheDaemonHasGone) {
    TemporaryFolder const folder;
    auto const path = (folder.path / "dead.sock").string();
    {
        Impostor const dying(path, "");
        auto const answer = SocketClient(path).get("/v1/status");
        ASSERT_FALSE(answer);
        EXPECT_NE(answer.error().message.find("broke off before its end"), std::string::npos) << answer.error().message;
    }
    auto const answer = SocketClient(path).get("/v1/status");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, no_daemon);
    EXPECT_NE(answer.error().message.find("has gone"), std::string::npos) << answer.error().message;
}

TEST(SocketClient, DoesNotTakeAHalfAnswerForAWholeOne) {
    TemporaryFolder const folder;
    auto const path = (folder.path / "half.sock").string();
    for (auto const* answer :
         {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{}\n\r\n", "HTTP/1.1 200", "garbage\r\n\r\n",
          "HTTP/1.1 500 Oh\r\nContent-Length: 3\r\n\r\noh!", "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}"}) {
        {
            Impostor const impostor(path, answer);
            EXPECT_FALSE(SocketClient(path).get("/v1/status")) << answer;
        }
        Impostor const impostor(path, answer);
        EXPECT_FALSE(SocketClient(path).lines("/v1/connections", [](std::string_view) { return true; })) << answer;
    }
}

TEST(SocketClient, CutsLinesWhereverThePiecesEnd) {
    TemporaryFolder const folder;
    auto const path = (folder.path / "pieces.sock").string();
    Impostor const impostor(path,
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                            "chunked\r\n\r\n1\r\na\r\n4\r\nb\nc\n\r\n2\r\n\nd\r\n1\r\n\n\r\n0\r\n\r\n");
    std::vector<std::string> seen;
    auto const done = SocketClient(path).lines("/v1/connections", [&](std::string_view line) {
        seen.emplace_back(line);
        return true;
    });
    EXPECT_TRUE(done) << done.error().message;
    EXPECT_EQ(seen, (std::vector<std::string>{"ab", "c", "", "d"}));
}

}  // namespace
}  // namespace drover::control
