// Where an entry stands: near while there is room, far else, and found and contested in all four places (bpf/slot.h).
#include "bpf/frame6.h"
#include "bpf/packet_path.h"

namespace drover::bpf::testing {
namespace {

constexpr char const* kVip = "172.51.97.175";
constexpr char const* kVip6 = "fd00:97::175";

/// What the tests do is the same for both widths: a flow, its key, and its four buckets.
class Place : public PacketTest {
protected:
    Place() { slots_ = 262'144; }
    void SetUp() override {
        PacketTest::SetUp();
        if (path_ == nullptr) return;
        path().serve({service(kVip, 80, {{real(1), 1}, {real(2), 1}}), service(kVip6, 80, {{real6(1), 1}, {real6(2), 1}})});
        ASSERT_GT(path().tables().narrow.size(), static_cast<std::size_t>(contract::NEAR_NARROW_BUCKETS));
        ASSERT_GT(path().tables().wide.size(), static_cast<std::size_t>(contract::NEAR_WIDE_BUCKETS));
    }

    Outcome send(bool wide, std::uint8_t flags) {
        return wide ? path().send(frame6().tcp(flags).bytes()) : path().send(frame().tcp(flags));
    }

    std::uint16_t id_of(bool wide) {
        return static_cast<std::uint16_t>(*path().programmer().book().find_service({at(wide ? kVip6 : kVip), Protocol::tcp}));
    }
    std::array<__u64, 3> wide_key() {
        std::array<__u64, 3> key{};
        std::memcpy(key.data(), Address::parse("2001:db8::77")->bytes().data(), 16);
        key[2] = contract::wide_key(__builtin_bswap16(40000), __builtin_bswap16(80), id_of(true));
        return key;
    }

    /// Calls `visit(bucket, place)` with the four buckets of the flow.
    template <class Visit>
    void for_each_place(bool wide, Visit&& visit) {
        auto const seed = path().tables().layout->seed;
        for (__u32 place = 0; place < contract::PLACES; ++place) {
            auto const all = static_cast<__u32>(wide ? path().tables().wide.size() : path().tables().narrow.size());
            auto const near = contract::near_mask_of(all, wide ? contract::NEAR_WIDE_BUCKETS : contract::NEAR_NARROW_BUCKETS);
            auto const hash = wide ? contract::wide_hash(wide_key().data(), seed) : contract::narrow_hash(path().key_of(frame(), id_of(false)), seed);
            auto const number = contract::bucket_of(hash, place, near, all - 1);
            EXPECT_EQ(number <= near, place < 2);
            if (wide)
                visit(path().tables().wide[number], place);
            else
                visit(path().tables().narrow[number], place);
        }
    }
    void put_key(contract::narrow_slot& slot) { slot.key = path().key_of(frame(), id_of(false)); }
    void put_key(contract::wide_slot& slot) { std::ranges::copy(wide_key(), slot.key); }
    void put_other(contract::narrow_slot& slot, __u32 n) { slot.key = contract::narrow_key(0x0d000000 + n, 1, id_of(false)); }
    void put_other(contract::wide_slot& slot, __u32 n) { slot.key[0] = 1, slot.key[1] = n, slot.key[2] = contract::wide_key(1, 1, id_of(true)); }
    bool has_key(contract::narrow_slot const& slot) { return slot.key == path().key_of(frame(), id_of(false)); }
    bool has_key(contract::wide_slot const& slot) { return std::ranges::equal(slot.key, wide_key()); }

    std::uint64_t meta(std::uint32_t slot_state, std::uint32_t server, std::uint32_t age_seconds = 0) {
        auto const tick = (path().object().now() - path().object().ticks().from_seconds(age_seconds)) & contract::TICK_MASK;
        return contract::make_meta(slot_state, 1, server, contract::STATE_ESTABLISHED, 0, tick);
    }
    /// Live connections of others, in all slots of the flow's places up to `last`.
    void fill(bool wide, __u32 last) {
        __u32 n = 0;
        for_each_place(wide, [&](auto& bucket, __u32 place) {
            for (auto& slot : bucket.slot)
                if (place <= last) put_other(slot, n++), slot.meta = meta(contract::SLOT_LIVE, 0);
        });
    }
    void clear(bool wide) {
        for_each_place(wide, [&](auto& bucket, __u32) { std::memset(&bucket, 0, sizeof bucket); });
    }
    /// The places where the flow has a live entry.
    std::vector<__u32> places_of(bool wide) {
        std::vector<__u32> found;
        for_each_place(wide, [&](auto& bucket, __u32 place) {
            for (auto& slot : bucket.slot)
                if (has_key(slot) && contract::meta_slot_state(slot.meta) == contract::SLOT_LIVE) found.push_back(place);
        });
        return found;
    }
};

TEST_F(Place, OfANewFlowIsNearWhileThereIsRoomAndFarElse) {
    for (bool const wide : {false, true}) {
        SCOPED_TRACE(wide ? "wide" : "narrow");
        for (__u32 full = 0; full < 3; ++full) {  // so many places have no room
            clear(wide);
            if (full > 0) fill(wide, full - 1);
            auto const opened = send(wide, kSyn);
            ASSERT_EQ(opened.verdict, "forwarded");
            auto const places = places_of(wide);
            ASSERT_EQ(places.size(), 1u);
            if (full < 2)
                EXPECT_EQ(places[0], full);
            else
                EXPECT_GE(places[0], 2u);
            EXPECT_EQ(send(wide, kAck).server, opened.server) << "and is found";
            EXPECT_EQ(send(wide, kSyn).server, opened.server);
        }
    }
}

TEST_F(Place, IsTheFarHalfWhenAnotherMustGiveWay) {
    for (bool const wide : {false, true}) {
        fill(wide, contract::PLACES);
        auto const opened = send(wide, kSyn);
        ASSERT_EQ(opened.verdict, "forwarded");
        auto const places = places_of(wide);
        ASSERT_EQ(places.size(), 1u);
        EXPECT_GE(places[0], 2u);
        EXPECT_EQ(send(wide, kAck).server, opened.server);
    }
    EXPECT_EQ(path().object().eviction_counts()[contract::EVICT_OLDEST], 2u);
}

TEST_F(Place, WhereverAnEntryStandsItIsFound) {
    for (bool const wide : {false, true})
        for (__u32 wanted = 0; wanted < contract::PLACES; ++wanted)
            for (std::uint32_t slot = 0; slot < contract::BUCKET_SLOTS; ++slot) {
                clear(wide);
                for_each_place(wide, [&](auto& bucket, __u32 place) {
                    if (place == wanted) put_key(bucket.slot[slot]), bucket.slot[slot].meta = meta(contract::SLOT_LIVE, slot % 2);
                });
                EXPECT_EQ(send(wide, kAck).server, slot % 2 == 0 ? "r1" : "r2") << wide << wanted << slot;
            }
}

TEST_F(Place, WhereverItIsBeingMadeThePacketIsDropped) {
    for (bool const wide : {false, true})
        for (__u32 wanted = 0; wanted < contract::PLACES; ++wanted)
            for (auto const state : {contract::SLOT_BUSY, contract::SLOT_CLAIM}) {
                clear(wide);
                for_each_place(wide, [&](auto& bucket, __u32 place) {
                    if (place == wanted) put_key(bucket.slot[1]), bucket.slot[1].meta = meta(state, 0);
                });
                EXPECT_EQ(send(wide, kSyn).verdict, "busy") << wide << wanted;
            }
}

// Its key is contested: what stands under it is over, and must not be found beside the new entry.
TEST_F(Place, WhereverAnOldEntryStandsItGoesWhenTheFlowBeginsAnew) {
    for (bool const wide : {false, true})
        for (__u32 wanted = 0; wanted < contract::PLACES; ++wanted) {
            clear(wide);
            for_each_place(wide, [&](auto& bucket, __u32 place) {
                if (place == wanted) put_key(bucket.slot[3]), bucket.slot[3].meta = meta(contract::SLOT_LIVE, 0, 1000);
            });
            EXPECT_EQ(send(wide, kSyn).verdict, "forwarded");
            EXPECT_EQ(places_of(wide).size(), 1u) << wide << wanted;
        }
}

}  // namespace
}  // namespace drover::bpf::testing
