// What directors say to each other about a handover, as bytes and back.
#include "sync/handover.h"

#include <gmock/gmock.h>

namespace drover::sync {
namespace {

using Kind = HandoverLetter::Kind;

model::HandoverPart part(std::uint8_t virtual_router_id, std::string const& own) {
    return {virtual_router_id, *Address::parse(own)};
}

TEST(HandoverLetter, IsReadAsItWasWritten) {
    for (auto const& letter : {HandoverLetter{Kind::prepare, {part(51, "10.9.0.1"), part(255, "fe80::1")}},
                               HandoverLetter{Kind::ready, {part(51, "10.9.0.2"), part(255, "fe80::2")}},
                               HandoverLetter{Kind::take}, HandoverLetter{Kind::taken},
                               HandoverLetter{Kind::refused, {}, "instance http is in FAULT: interface eth0 down"}}) {
        auto const read = read_handover_letter(write(letter));
        ASSERT_TRUE(read) << write(letter);
        EXPECT_EQ(*read, letter);
    }
}

TEST(HandoverLetter, IsTextWithALineForEachPart) {
    EXPECT_EQ(write({Kind::prepare, {part(51, "10.9.0.1"), part(7, "fe80::1")}}), "prepare\n51 10.9.0.1\n7 fe80::1\n");
    EXPECT_EQ(write({Kind::refused, {}, "no"}), "refused\nno\n");
}

TEST(HandoverLetter, IsRefusedWhenItIsNone) {
    for (auto const* const text :
         {"", "\n", "give\n", "prepare\n51\n", "prepare\n0 10.9.0.1\n", "prepare\n256 10.9.0.1\n",
          "prepare\n51 10.9.0\n", "prepare\n51x 10.9.0.1\n", "prepare\n\n", "take\nnow\n"})
        EXPECT_FALSE(read_handover_letter(text)) << text;
}

}  // namespace
}  // namespace drover::sync
