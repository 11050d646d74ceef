// The packet path in a bench: the real maps, programmed by the real Programmer, and a harness's programs on them.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include "base/result.h"
#include "dataplane/encode.h"
#include "dataplane/io/bpf_object.h"
#include "dataplane/io/pins.h"
#include "dataplane/programmer.h"

namespace drover::bench {

using dataplane::BpfObject;
using dataplane::Pins;
using dataplane::Programmer;

constexpr std::uint32_t kLoopback = 1;     // test runs come in by lo
constexpr std::uint64_t kSlots = 2 << 20;  // the daemon's default: 1Mi flows fill half
constexpr std::uint8_t kSyn = 0x02, kAck = 0x10;

inline Address const kVip = *Address::parse("172.51.97.175");
inline Address const kVip6 = *Address::parse("fd00:97::175");
inline Address const kElsewhere = *Address::parse("172.51.97.176");

/// A frame whose client is written in by the programs.
class BenchFrame {
public:
    static BenchFrame v4(Mac const& mac) {
        BenchFrame frame(64, mac, 0x0800);
        auto* ip = frame.bytes_.data() + kEthernet;
        ip[0] = 0x45;
        ip[3] = 40;
        ip[8] = 64;
        ip[9] = kTcp;
        frame.tcp(kEthernet + 20);
        return frame;
    }
    static BenchFrame v6(Mac const& mac) {
        BenchFrame frame(80, mac, 0x86dd);
        auto* ip = frame.bytes_.data() + kEthernet;
        ip[0] = 0x60;
        ip[5] = 20;
        ip[6] = kTcp;
        ip[7] = 64;
        ip[8] = 0xfd;  // the client is fd00:9::
        ip[11] = 9;
        std::memcpy(ip + 24, kVip6.bytes().data(), 16);
        frame.tcp(kEthernet + 40);
        return frame;
    }
    /// Which of the disjoint halves of the flows it is for (bench_lane); behind all headers.
    BenchFrame& lane(std::uint8_t number) {
        bytes_[kEthernet + 40] = number;
        return *this;
    }
    std::vector<std::uint8_t>& bytes() { return bytes_; }

private:
    static constexpr std::size_t kEthernet = 14;
    static constexpr std::uint8_t kTcp = 6;

    BenchFrame(std::size_t size, Mac const& mac, std::uint16_t type) : bytes_(size) {
        std::memcpy(bytes_.data(), mac.bytes.data(), 6);
        std::memcpy(bytes_.data() + 6, mac.bytes.data(), 6);
        bytes_[12] = static_cast<std::uint8_t>(type >> 8);
        bytes_[13] = static_cast<std::uint8_t>(type);
    }
    void tcp(std::size_t at) {
        bytes_[at + 3] = 80;
        bytes_[at + 12] = 0x50;
    }

    std::vector<std::uint8_t> bytes_;
};

/// How a service of 16 servers schedules.
struct Scheduling {
    model::Scheduler scheduler = model::Scheduler::rr;
    std::uint32_t persistence = 0;  // seconds
};

/// `Skeleton`: of the object with the harness's programs.
template <class Skeleton>
class PacketHarness {
public:
    /// `name`: of the folder for its pins.
    static Result<std::unique_ptr<PacketHarness>> open(std::string const& name) {
        auto pins = Pins::open("/sys/fs/bpf/drover-bench-" + name + "-" + std::to_string(::getpid()));
        if (!pins) return std::unexpected(pins.error());
        auto object = BpfObject::load(&*pins, kSlots);
        if (!object) return std::unexpected(object.error());
        std::unique_ptr<PacketHarness> harness(new PacketHarness(std::move(*pins), std::move(*object)));
        if (auto slot = harness->programmer_.ports().put(kLoopback, harness->mac_); !slot)
            return std::unexpected(slot.error());
        if (auto done = harness->schedule({}); !done) return std::unexpected(done.error());
        if (auto done = harness->load(); !done) return std::unexpected(done.error());
        return harness;
    }

    ~PacketHarness() {
        Skeleton::destroy(skeleton_);
        pins_.remove_all();
    }

    Skeleton& skeleton() { return *skeleton_; }

    /// Nanoseconds per run.
    static double run(bpf_program* program, int repeat, BenchFrame frame) {
        bpf_test_run_opts options{};
        options.sz = sizeof options;
        options.data_in = frame.bytes().data();
        options.data_size_in = static_cast<__u32>(frame.bytes().size());
        options.repeat = repeat;
        bpf_prog_test_run_opts(bpf_program__fd(program), &options);
        return options.duration;
    }
    double run(bpf_program* program, int repeat) { return run(program, repeat, frame()); }
    BenchFrame frame() const { return BenchFrame::v4(mac_); }
    BenchFrame frame6() const { return BenchFrame::v6(mac_); }

