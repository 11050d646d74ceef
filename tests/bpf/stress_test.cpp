// The slot protocol under fire: 64 flows (and the templates of some) fight for 32 slots on two CPUs, while user space sweeps
// and frees entries as fast as it can. Judged from outside, by what stands in the table before and after each packet:
//   - a packet of a flow whose entry lives goes to that entry's server
//   - no key ever has two live entries
//   - in the end the counters are what a recount finds
#include <arpa/inet.h>
#include <pthread.h>
#include <sched.h>

#include <atomic>
#include <chrono>
#include <random>
#include <thread>

#include "bpf/packet_path.h"
#include "dataplane/exchange.h"
#include "dataplane/words.h"

namespace drover::bpf::testing {
namespace {

using dataplane::load;
using std::chrono::steady_clock;

constexpr char const* kVip = "172.51.97.175";
constexpr std::uint32_t kFlows = 64, kServers = 4;

struct Flow {
    std::uint64_t key = 0;
    std::array<contract::narrow_bucket*, 2> buckets{};
    std::uint32_t first_real = 0;  ///< the service's server of index 0
    Bytes frame;
};

/// A live entry as it was seen.
struct Entry {
    contract::narrow_slot* slot = nullptr;
    std::uint32_t generation = 0;
    std::uint32_t server = 0;
    bool operator==(Entry const&) const = default;
};

struct Tally {
    std::uint64_t packets = 0;
    std::uint64_t judged = 0;     ///< the same entry stood before and after
    std::uint64_t misled = 0;     ///< and the packet went to another server
    std::uint64_t duplicates = 0;
    std::uint64_t busy = 0;
    std::string first_error;
    void operator+=(Tally const& other) {
        packets += other.packets, judged += other.judged, misled += other.misled;
        duplicates += other.duplicates, busy += other.busy;
        if (first_error.empty()) first_error = other.first_error;
    }
};

class Stress : public PacketTest {
protected:
    Stress() { slots_ = 8 * contract::BUCKET_SLOTS; }

    void SetUp() override {
        PacketTest::SetUp();
        if (path_ == nullptr) return;
        std::vector<model::DesiredServer> first, second;
        for (std::uint32_t i = 0; i < kServers; ++i) {
            first.push_back({real(static_cast<int>(1 + i)), 1});
            second.push_back({real(static_cast<int>(11 + i)), 1});
        }
        auto persistent = service(kVip, 81, second);
        persistent.persistence_timeout = 300;
        path().serve({service(kVip, 80, first), persistent});
        std::mt19937 random(64);
        for (std::uint32_t i = 0; i < kFlows; ++i) {
            bool const is_persistent = i % 4 == 0;
            auto const sent = frame().from(random(), static_cast<std::uint16_t>(random())).to(kVip, is_persistent ? 81 : 80);
            auto const key = path().key_of(sent, is_persistent ? 2 : 1);
            flows_.push_back({key, path().buckets_of(key), is_persistent ? 11u : 1u, sent.bytes()});
        }
    }

    static std::optional<Entry> entry_in(contract::narrow_slot& slot, std::uint64_t key) {
        auto const meta = load(slot.meta);
        if (contract::meta_slot_state(meta) != contract::SLOT_LIVE || load(slot.key) != key) return std::nullopt;
        auto const again = load(slot.meta);
        if (contract::meta_slot_state(again) != contract::SLOT_LIVE) return std::nullopt;
        if (contract::meta_generation(meta) != contract::meta_generation(again)) return std::nullopt;
        return Entry{&slot, contract::meta_generation(again), contract::meta_server(again)};
    }

    static std::vector<Entry> entries_of(Flow const& flow) {
        std::vector<Entry> found;
        for (std::size_t i = 0; i < 2; ++i) {
            if (i == 1 && flow.buckets[0] == flow.buckets[1]) break;
            for (auto& slot : flow.buckets[i]->slot)
                if (auto const entry = entry_in(slot, flow.key)) found.push_back(*entry);
        }
        return found;
    }

    /// Sends the flow's packet; the server's index inside its service, -1 if it went nowhere.
    int send(Flow& flow, std::uint8_t flags, Tally& tally) {
        std::uint8_t out[64];
        flow.frame[47] = flags;
        bpf_test_run_opts options{};
        options.sz = sizeof options;
        options.data_in = flow.frame.data();
        options.data_size_in = static_cast<__u32>(flow.frame.size());
        options.data_out = out;
        options.data_size_out = sizeof out;
        if (bpf_prog_test_run_opts(path().object().program_fd(), &options) != 0) return -1;
        ++tally.packets;
        tally.busy += options.retval == XDP_DROP;
        return options.retval == XDP_TX ? static_cast<int>(out[5] - flow.first_real) : -1;
    }

