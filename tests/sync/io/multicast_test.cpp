// On the loopback interface, which takes multicast when it is told to; sender and receiver are of one host there, so what is
// heard is what others send.
#include "sync/io/multicast.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sync/samples.h"

namespace drover::sync {
namespace {

using ::testing::HasSubstr;

model::SyncChannel on_loopback() {
    return {.interface = "lo", .instance = "", .id = 7, .longest = 0, .port = 18848, .ttl = 1, .group = Address::v4(0xe0000051)};
}

TEST(Multicast, SaysWhichInterfaceIsMissing) {
    auto group = on_loopback();
    group.interface = "nowhere0";
    EXPECT_THAT(Sender::open(group).error().message, HasSubstr("on nowhere0: No such device"));
    EXPECT_THAT(Receiver::open(group).error().message, HasSubstr("on nowhere0: No such device"));
}

TEST(Multicast, AMessageIsAsLongAsTheInterfaceTakesUnlessItIsSaid) {
    if (::geteuid() != 0) GTEST_SKIP() << "binding to an interface needs CAP_NET_RAW";
    auto group = on_loopback();
    group.longest = 1400;
    EXPECT_EQ(Sender::open(group)->longest(), 1400u);
    group.longest = 0;
    EXPECT_EQ(Sender::open(group)->longest(), 65507u) << "but not longer than UDP can be";
}

TEST(Multicast, HearsWhatIsSentToTheGroup) {
    if (::geteuid() != 0) GTEST_SKIP() << "binding to an interface needs CAP_NET_RAW";
    auto receiver = Receiver::open(on_loopback());
    ASSERT_TRUE(receiver) << receiver.error().message;
    loop::Fd const socket(::socket(AF_INET, SOCK_DGRAM, 0));
    in_addr const by{htonl(INADDR_LOOPBACK)};
    ::setsockopt(socket.get(), IPPROTO_IP, IP_MULTICAST_IF, &by, sizeof by);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(18848);
    to.sin_addr.s_addr = htonl(0xe0000051);
    auto const message = testing::messages_of("sync-udp.pcap")[0];
    ASSERT_EQ(::sendto(socket.get(), message.data(), message.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to),
              static_cast<ssize_t>(message.size()));
    pollfd end{receiver->fd(), POLLIN, 0};
    ASSERT_EQ(::poll(&end, 1, 2000), 1);
    auto const heard = receiver->receive();
    ASSERT_TRUE(heard);
    EXPECT_EQ(testing::Bytes(heard->begin(), heard->end()), message);
    EXPECT_FALSE(receiver->receive());
}

}  // namespace
}  // namespace drover::sync
