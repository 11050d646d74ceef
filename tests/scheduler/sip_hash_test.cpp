#include "scheduler/sip_hash.h"

#include <gtest/gtest.h>

namespace drover::scheduler {
namespace {

// Python 3.11 hashes bytes by SipHash-1-3: hash(word.to_bytes(4, "little")) under PYTHONHASHSEED 0, 1 and 20260, whose keys
// come from the linear congruence of Python/bootstrap_hash.c.
TEST(SipHash, IsPythons) {
    struct Vector {
        std::uint32_t word;
        SipKey key;
        std::uint64_t hash;
    };
    constexpr SipKey kNone{0, 0}, kOne{0xaed66ce184be2329, 0xebe9bbf1f1499052}, kOther{0xc0fef07435a8c097, 0x89d4afeca67aa865};
    for (auto const& [word, key, hash] : {
             Vector{0x00000000, kNone, 0xcc2247b79ac48af0},
             Vector{0x00000001, kNone, 0x182e2c74c37b7090},
             Vector{0xac3361af, kNone, 0x4355771cc854bdb1},
             Vector{0xffffffff, kNone, 0x52c40c8874cad6e2},
             Vector{0x01020304, kNone, 0x5a432b00db8d830f},
             Vector{0x00000000, kOne, 0x7c0b3f27a1ed81b9},
             Vector{0xac3361af, kOne, 0x58867e8e27de2743},
             Vector{0x01020304, kOne, 0x6a0cbd74a685d32c},
             Vector{0x00000001, kOther, 0xd100be6ae7cf0ec6},
             Vector{0xffffffff, kOther, 0x672c53c31d8f03cc},
         })
        EXPECT_EQ(sip_hash(word, key), hash) << std::hex << word << " under " << key.low;
}

}  // namespace
}  // namespace drover::scheduler
