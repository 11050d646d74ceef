// How full the connection table can be: new flows with random keys, sent through the real program, and how many of them took
// the slot of a connection that still lived.
#include <cstring>
#include <iostream>
#include <random>
#include <string_view>

#include <bpf/bpf.h>

#include "bench/rows.h"
#include "dataplane/io/bpf_object.h"
#include "dataplane/programmer.h"

namespace drover::bench {

namespace {

using dataplane::BpfObject;

constexpr std::uint32_t kLoopback = 1;  // test runs come in by lo
constexpr std::uint64_t kSlots = 1 << 20;

/// A SYN to 172.51.97.175:80 whose client is written in later.
struct Syn {
    std::uint8_t bytes[54] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6};

    Syn() {
        constexpr std::uint8_t vip[] = {172, 51, 97, 175};
        std::memcpy(bytes + 30, vip, sizeof vip);
        bytes[37] = 80;
        bytes[46] = 0x50;
        bytes[47] = 2;
    }
    void from(std::uint32_t address, std::uint16_t port) {
        std::memcpy(bytes + 26, &address, sizeof address);
        std::memcpy(bytes + 34, &port, sizeof port);
    }
};

Result<void> serve(dataplane::Programmer& programmer) {
    Mac const mac{{2, 0, 0, 0, 0, 1}};
    if (auto slot = programmer.ports().put(kLoopback, mac); !slot) return std::unexpected(slot.error());
    auto const server = *Address::parse("172.51.96.235");
    programmer.set_next_hop(server, dataplane::NextHop{mac, kLoopback, false});
    model::DesiredService service;
    service.key = {{*Address::parse("172.51.97.175"), 80}, Protocol::tcp};
    service.servers = {{{server, 80}, 1}};
    if (auto done = programmer.apply({{}, {service}}); !done) return std::unexpected(done.error());
    return {};
}

std::uint64_t evicted(BpfObject const& object) {
    std::uint64_t living = 0;
    auto const counts = object.eviction_counts();
    for (std::size_t kind = contract::EVICT_CLOSED; kind < counts.size(); ++kind) living += counts[kind];
    return living;
}

/// Fills the table in steps; a row for each: of the flows since the empty table, how many took a living one's slot.
Result<std::vector<BenchRow>> fill() {
    auto const object = BpfObject::load(nullptr, kSlots);
    if (!object) return std::unexpected(object.error());
    dataplane::Programmer programmer((*object)->tables(), **object, (*object)->ticks());
    if (auto done = serve(programmer); !done) return std::unexpected(done.error());
    std::mt19937_64 random(20261124);
    std::vector<BenchRow> rows;
    Syn syn;
    std::uint64_t flows = 0;
    for (int const percent : {25, 50, 75, 90}) {
        for (; flows < kSlots * static_cast<std::uint64_t>(percent) / 100; ++flows) {
            auto const client = random();
            syn.from(static_cast<std::uint32_t>(client), static_cast<std::uint16_t>(client >> 32));
            bpf_test_run_opts options{};
            options.sz = sizeof options;
            options.data_in = syn.bytes;
            options.data_size_in = sizeof syn.bytes;
            if (int const error = bpf_prog_test_run_opts((*object)->program_fd(), &options); error != 0)
                return fail_errno("run the packet path", -error);
        }
        rows.push_back({"living entries evicted, " + std::to_string(percent) + " % load",
                        100.0 * static_cast<double>(evicted(**object)) / static_cast<double>(flows), "% of new flows",
                        percent == 50 ? std::optional(0.01) : std::nullopt});
    }
    return rows;
}

}  // namespace

}  // namespace drover::bench

int main(int argc, char** argv) {
    bool const json = argc == 2 && std::string_view(argv[1]) == "--json";
    if (argc > 2 || (argc == 2 && !json)) {
        std::cerr << "usage: table-room [--json]\n";
        return 2;
    }
    auto const rows = drover::bench::fill();
    if (!rows) {
        std::cerr << "table-room: " << rows.error().message << "\n";
        return 1;
    }
    drover::bench::print(*rows, json);
    return 0;
}
