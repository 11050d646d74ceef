// What the packet path costs, in nanoseconds per packet, all rows in one run: rounds of every row in turn, the median of
// the rounds, each row also as a multiple of one random read in a table of the same size. The machine's own speed drifts;
// the differences to the floor and the multiples are what can be compared.
#include <algorithm>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sched.h>

#include "bench/packet_harness.h"
#include "bench/rows.h"
#include "lru_path.skel.h"
#include "packet_path.skel.h"

namespace drover::bench {

namespace {

using Harness = PacketHarness<packet_path>;
using LruHarness = PacketHarness<lru_path>;
using Measured = std::map<std::string, std::vector<double>>;

constexpr int kRepeat = 1'000'000;
constexpr int kRounds = 7;

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

struct Flows {
    char const* name;
    std::uint32_t count;
    double target;  // ns over the floor; 0: none
};
constexpr Flows kFlows[] = {{"1 flow", 1, 15},
                            {"1Ki flows", 1 << 10, 30},
                            {"16Ki flows", 1 << 14, 55},
                            {"256Ki flows", 1 << 18, 0},
                            {"1Mi flows", 1 << 20, 180}};

struct LruFlows {
    char const* name;
    std::uint32_t count;
    double target;  // our time as a part of its
};
constexpr LruFlows kLruFlows[] = {{"16Ki flows", 1 << 14, 0.4}, {"256Ki flows", 1 << 18, 0.5}};

struct NewFlow {
    char const* name;
    Scheduling how;
    double target;  // ns over the floor
};
constexpr NewFlow kNewFlows[] = {{"new flow, mh", {model::Scheduler::mh}, 300},
                                 {"new flow, rr", {model::Scheduler::rr}, 300},
                                 {"new flow, wlc", {model::Scheduler::wlc}, 450},
                                 {"new flow, rr, persistent", {model::Scheduler::rr, 300}, 500}};

void measure_established(Harness& harness, Measured& measured) {
    auto& programs = harness.skeleton().progs;
    harness.expect(1 << 10, 0, kAck);
    measured["plain XDP_TX"].push_back(harness.run(programs.bench_plain_tx, kRepeat));
    measured["floor"].push_back(harness.run(programs.bench_floor, kRepeat));
    for (auto const& flows : kFlows) {
        harness.empty_table();
        harness.populate(flows.count, programs.bench_populate, harness.frame());
        harness.expect(flows.count, contract::VERDICT_forwarded, kAck);
        measured[std::string("random read, ") + flows.name].push_back(harness.run(programs.bench_random_read, kRepeat));
        harness.expect(flows.count, contract::VERDICT_forwarded, kAck);
        measured[std::string("established, ") + flows.name].push_back(harness.run(programs.bench_balance, kRepeat));
    }
    harness.expect(1 << 20, contract::VERDICT_no_vip, kAck, kElsewhere);
    measured["no VIP"].push_back(harness.run(programs.bench_balance, kRepeat));
}

void measure_ipv6(Harness& harness, Measured& measured) {
    auto& programs = harness.skeleton().progs;
    auto const frame = harness.frame6();
    harness.empty_table();
    harness.populate(1 << 14, programs.bench_populate6, frame);
    harness.expect(1 << 14, contract::VERDICT_forwarded, kAck);
    measured["floor, IPv6"].push_back(Harness::run(programs.bench_floor6, kRepeat, frame));
    harness.expect(1 << 14, contract::VERDICT_forwarded, kAck);
    measured["established, IPv6"].push_back(Harness::run(programs.bench_balance6, kRepeat, frame));
}

Result<void> measure_new(Harness& harness, Measured& measured) {
    for (auto const& kind : kNewFlows) {
        if (auto done = harness.schedule(kind.how); !done) return done;
        harness.empty_table();
        harness.expect(1 << 20, contract::VERDICT_forwarded, kSyn);
        measured[kind.name].push_back(harness.run(harness.skeleton().progs.bench_balance, kRepeat));
    }
    return harness.schedule({});
}

/// On CPUs 0 and, for two lanes, 1; nanoseconds per packet of each.
std::vector<double> run_lanes(Harness& harness, int lanes) {
    std::vector<double> ns(static_cast<std::size_t>(lanes));
    std::vector<std::thread> threads;
    for (int lane = 0; lane < lanes; ++lane)
        threads.emplace_back([&, lane] {
            cpu_set_t cpu;
            CPU_ZERO(&cpu);
            CPU_SET(lane, &cpu);
            ::sched_setaffinity(0, sizeof cpu, &cpu);
            ns[static_cast<std::size_t>(lane)] = Harness::run(harness.skeleton().progs.bench_lane, kRepeat,
                                                              harness.frame().lane(static_cast<std::uint8_t>(lane)));
        });
    for (auto& thread : threads) thread.join();
    return ns;
}

void measure_two_cpus(Harness& harness, Measured& measured) {
    harness.empty_table();
    harness.populate(1 << 14, harness.skeleton().progs.bench_populate, harness.frame());
    harness.expect(1 << 14, contract::VERDICT_forwarded, kAck);
    double packets = 0;  // a nanosecond
    auto const one = run_lanes(harness, 1)[0];
    for (auto const ns : run_lanes(harness, 2)) packets += 1 / ns;
    measured["two CPUs"].push_back(packets * one);
}

void measure_lru(LruHarness& harness, Measured& measured) {
    auto& programs = harness.skeleton().progs;
    for (auto const& flows : kLruFlows) {
        harness.populate(flows.count, programs.bench_populate, harness.frame());
        harness.expect(flows.count, contract::VERDICT_forwarded, kAck);
        measured[std::string("LRU_HASH, ") + flows.name].push_back(harness.run(programs.bench_balance, kRepeat));
    }
}

std::vector<BenchRow> rows_of(Measured const& measured) {
    auto const of = [&](std::string const& name) { return median(measured.at(name)); };
    double const floor = of("floor");
    std::vector<BenchRow> rows{{"plain XDP_TX", of("plain XDP_TX"), "ns", {}},
                               {"floor: XDP_TX in the harness", floor, "ns", {}}};
    auto const add = [&](std::string const& name, std::string const& reads, double target) {
        rows.push_back({name, of(name), "ns", {}});
        rows.push_back({name + ", over the floor", of(name) - floor, "ns", target > 0 ? std::optional(target) : std::nullopt});
        rows.push_back({name + ", multiple of " + reads, of(name) / of(reads), "x", {}});
    };
    for (auto const& flows : kFlows) {
        auto const reads = std::string("random read, ") + flows.name;
        rows.push_back({reads, of(reads), "ns", {}});
        add(std::string("established, ") + flows.name, reads, flows.target);
    }
    for (auto const& flows : kLruFlows) {
        auto const name = std::string("LRU_HASH, ") + flows.name;
        auto const ours = of(std::string("established, ") + flows.name);
        rows.push_back({name, of(name), "ns", {}});
        rows.push_back({std::string("established, part of ") + name, ours / of(name), "x", flows.target});
        rows.push_back({"  the same, both over the floor", (ours - floor) / (of(name) - floor), "x", {}});
    }
    auto const ipv6 = of("established, IPv6"), floor6 = of("floor, IPv6");
    rows.push_back({"established, IPv6, 16Ki flows", ipv6, "ns", {}});
    rows.push_back({"established, IPv6, 16Ki flows, over its floor", ipv6 - floor6, "ns", {}});
    rows.push_back({"established, IPv6, 16Ki flows, multiple of IPv4", ipv6 / of("established, 16Ki flows"), "x", 1.3});
    for (auto const& kind : kNewFlows) add(kind.name, "random read, 1Mi flows", kind.target);
    add("no VIP", "random read, 1 flow", 0);
    rows.push_back({"two CPUs, disjoint halves of 16Ki flows", of("two CPUs"), "x of one", 1.8, true});
    return rows;
}

/// A table at half load turns away one flow in 10,000 at most; more means that something is wrong.
bool is_void(std::uint64_t unexpected) {
    if (unexpected <= std::uint64_t{kRepeat} * kRounds / 10'000) return false;
    std::cerr << "packet-path: " << unexpected << " packets had another verdict than expected: void\n";
    return true;
}

Result<std::uint64_t> measure(Measured& measured) {
    auto harness = Harness::open("path");
    if (!harness) return std::unexpected(harness.error());
    auto lru = LruHarness::open("lru");
    if (!lru) return std::unexpected(lru.error());
    for (int round = 0; round < kRounds; ++round) {
        measure_established(**harness, measured);
        measure_lru(**lru, measured);
        measure_ipv6(**harness, measured);
        measure_two_cpus(**harness, measured);
        if (auto done = measure_new(**harness, measured); !done) return std::unexpected(done.error());
    }
    return (*harness)->unexpected() + (*lru)->unexpected();
}

int run(bool json) {
    Measured measured;
    auto const unexpected = measure(measured);
    if (!unexpected) {
        std::cerr << "packet-path: " << unexpected.error().message << "\n";
        return 1;
    }
    if (is_void(*unexpected)) return 1;
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