    void expect(std::uint32_t flows, std::uint32_t verdict, std::uint8_t flags, Address const& destination = kVip) {
        skeleton_->bss->flows_mask = flows - 1;
        skeleton_->bss->expected = verdict;
        skeleton_->bss->tcp_flags_now = flags;
        skeleton_->bss->destination = __builtin_bswap32(destination.v4());
        skeleton_->bss->next_flow = 0;
    }

    void empty_table() {
        auto const& tables = object_->tables();
        std::memset(tables.narrow.data(), 0, tables.narrow.size_bytes());
        std::memset(tables.wide.data(), 0, tables.wide.size_bytes());
        for (auto& load : tables.loads) load = {};
    }

    /// Makes `flows` established connections.
    void populate(std::uint32_t flows, bpf_program* program, BenchFrame const& frame) {
        for (auto const flags : {kSyn, kAck}) {
            expect(flows, contract::VERDICT_forwarded, flags);
            run(program, static_cast<int>(flows), frame);
        }
    }

    /// Both services, of IPv4 and IPv6, from now on.
    Result<void> schedule(Scheduling const& how) {
        model::Desired desired;
        for (auto const& [vip, first] : {std::pair(kVip, 0x01), std::pair(kVip6, 0x41)}) {
            model::DesiredService service;
            service.key = {{vip, 80}, Protocol::tcp};
            service.scheduler = how.scheduler;
            service.persistence_timeout = how.persistence;
            service.persistence_prefix = vip.is_v4() ? 32 : 128;
            for (int i = 0; i < 16; ++i) {
                auto bytes = vip.bytes();
                bytes[15] = static_cast<std::uint8_t>(first + i);
                service.servers.push_back({{Address(bytes), 80}, 1});
                programmer_.set_next_hop(Address(bytes), dataplane::NextHop{mac_, kLoopback, false});
            }
            desired.services.push_back(std::move(service));
        }
        if (auto done = programmer_.apply(desired); !done) return std::unexpected(done.error());
        return {};
    }

    std::uint64_t unexpected() const {
        auto const& bss = *skeleton_->bss;
        return bss.unexpected + bss.lanes[0][1] + bss.lanes[1][1];  // LANE_UNEXPECTED
    }

private:
    PacketHarness(Pins pins, std::unique_ptr<BpfObject> object)
        : pins_(std::move(pins)), object_(std::move(object)),
          programmer_(object_->tables(), *object_, object_->ticks()) {}

    Result<void> load() {
        skeleton_ = Skeleton::open();
        if (skeleton_ == nullptr) return fail_errno("open the harness");
        auto const& layout = *object_->tables().layout;
        skeleton_->rodata->narrow_mask = layout.narrow_buckets - 1;
        skeleton_->rodata->narrow_near_mask = contract::near_mask_of(layout.narrow_buckets, contract::NEAR_NARROW_BUCKETS);
        skeleton_->rodata->wide_mask = layout.wide_buckets - 1;
        skeleton_->rodata->wide_near_mask = contract::near_mask_of(layout.wide_buckets, contract::NEAR_WIDE_BUCKETS);
        skeleton_->rodata->hash_seed = layout.seed;
        skeleton_->rodata->tick_shift = layout.tick_shift;
        bpf_map* map = nullptr;
        bpf_object__for_each_map(map, skeleton_->obj) {
            if (bpf_map__is_internal(map)) continue;
            auto const pin = pins_.map(bpf_map__name(map));
            if (::access(pin.c_str(), F_OK) != 0) continue;  // the harness's own
            int const fd = bpf_obj_get(pin.c_str());
            if (fd < 0 || bpf_map__reuse_fd(map, fd) != 0) return fail_errno("share the map " + std::string(bpf_map__name(map)));
            ::close(fd);
        }
        if (int const error = Skeleton::load(skeleton_); error != 0) return fail_errno("load the harness", -error);
        return {};
    }

    Pins pins_;
    std::unique_ptr<BpfObject> object_;
    Programmer programmer_;
    Skeleton* skeleton_ = nullptr;
    Mac const mac_{{0x02, 0, 0, 0, 0, 0x01}};
};

}  // namespace drover::bench
