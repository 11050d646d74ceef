#include "real/state.h"

#include <gtest/gtest.h>

namespace drover::real {
namespace {

State example() {
    State state;
    state.scene = {"3d0fc4d4-5b1f", 4026531840};
    state.vips = {*Address::parse("172.51.97.175"), *Address::parse("2001:db8::175")};
    state.added = {{*Prefix::parse("172.51.97.175/32"), "lo:0"}, {*Prefix::parse("2001:db8::175/128"), ""}};
    state.former = {{"all", "arp_ignore", 0}, {"eth0.5", "arp_announce", 1}};
    state.loopback_was_down = true;
    return state;
}

TEST(State, ComesBackFromItsText) {
    auto const read = decode(encode(example()));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, example());
    EXPECT_EQ(decode(encode(State{})).value(), State{});
}

TEST(State, IsNotMadeOfDamagedText) {
    auto const good = encode(example());
    for (std::size_t size = 0; size + 2 < good.size(); ++size) EXPECT_FALSE(decode(good.substr(0, size))) << size;
    for (auto const* text : {"[]", "null", "{}", "{\"version\":2}", "{\"version\":\"1\"}", "\xff\xfe"})
        EXPECT_FALSE(decode(text)) << text;
}

}  // namespace
}  // namespace drover::real
