// The director of bench/live: the real packet path on one interface, its maps programmed by the real Programmer, or
// what it is compared with. Every server is behind the host that sends, so what comes in goes back.
//
//     live-director INTERFACE OWN_MAC NEXT_MAC VIP balance|balance-1Mi|swap|plain-tx|plain-pass|plain-drop
//
// Prints "ready", works until SIGTERM, and leaves nothing. `swap` is `balance` with the program changed for
// another, newly loaded one again and again, as an upgraded daemon does it once; it ends with a line "swaps N".
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "bench/live_frame.h"
#include "dataplane/io/attachment.h"
#include "dataplane/io/bpf_object.h"
#include "dataplane/io/pins.h"
#include "dataplane/programmer.h"
#include "live.skel.h"
#include "loop/io/fd.h"

namespace drover::bench {

namespace {

using dataplane::BpfObject;
using dataplane::Pins;
using dataplane::Programmer;

constexpr std::uint64_t kSlots = 2 << 20;           // the daemon's default
constexpr std::uint64_t kSlotsFor1Mi = 2 * kSlots;  // a quarter full: none of the flows loses its entry to another
constexpr int kServers = 16;
constexpr timespec kSwapEvery{0, 15'000'000};

struct Place {
    std::string interface;
    int ifindex = 0;
    Mac own, next;
    Address vip;
};

sigset_t stop_signal() {
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    return stop;
}

void wait_for_stop() {
    auto const stop = stop_signal();
    int signal = 0;
    sigwait(&stop, &signal);
}

bool is_stopped_within(timespec const& time) {
    auto const stop = stop_signal();
    return sigtimedwait(&stop, nullptr, &time) == SIGTERM;
}

Result<void> program(Programmer& programmer, Place const& place) {
    auto const port = static_cast<std::uint32_t>(place.ifindex);
    if (auto slot = programmer.ports().put(port, place.own); !slot) return std::unexpected(slot.error());
    model::DesiredService service;
    service.key = {{place.vip, 80}, Protocol::tcp};
    for (int i = 1; i <= kServers; ++i) {
        auto const address = Address::v4(0xac336000u + static_cast<std::uint32_t>(i));
        service.servers.push_back({{address, 80}, 1});
        programmer.set_next_hop(address, dataplane::NextHop{place.next, port, false});
    }
    if (auto done = programmer.apply({{}, {service}}); !done) return std::unexpected(done.error());
    return {};
}

/// The other program is loaded onto the same maps, as by the next daemon.
Result<void> swap_until_stopped(Pins& pins, BpfObject const& first, Place const& place) {
    auto const second = BpfObject::load(&pins, kSlots);
    if (!second) return std::unexpected(second.error());
    int swaps = 0;
    while (!is_stopped_within(kSwapEvery)) {
        int const next = (++swaps % 2 == 1 ? **second : first).program_fd();
        if (auto done = attach(pins, {next, {}}, place.ifindex, place.interface, model::Taking::native); !done)
            return std::unexpected(done.error());
    }
    std::cout << "swaps " << swaps << std::endl;
    return {};
}

Result<void> balance(Pins& pins, Place const& place, std::string_view how) {
    auto const object = BpfObject::load(&pins, how == "balance-1Mi" ? kSlotsFor1Mi : kSlots);
    if (!object) return std::unexpected(object.error());
    Programmer programmer((*object)->tables(), **object, (*object)->ticks());
    if (auto done = program(programmer, place); !done) return done;
    auto const attached = attach(pins, {(*object)->program_fd(), {}}, place.ifindex, place.interface, model::Taking::native);
    if (!attached) return std::unexpected(attached.error());
    std::cout << "ready" << std::endl;
    if (how == "swap") return swap_until_stopped(pins, **object, place);
    wait_for_stop();
    return {};
}

Result<void> balance(Place const& place, std::string_view how) {
    auto pins = Pins::open("/sys/fs/bpf/drover-bench-" + std::to_string(::getpid()));
    if (!pins) return std::unexpected(pins.error());
    auto const done = balance(*pins, place, how);
    pins->remove_all();
    return done;
}

Result<void> compare(Place const& place, std::string_view what) {
    auto* const skeleton = live__open_and_load();
    if (skeleton == nullptr) return fail_errno("load the programs to compare with");
    auto const& programs = skeleton->progs;
    auto const* const program = what == "plain-tx"     ? programs.plain_tx
                                : what == "plain-pass" ? programs.plain_pass
                                                       : programs.plain_drop;
    bpf_link_create_opts options{};
    options.sz = sizeof options;
    options.flags = XDP_FLAGS_DRV_MODE;
    loop::Fd const link(bpf_link_create(bpf_program__fd(program), place.ifindex, BPF_XDP, &options));
    if (!link) return fail_errno("attach to " + place.interface);
    std::cout << "ready" << std::endl;
    wait_for_stop();
    live__destroy(skeleton);
    return {};
}

struct Word {
    std::string_view text;
    Result<void> (*run)(Place const& place, std::string_view word);
};
constexpr Word kWords[] = {{"balance", balance},  {"balance-1Mi", balance}, {"swap", balance},
                           {"plain-tx", compare}, {"plain-pass", compare},  {"plain-drop", compare}};

int main_of(std::vector<std::string> const& arguments) {
    auto const stop = stop_signal();
    sigprocmask(SIG_BLOCK, &stop, nullptr);
    if (arguments.size() == 5) {
        auto const own = Mac::parse(arguments[1]), next = Mac::parse(arguments[2]);
        auto const vip = Address::parse(arguments[3]);
        auto const* const word = std::ranges::find(kWords, arguments[4], &Word::text);
        if (own && next && vip && word != std::end(kWords)) {
            Place const place{arguments[0], static_cast<int>(::if_nametoindex(arguments[0].c_str())), *own, *next,
                              *vip};
            auto const done = word->run(place, word->text);
            if (!done) std::cerr << "live-director: " << done.error().message << "\n";
            return done ? 0 : 1;
        }
    }
    std::cerr << "usage: live-director INTERFACE OWN_MAC NEXT_MAC VIP WORD, where WORD is one of";
    for (auto const& word : kWords) std::cerr << " " << word.text;
    std::cerr << "\n";
    return 2;
}

}  // namespace

}  // namespace drover::bench

int main(int argc, char** argv) { return drover::bench::main_of({argv + 1, argv + argc}); }
