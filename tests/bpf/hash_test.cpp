// The packet path's hashes against the daemon's, which lays out the tables by them.
#include "bpf/hash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "dataplane/encode.h"
#include "scheduler/hash_table.h"
#include "scheduler/maglev.h"
#include "scheduler/sip_hash.h"

namespace drover::bpf::testing {
namespace {

std::uint32_t folded(std::string_view text) {
    __u64 words[2];
    dataplane::put_address(words, *Address::parse(text));
    return contract::folded_address(words);
}

TEST(Hash, OfMaglevIsTheDaemons) {
    for (std::uint32_t i = 0; i < 1000; ++i) {
        auto const word = i * 0x9e3779b9u;
        EXPECT_EQ(contract::sip_hash(word, MAGLEV_OFFSET_KEY), scheduler::sip_hash(word, {MAGLEV_OFFSET_KEY, MAGLEV_OFFSET_KEY}));
        EXPECT_EQ(contract::sip_hash(word, MAGLEV_SKIP_KEY), scheduler::sip_hash(word, {MAGLEV_SKIP_KEY, MAGLEV_SKIP_KEY}));
    }
}

TEST(Hash, TablesHaveTheLengthThatItExpects) {
    EXPECT_EQ(std::size_t{contract::MAGLEV_SLOTS}, scheduler::kMaglevSlots);
    EXPECT_EQ(std::size_t{contract::HASH_SLOTS}, scheduler::kHashSlots);
}

TEST(Hash, FoldsAnAddressToItsWordsXored) {
    EXPECT_EQ(folded("172.51.97.175"), 0xac3361afu);
    EXPECT_EQ(folded("2001:db8:1:2:3:4:5:6"), 0x20010db8u ^ 0x00010002u ^ 0x00030004u ^ 0x00050006u);
    EXPECT_EQ(folded("::1"), 1u);
    EXPECT_EQ(folded("2001:db8::ffff:102:304"), 0x20010db8u ^ 0x0000ffffu ^ 0x01020304u) << "looks nearly v4-mapped";
}

TEST(Hash, GoldenSlotsSpreadNeighbours) {
    std::array<bool, 256> met{};
    for (std::uint32_t host = 0; host < 256; ++host) met[contract::golden_slot(0xc0a80100 + host)] = true;
    EXPECT_GT(std::ranges::count(met, true), 200);
}

}  // namespace
}  // namespace drover::bpf::testing