    void drive(int cpu, std::atomic<bool> const& stop, Tally& tally) {
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        pthread_setaffinity_np(pthread_self(), sizeof one, &one);
        auto flows = flows_;
        std::mt19937 random(static_cast<unsigned>(cpu));
        std::uint8_t const mix[] = {kSyn, kSyn, kSyn, kSyn, kAck, kAck, kFin | kAck, kRst};
        while (!stop) {
            auto& flow = flows[random() % kFlows];
            auto const start = steady_clock::now();
            auto const before = entries_of(flow);
            int const server = send(flow, mix[random() % std::size(mix)], tally);
            auto const after = entries_of(flow), again = entries_of(flow);
            // A generation has 8 bits: while this CPU was taken away from us, a slot may have gone all round.
            if (steady_clock::now() - start > std::chrono::milliseconds(1)) continue;
            if (after.size() > 1 && after == again) ++tally.duplicates, complain(tally, "two live entries", flow, after);
            if (before.size() != 1 || after != before || server < 0) continue;
            ++tally.judged;
            if (static_cast<int>(before[0].server) == server) continue;
            ++tally.misled, complain(tally, "sent to server " + std::to_string(server), flow, before);
        }
    }

    static void complain(Tally& tally, std::string const& what, Flow const& flow, std::vector<Entry> const& entries) {
        if (!tally.first_error.empty()) return;
        tally.first_error = what + ", key " + std::to_string(flow.key) + ":";
        for (auto const& entry : entries)
            tally.first_error += " slot " + std::to_string(entry.slot - &flow.buckets[0]->slot[0]) + " generation " +
                                 std::to_string(entry.generation) + " server " + std::to_string(entry.server);
    }

    /// Ends live entries at random, as the sweeper does when they are over.
    void expire(std::atomic<bool> const& stop, std::atomic<std::uint64_t>& expired) {
        auto const& tables = path().tables();
        std::mt19937 random(3);
        while (!stop) {
            auto& slot = tables.narrow[random() % tables.narrow.size()].slot[random() % contract::BUCKET_SLOTS];
            auto const meta = load(slot.meta);
            auto const key = load(slot.key);
            if (contract::meta_slot_state(meta) != contract::SLOT_LIVE) continue;
            if (!dataplane::swap(slot.meta, __u64{meta}, __u64{contract::meta_freed(meta)})) continue;
            ++expired;
            auto& counted = tables.loads[tables.services[contract::key_service(key)].server_base + contract::meta_server(meta)];
            dataplane::add(*load_of(counted, meta), ~__u32{0});
        }
    }

    static __u32* load_of(contract::server_load& counted, std::uint64_t meta) {
        if ((contract::meta_flags(meta) & contract::FLAG_TEMPLATE) != 0) return &counted.persistent;
        return (contract::ACTIVE_STATES >> contract::meta_state(meta) & 1) != 0 ? &counted.active : &counted.inactive;
    }

