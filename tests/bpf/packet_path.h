// The real program, its maps programmed by the real Programmer, run packet by packet through BPF_PROG_TEST_RUN: the way
// in is always the loopback interface, number 1. It is the one for XDP, or with DROVER_PACKET_PATH=tc in the environment
// the one for tc ingress, whose actions are told by the names of XDP's.
#pragma once

#include <bpf/bpf.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bpf/frame.h"
#include "dataplane/encode.h"
#include "dataplane/io/bpf_object.h"
#include "dataplane/programmer.h"
#include "dataplane/rows.h"
#include "dataplane/sweeper.h"

namespace drover::bpf::testing {

inline Endpoint at(std::string_view address, std::uint16_t port = 80) { return {*Address::parse(address), port}; }

inline std::string_view verdict_name(std::size_t verdict) {
    static constexpr std::string_view names[] = {
#define X(name, action, text) #name,
        DROVER_VERDICTS(X)
#undef X
    };
    return verdict < std::size(names) ? names[verdict] : "none";
}

/// What became of a frame.
struct Outcome {
    std::string verdict;
    std::uint32_t action = XDP_ABORTED;
    Bytes frame;
    std::string server;  ///< to which real server it went, by its MAC; empty: to none
};

inline Mac server_mac(int number) { return {{0x02, 0, 0, 0, 0x02, static_cast<std::uint8_t>(number)}}; }

/// Real servers are 172.51.96.1, .2, ...; server n has the MAC 02:00:00:00:02:n and the name "rn".
inline Endpoint real(int number, std::uint16_t port = 80) {
    return {Address::v4(0xac336000 + static_cast<std::uint32_t>(number)), port};
}

/// The same servers by IPv6: fd00:96::1, ::2, ...
inline Endpoint real6(int number, std::uint16_t port = 80) {
    Address::Bytes bytes{0xfd, 0, 0, 0x96};
    bytes[15] = static_cast<std::uint8_t>(number);
    return {Address(bytes), port};
}

inline model::DesiredService service(std::string_view vip, std::uint16_t port, std::vector<model::DesiredServer> servers) {
    model::DesiredService made;
    made.key = {at(vip, port), Protocol::tcp};
    made.servers = std::move(servers);
    return made;
}

class PacketPath {
public:
    static constexpr std::size_t kRoomForAnswer = 64;  // ICMP and its IP header
    static constexpr int kIngress = 1;  // loopback: where BPF_PROG_TEST_RUN says that frames come in

    explicit PacketPath(std::uint64_t slots = 4096) {
        auto loaded = dataplane::BpfObject::load(nullptr, slots);
        if (!loaded) throw std::runtime_error(loaded.error().message);
        object_ = std::move(*loaded);
        programmer_.emplace(object_->tables(), *object_, object_->ticks());
        sweeper_.emplace(object_->tables(), object_->ticks());
        (void)programmer_->ports().put(kIngress, kOurMac);
        for (int i = 1; i < 250; ++i)
            for (auto const& server : {real(i), real6(i)})
                programmer_->set_next_hop(server.address, dataplane::NextHop{server_mac(i), kIngress, false});
    }

    void serve(std::vector<model::DesiredService> services, model::Timeouts timeouts = {}, model::Limits limits = {}) {
        auto const done = programmer_->apply({timeouts, std::move(services), limits});
        EXPECT_TRUE(done) << (done ? "" : done.error().message);
    }

    /// False at tc for frames without a whole IP header, of which the kernel makes no socket buffer here.
    static bool takes(Bytes const& frame) {
        if (!is_tc()) return true;
        if (frame.size() < 14) return false;
        auto const type = frame[12] << 8 | frame[13];
        return frame.size() >= (type == 0x0800 ? 34u : type == 0x86dd ? 54u : 14u);
    }

    Outcome send(Bytes const& frame) {
        if (!takes(frame)) return {"not taken", XDP_ABORTED, frame, ""};
        auto const before = object_->verdict_counts();
        Outcome outcome;
        outcome.frame.resize(frame.size() + kRoomForAnswer);
        run(frame, outcome);
        auto const after = object_->verdict_counts();
        for (std::size_t i = 0; i < after.size(); ++i)
            for (auto n = before[i]; n < after[i]; ++n) outcome.verdict += verdict_name(i);
        return outcome;
    }
    Outcome send(Frame const& frame) { return send(frame.bytes()); }

    /// The names of the servers to which so many new connections go, one after the other: "r1 r2 r1".
    std::string deal(int connections, Frame frame = testing::frame().syn()) {
        std::string servers;
        for (int i = 0; i < connections; ++i) {
            auto const outcome = send(frame.from(next_client_++, 40000));
            servers += (servers.empty() ? "" : " ") + (outcome.server.empty() ? outcome.verdict : outcome.server);
        }
        return servers;
    }

    std::vector<model::ConnectionRow> rows() {
        dataplane::RowCursor cursor(object_->tables(), programmer_->book(), object_->ticks());
        std::vector<model::ConnectionRow> all, some;
        while (cursor.next(some, 100, object_->now())) all.insert(all.end(), some.begin(), some.end());
        return all;
    }

