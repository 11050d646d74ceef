// What the packet path costs, in nanoseconds per packet, all rows in one run: rounds of every row in turn, the median of
// the rounds, each row also as a multiple of one random read in a table of the same size. The machine's own speed drifts;
// the differences to the floor and the multiples are what can be compared.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include "bench/rows.h"
#include "dataplane/encode.h"
#include "dataplane/io/bpf_object.h"
#include "dataplane/io/pins.h"
#include "dataplane/programmer.h"
#include "packet_path.skel.h"

namespace drover::bench {

namespace {

using dataplane::BpfObject;
using dataplane::Pins;
using dataplane::Programmer;

constexpr std::uint32_t kLoopback = 1;      // test runs come in by lo
constexpr std::uint64_t kSlots = 2 << 20;   // the daemon's default: 1Mi flows fill half
constexpr int kRepeat = 1'000'000;
constexpr int kRounds = 7;
constexpr std::uint8_t kSyn = 0x02, kAck = 0x10;

/// The real maps, programmed by the real Programmer, and the harness's programs on them.
class Harness {
public:
    static Result<std::unique_ptr<Harness>> open() {
        auto pins = Pins::open("/sys/fs/bpf/drover-bench-" + std::to_string(::getpid()));
        if (!pins) return std::unexpected(pins.error());
        auto object = BpfObject::load(&*pins, kSlots);
        if (!object) return std::unexpected(object.error());
        std::unique_ptr<Harness> harness(new Harness(std::move(*pins), std::move(*object)));
        if (auto done = harness->program(); !done) return std::unexpected(done.error());
        if (auto done = harness->load(); !done) return std::unexpected(done.error());
        return harness;
    }

    ~Harness() {
        packet_path__destroy(skeleton_);
        pins_.remove_all();
    }

    packet_path& skeleton() { return *skeleton_; }

    /// Nanoseconds per run.
    double run(bpf_program* program, int repeat) {
        bpf_test_run_opts options{};
        options.sz = sizeof options;
        options.data_in = frame_;
        options.data_size_in = sizeof frame_;
        options.repeat = repeat;
        bpf_prog_test_run_opts(bpf_program__fd(program), &options);
        return options.duration;
    }

    void expect(std::uint32_t flows, std::uint32_t verdict, std::uint8_t flags, Address const& destination) {
        skeleton_->bss->flows_mask = flows - 1;
        skeleton_->bss->expected = verdict;
        skeleton_->bss->tcp_flags_now = flags;
        skeleton_->bss->destination = __builtin_bswap32(destination.v4());
        skeleton_->bss->next_flow = 0;
    }

    void empty_table() {
        auto narrow = object_->tables().narrow;
        std::memset(narrow.data(), 0, narrow.size_bytes());
    }

    /// Makes `flows` established connections.
    void populate(std::uint32_t flows) {
        empty_table();
        for (auto const flags : {kSyn, kAck}) {
            expect(flows, contract::VERDICT_forwarded, flags, vip);
            run(skeleton_->progs.bench_populate, static_cast<int>(flows));
        }
    }

    std::uint64_t unexpected() const { return skeleton_->bss->unexpected; }

    Address const vip = *Address::parse("172.51.97.175");
    Address const elsewhere = *Address::parse("172.51.97.176");

private:
    Harness(Pins pins, std::unique_ptr<BpfObject> object)
        : pins_(std::move(pins)), object_(std::move(object)), programmer_(object_->tables(), *object_, object_->ticks()) {
        auto* ethernet = frame_;
        std::memcpy(ethernet, mac_.bytes.data(), 6);
        std::memcpy(ethernet + 6, mac_.bytes.data(), 6);
        ethernet[12] = 0x08;
        auto* ip = frame_ + 14;
        ip[0] = 0x45;
        ip[3] = 40;
        ip[8] = 64;
        ip[9] = 6;
        auto* tcp = ip + 20;
        tcp[3] = 80;
        tcp[12] = 0x50;
    }

    Result<void> program() {
        if (auto slot = programmer_.ports().put(kLoopback, mac_); !slot) return std::unexpected(slot.error());
        model::DesiredService service;
        service.key = {{vip, 80}, Protocol::tcp};
        for (int i = 1; i <= 16; ++i) {
            auto const address = Address::v4(0xac336000u + static_cast<std::uint32_t>(i));
            service.servers.push_back({{address, 80}, 1});
            programmer_.set_next_hop(address, dataplane::NextHop{mac_, kLoopback, false});
        }
        if (auto done = programmer_.apply({{}, {service}}); !done) return std::unexpected(done.error());
        return {};
    }