    /// Two driven CPUs against `opponents`, for so long, and on a busy machine longer until they have done enough.
    Tally fight(std::chrono::milliseconds time, std::vector<std::function<void(std::atomic<bool> const&)>> const& opponents,
                std::function<bool()> const& is_enough = [] { return true; }) {
        std::atomic<bool> stop = false;
        std::array<Tally, 2> tallies;
        {
            std::vector<std::jthread> threads;
            int const cpus = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
            for (int i = 0; i < 2; ++i)
                threads.emplace_back([&, i] { drive(i % cpus, stop, tallies[static_cast<std::size_t>(i)]); });
            for (auto const& opponent : opponents) threads.emplace_back([&] { opponent(stop); });
            std::this_thread::sleep_for(time);
            for (int i = 0; i < 600 && !is_enough(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(100));
            stop = true;
        }
        Tally all;
        for (auto const& tally : tallies) all += tally;
        return all;
    }

    void expect_counters_as_recounted() {
        auto const& tables = path().tables();
        std::vector<contract::server_load> counted(64);
        for (auto& bucket : tables.narrow)
            for (auto& slot : bucket.slot) {
                ASSERT_TRUE(contract::meta_slot_state(slot.meta) == contract::SLOT_FREE ||
                            contract::meta_slot_state(slot.meta) == contract::SLOT_LIVE)
                    << "a slot was left unfinished";
                if (contract::meta_slot_state(slot.meta) != contract::SLOT_LIVE) continue;
                auto const base = tables.services[contract::key_service(slot.key)].server_base;
                ++*load_of(counted[base + contract::meta_server(slot.meta)], slot.meta);
            }
        for (std::size_t record = 0; record < counted.size(); ++record) {
            EXPECT_EQ(tables.loads[record].active, counted[record].active) << record;
            EXPECT_EQ(tables.loads[record].inactive, counted[record].inactive) << record;
            EXPECT_EQ(tables.loads[record].persistent, counted[record].persistent) << record;
        }
    }

    static void expect_faultless(Tally const& tally) {
        EXPECT_EQ(tally.misled, 0u) << tally.first_error;
        EXPECT_EQ(tally.duplicates, 0u) << tally.first_error;
        EXPECT_GT(tally.judged, tally.packets / 20) << "else nothing was tested";
        std::printf("  %llu packets, %llu judged, %llu busy, %llu misled, %llu duplicates\n",
                    static_cast<unsigned long long>(tally.packets), static_cast<unsigned long long>(tally.judged),
                    static_cast<unsigned long long>(tally.busy), static_cast<unsigned long long>(tally.misled),
                    static_cast<unsigned long long>(tally.duplicates));
    }

    std::vector<Flow> flows_;
};

TEST_F(Stress, NoFlowReachesTwoServersWhileItsEntryLives) {
    dataplane::Sweeper sweeper(path().tables(), path().object().ticks());
    std::atomic<std::uint64_t> sweeps = 0, expired = 0;
    std::uint64_t stuck = 0, corrected = 0;
    auto const swept = fight(std::chrono::milliseconds(10'000), {
        [&](std::atomic<bool> const& stop) {
            for (; !stop; ++sweeps) {
                auto const result = sweeper.sweep(path().object().now());
                stuck += result.stuck, corrected += result.corrected;
            }
        },
        [&](std::atomic<bool> const& stop) { expire(stop, expired); }},
        [&] { return sweeps > 100 && expired > 1000; });
    expect_faultless(swept);
    EXPECT_EQ(stuck, 0u);
    EXPECT_GT(sweeps, 100u);
    EXPECT_GT(expired, 1000u);
    for (int i = 0; i < 3; ++i) (void)sweeper.sweep(path().object().now());
    expect_counters_as_recounted();
    std::printf("  %llu sweeps, %llu corrections, %llu expired\n", static_cast<unsigned long long>(sweeps.load()),
                static_cast<unsigned long long>(corrected), static_cast<unsigned long long>(expired.load()));
}

/// What a peer tells of goes into the same slots, from a thread of user space.
TEST_F(Stress, NoFlowReachesTwoServersWhilePeersTellOfIt) {
    dataplane::Exchange exchange(path().tables(), path().programmer().book(), path().object().ticks(),
                                std::make_shared<dataplane::Told>(2 * path().tables().narrow.size() * contract::BUCKET_SLOTS));
    std::atomic<std::uint64_t> made = 0, expired = 0;
    auto const tell = [&](std::atomic<bool> const& stop) {
        std::mt19937 random(5);
        while (!stop) {
            auto const& flow = flows_[random() % kFlows];
            auto const port = static_cast<std::uint16_t>(flow.first_real == 11 ? 81 : 80);
            sync::Connection connection;
            connection.protocol = 6;
            connection.client = {Address::v4(ntohl(static_cast<std::uint32_t>(flow.key >> 32))),
                                 ntohs(static_cast<std::uint16_t>(flow.key >> 16))};
            connection.virtual_server = at(kVip, port);
            connection.real_server = real(static_cast<int>(flow.first_real + random() % kServers));
            // In its end, so that it does not take the place of an entry with another server.
            connection.flags = sync::flag_inactive;
            connection.state = sync::tcp_fin_wait;
            exchange.set_now(path().object().now());
            exchange.put(connection);
            made = exchange.taken().made;
        }
    };
    expect_faultless(fight(std::chrono::milliseconds(5'000),
                           {tell, [&](std::atomic<bool> const& stop) { expire(stop, expired); }},
                           [&] { return made > 1000; }));
    EXPECT_GT(made, 1000u);
    EXPECT_GT(exchange.taken().confirmed + exchange.taken().kept, 1000u);
    expect_counters_as_recounted();
}

TEST_F(Stress, CountersNeedNoSweeperToBeRight) {
    std::atomic<std::uint64_t> expired = 0;
    expect_faultless(fight(std::chrono::milliseconds(3'000),
                           {[&](std::atomic<bool> const& stop) { expire(stop, expired); }},
                           [&] { return expired > 1000; }));
    EXPECT_GT(expired, 1000u);
    expect_counters_as_recounted();
}

TEST_F(Stress, TwoCpusAloneAgree) {
    expect_faultless(fight(std::chrono::milliseconds(2'000), {}));
    expect_counters_as_recounted();
}

}  // namespace
}  // namespace drover::bpf::testing
