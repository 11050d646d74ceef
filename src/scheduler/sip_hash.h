// SipHash-1-3 of 32 bits, the hash of IPVS's mh (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012). The packet
// path has its own, bpf/hash.h: the floors of the house keep the two apart, a test keeps them the same.
#pragma once

#include <bit>
#include <cstdint>

namespace drover::scheduler {

struct SipKey {
    std::uint64_t low = 0, high = 0;
};

constexpr std::uint64_t sip_hash(std::uint32_t word, SipKey key) {
    std::uint64_t a = 0x736f6d6570736575 ^ key.low, b = 0x646f72616e646f6d ^ key.high;
    std::uint64_t c = 0x6c7967656e657261 ^ key.low, d = 0x7465646279746573 ^ key.high;
    auto const round = [&] {
        a += b, c += d;
        b = std::rotl(b, 13) ^ a, d = std::rotl(d, 16) ^ c;
        a = std::rotl(a, 32);
        c += b, a += d;
        b = std::rotl(b, 17) ^ c, d = std::rotl(d, 21) ^ a;
        c = std::rotl(c, 32);
    };
    auto const last = std::uint64_t{sizeof word} << 56 | word;
    d ^= last;
    round();
    a ^= last;
    c ^= 0xff;
    for (int i = 0; i < 3; ++i) round();
    return a ^ b ^ c ^ d;
}

}  // namespace drover::scheduler
