// Two ends of a stream on the loopback interface.
#include "sync/io/bulk.h"

#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <thread>

#include "sync/io/listening.h"
#include "sync/samples.h"

namespace drover::sync {
namespace {

using namespace std::chrono_literals;
using testing::tcp;
using ::testing::HasSubstr;

Key key_of(std::uint8_t byte) {
    Key key;
    key.bytes.fill(byte);
    return key;
}

class BulkTest : public ::testing::Test {
protected:
    void SetUp() override { listening_.open(); }

    /// Serves one peer with so many connections.
    std::jthread serve(Key key, std::uint16_t connections, std::uint8_t id = 7) {
        return std::jthread([=, this] {
            auto socket = listening_.accept();
            if (!socket) return;
            auto stream = SecureStream::accept(std::move(socket), key, 2s);
            if (!stream) {
                served_ = std::unexpected(stream.error());
                return;
            }
            std::uint16_t next = 0;
            served_ = send_all(*stream, id, [&](std::vector<Connection>& into) {
                for (int i = 0; i < 1000 && next < connections; ++i) into.push_back(tcp(++next));
                return !into.empty();
            });
        });
    }

    Result<std::uint64_t> fetch(Key const& key, std::uint8_t id = 7) {
        auto stream = SecureStream::connect(Address::v4(0x7f000001), listening_.port(), key, 2s);
        if (!stream) return std::unexpected(stream.error());
        return fetch_all(*stream, id, [this](std::vector<Connection> const& connections) {
            for (auto const& connection : connections) ports_.push_back(connection.client.port);
            return true;
        });
    }

    Listening listening_;
    Result<std::uint64_t> served_ = 0;
    std::vector<std::uint16_t> ports_;
};

TEST_F(BulkTest, EveryConnectionArrivesOnceAndInOrder) {
    for (std::uint16_t const count : {0, 1, 255, 256, 30000}) {
        ports_.clear();
        {
            auto const server = serve(key_of(1), count);
            auto const fetched = fetch(key_of(1));
            ASSERT_TRUE(fetched) << fetched.error().message;
            EXPECT_EQ(*fetched, count);
        }
        EXPECT_EQ(served_.value(), count);
        ASSERT_EQ(ports_.size(), count);
        for (std::uint16_t i = 0; i < count; ++i) ASSERT_EQ(ports_[i], i + 1);
    }
}

TEST_F(BulkTest, WhoHasAnotherKeyGetsNothing) {
    auto server = serve(key_of(1), 10);
    auto const fetched = fetch(key_of(2));
    server.join();
    EXPECT_FALSE(fetched);
    EXPECT_THAT(served_.error().message, HasSubstr("shake hands with the peer"));
    EXPECT_TRUE(ports_.empty());
}

TEST_F(BulkTest, WhoSpeaksNoTlsGetsNothing) {
    auto server = serve(key_of(1), 10);
    loop::Fd const socket(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(listening_.port());
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::connect(socket.get(), reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    ASSERT_GT(::write(socket.get(), "GET / HTTP/1.0\r\n\r\n", 18), 0);
    server.join();
    EXPECT_FALSE(served_);
}

TEST_F(BulkTest, AnotherGroupsIdIsRefused) {
    auto server = serve(key_of(1), 10, 8);
    EXPECT_FALSE(fetch(key_of(1), 7));
    server.join();
    EXPECT_THAT(served_.error().message, HasSubstr("syncid"));
}

TEST_F(BulkTest, APeerThatIsNotThereIsToldAtOnce) {
    listening_.close();
    EXPECT_THAT(fetch(key_of(1)).error().message, HasSubstr("reach the peer at 127.0.0.1"));
}

TEST_F(BulkTest, APeerThatSaysNothingIsWaitedForNoLongerThanPatienceLasts) {
    auto const stream = SecureStream::connect(Address::v4(0x7f000001), listening_.port(), key_of(1), 300ms);
    ASSERT_FALSE(stream) << "it is listened to, but nobody takes the connection";
    EXPECT_THAT(stream.error().message, HasSubstr("the peer does not answer"));
}

}  // namespace
}  // namespace drover::sync