    /// The connection of this client.
    std::optional<model::ConnectionRow> row_of(Endpoint const& client) {
        for (auto const& row : rows())
            if (row.client == client && !row.is_template) return row;
        return std::nullopt;
    }

    /// The one connection there is.
    std::optional<model::ConnectionRow> row(bool is_template = false) {
        std::optional<model::ConnectionRow> found;
        for (auto const& row : rows())
            if (row.is_template == is_template) {
                EXPECT_FALSE(found) << "more than one";
                found = row;
            }
        return found;
    }

    /// Makes every entry so much older, as if that time had passed.
    void pass(std::uint32_t seconds) {
        dataplane::for_each_used_slot(tables(), [&](dataplane::SlotRef slot) {
            auto& meta = slot.meta();
            if (contract::meta_slot_state(meta) != contract::SLOT_LIVE) return;
            auto const tick = contract::meta_tick(meta) - object_->ticks().from_seconds(seconds);
            meta = (meta & ((std::uint64_t{1} << contract::META_TICK_SHIFT) - 1)) |
                   std::uint64_t{tick & contract::TICK_MASK} << contract::META_TICK_SHIFT;
        });
    }

    /// Time passes second by second, with a sweep in each.
    void pass_sweeping(std::uint32_t seconds) {
        auto const start = object_->now();
        for (std::uint32_t i = 1; i <= seconds; ++i) (void)sweeper_->sweep(start + object_->ticks().from_seconds(i));
        pass(seconds);
    }

    dataplane::SweepResult sweep() { return sweeper_->sweep(object_->now()); }

    contract::server_load load_of(ServiceKey const& key, Endpoint const& server) {
        auto const id = *programmer_->book().find_service(key);
        return tables().loads[programmer_->book().record_of(id, *programmer_->book().find_server(id, server))];
    }

    static bool is_tc() {
        auto const* const which = std::getenv("DROVER_PACKET_PATH");
        return which != nullptr && std::string_view(which) == "tc";
    }

    dataplane::BpfObject& object() { return *object_; }
    dataplane::Programmer& programmer() { return *programmer_; }
    dataplane::Tables const& tables() const { return object_->tables(); }

    std::uint64_t key_of(Frame const& frame, std::uint32_t id = 1) const {
        auto const bytes = frame.bytes();
        std::uint32_t client = 0;
        std::uint16_t port = 0;
        std::memcpy(&client, &bytes[26], 4);
        std::memcpy(&port, &bytes[34], 2);
        return contract::narrow_key(client, port, static_cast<__u16>(id));
    }

    /// Both near buckets in which a key can stand; a small table has no others.
    std::array<contract::narrow_bucket*, 2> buckets_of(std::uint64_t key) const {
        auto const hash = contract::narrow_hash(key, tables().layout->seed);
        auto const mask = static_cast<__u32>(tables().narrow.size() - 1);
        auto const near = contract::near_mask_of(mask + 1, contract::NEAR_NARROW_BUCKETS);
        return {&tables().narrow[contract::bucket_of(hash, 0, near, mask)],
                &tables().narrow[contract::bucket_of(hash, 1, near, mask)]};
    }

private:
    static std::uint32_t xdp_action(int tc_action, Bytes const& frame) {
        switch (tc_action) {
            case TC_ACT_UNSPEC: return XDP_PASS;
            case TC_ACT_SHOT: return XDP_DROP;
            case TC_ACT_REDIRECT: return std::equal(&frame[6], &frame[12], kOurMac.bytes.begin()) ? XDP_TX : XDP_REDIRECT;
            default: return XDP_ABORTED;
        }
    }

    void run(Bytes const& frame, Outcome& outcome) {
        bpf_test_run_opts options{};
        options.sz = sizeof options;
        options.data_in = frame.data();
        options.data_size_in = static_cast<__u32>(frame.size());
        options.data_out = outcome.frame.data();
        options.data_size_out = static_cast<__u32>(outcome.frame.size());
        int const program = is_tc() ? object_->tc_program_fd().value() : object_->program_fd();
        int const error = bpf_prog_test_run_opts(program, &options);
        ASSERT_EQ(error, 0) << std::strerror(-error);
        outcome.frame.resize(options.data_size_out);
        outcome.action = is_tc() ? xdp_action(static_cast<int>(options.retval), outcome.frame) : options.retval;
        if ((outcome.action == XDP_TX || outcome.action == XDP_REDIRECT) && outcome.frame[4] == server_mac(0).bytes[4])
            outcome.server = "r" + std::to_string(outcome.frame[5]);
    }

    std::unique_ptr<dataplane::BpfObject> object_;
    std::optional<dataplane::Programmer> programmer_;
    std::optional<dataplane::Sweeper> sweeper_;
    std::uint32_t next_client_ = 0x0a000001;
};

/// Skips where programs cannot be loaded.
class PacketTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "loading eBPF programs needs root";
        path_ = std::make_unique<PacketPath>(slots_);
    }
    PacketPath& path() { return *path_; }

    std::uint64_t slots_ = 4096;
    std::unique_ptr<PacketPath> path_;
};

}  // namespace drover::bpf::testing
