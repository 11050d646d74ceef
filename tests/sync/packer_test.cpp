#include "sync/packer.h"

#include <gmock/gmock.h>

#include "sync/samples.h"

namespace drover::sync {
namespace {

using testing::tcp;
using testing::tcp6;
using ::testing::ElementsAre;

struct Sent {
    explicit Sent(std::size_t most) : packer(7, most, [this](auto message, auto connections) {
        sizes.push_back(message.size());
        counts.push_back(connections);
        auto const datagram = decode(message, 7);
        for (auto const& connection : datagram.connections) ports.push_back(connection.client.port);
    }) {}
    std::vector<std::size_t> sizes, counts;
    std::vector<std::uint16_t> ports;
    Packer packer;
};

TEST(Packer, FortyFitIntoAMessageOf1472Bytes) {
    Sent sent(1472);
    for (std::uint16_t port = 1; port <= 81; ++port) sent.packer.add(tcp(port));
    sent.packer.flush();
    EXPECT_THAT(sent.counts, ElementsAre(40, 40, 1));
    EXPECT_THAT(sent.sizes, ElementsAre(1448, 1448, 44));
    EXPECT_EQ(sent.ports.size(), 81u) << "and all of them arrive";
}

TEST(Packer, NoMessageHasMoreThanAByteCanCount) {
    Sent sent(65507);
    for (std::uint16_t port = 1; port <= 256; ++port) sent.packer.add(tcp(port));
    sent.packer.flush();
    EXPECT_THAT(sent.counts, ElementsAre(255, 1));
}

TEST(Packer, SendsWhatFitsNowhereAlone) {
    Sent sent(60);
    sent.packer.add(tcp(1));
    sent.packer.add(tcp6());
    sent.packer.add(tcp(2));
    sent.packer.flush();
    EXPECT_THAT(sent.sizes, ElementsAre(44, 80, 44));
}

TEST(Packer, SendsNothingOfNothing) {
    Sent sent(1472);
    sent.packer.flush();
    EXPECT_TRUE(sent.sizes.empty());
}

}  // namespace
}  // namespace drover::sync