    Result<void> load() {
        skeleton_ = packet_path__open();
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
            int const fd = bpf_obj_get(pins_.map(bpf_map__name(map)).c_str());
            if (fd < 0 || bpf_map__reuse_fd(map, fd) != 0) return fail_errno("share the map " + std::string(bpf_map__name(map)));
            ::close(fd);
        }
        if (int const error = packet_path__load(skeleton_); error != 0) return fail_errno("load the harness", -error);
        return {};
    }

    Pins pins_;
    std::unique_ptr<BpfObject> object_;
    Programmer programmer_;
    packet_path* skeleton_ = nullptr;
    Mac const mac_{{0x02, 0, 0, 0, 0, 0x01}};
    std::uint8_t frame_[64] = {};
};

struct Row {
    std::string name;
    std::string reads;      // the row whose memory accesses it is compared with
    double target;          // ns over the floor; 0: none
    std::vector<double> ns;
};

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

struct Flows {
    char const* name;
    std::uint32_t count;
    double target;
};
constexpr Flows kFlows[] = {{"1 flow", 1, 15}, {"1Ki flows", 1 << 10, 30}, {"16Ki flows", 1 << 14, 60}, {"1Mi flows", 1 << 20, 180}};

void one_round(Harness& harness, std::map<std::string, std::vector<double>>& measured) {
    auto& programs = harness.skeleton().progs;
    harness.expect(1 << 10, 0, kAck, harness.vip);
    measured["plain XDP_TX"].push_back(harness.run(programs.bench_plain_tx, kRepeat));
    measured["floor"].push_back(harness.run(programs.bench_floor, kRepeat));
    for (auto const& flows : kFlows) {
        harness.populate(flows.count);
        harness.expect(flows.count, contract::VERDICT_forwarded, kAck, harness.vip);
        measured[std::string("random read, ") + flows.name].push_back(harness.run(programs.bench_random_read, kRepeat));
        harness.expect(flows.count, contract::VERDICT_forwarded, kAck, harness.vip);
        measured[std::string("established, ") + flows.name].push_back(harness.run(programs.bench_balance, kRepeat));
    }
    harness.empty_table();
    harness.expect(1 << 20, contract::VERDICT_forwarded, kSyn, harness.vip);
    measured["new flow"].push_back(harness.run(programs.bench_balance, kRepeat));
    harness.expect(1 << 20, contract::VERDICT_no_vip, kAck, harness.elsewhere);
    measured["no VIP"].push_back(harness.run(programs.bench_balance, kRepeat));
}

std::vector<BenchRow> rows_of(std::map<std::string, std::vector<double>> const& measured) {
    auto const of = [&](std::string const& name) { return median(measured.at(name)); };
    double const floor = of("floor");
    std::vector<BenchRow> rows{{"plain XDP_TX", of("plain XDP_TX"), "ns", {}},
                               {"floor: XDP_TX in the harness", floor, "ns", {}}};
    auto const add = [&](std::string const& name, std::string const& reads, std::optional<double> target) {
        rows.push_back({name, of(name), "ns", {}});
        rows.push_back({name + ", over the floor", of(name) - floor, "ns", target});
        rows.push_back({name + ", multiple of " + reads, of(name) / of(reads), "x", {}});
    };
    for (auto const& flows : kFlows) {
        auto const reads = std::string("random read, ") + flows.name;
        rows.push_back({reads, of(reads), "ns", {}});
        add(std::string("established, ") + flows.name, reads, flows.target);
    }
    add("new flow", "random read, 1Mi flows", 300);
    add("no VIP", "random read, 1 flow", {});
    return rows;
}

int run(bool json) {
    auto harness = Harness::open();
    if (!harness) {
        std::cerr << "packet-path: " << harness.error().message << "\n";
        return 1;
    }
    std::map<std::string, std::vector<double>> measured;
    for (int round = 0; round < kRounds; ++round) one_round(**harness, measured);
    // A table at half load turns away one flow in 10,000 at most; more means that something is wrong.
    if ((*harness)->unexpected() > std::uint64_t{kRepeat} * kRounds / 10'000) {
        std::cerr << "packet-path: " << (*harness)->unexpected() << " packets had another verdict than expected: void\n";
        return 1;
    }
    print(rows_of(measured), json);
    return 0;
}

}  // namespace

}  // namespace drover::bench

int main(int argc, char** argv) {
    bool const json = argc == 2 && std::string_view(argv[1]) == "--json";
    if (argc > 2 || (argc == 2 && !json)) {
        std::cerr << "usage: packet-path [--json]\n";
        return 2;
    }
    return drover::bench::run(json);
}
