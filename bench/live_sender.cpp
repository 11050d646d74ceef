// Sends live frames out of an interface and counts those that come back by it: BPF_PROG_TEST_RUN runs the generator of
// live.bpf.c on one CPU, and a sink on the same interface receives. A veth hands a frame over on the CPU that sent it,
// so one CPU does the sender's, the director's and the sink's work.
//
//     live-sender CPU INTERFACE ROUTER_MAC VIP FLOWS FRAMES [--open | --until-stopped]
//
// It first sends an ACK for each flow, then FRAMES of them, and prints a line of JSON for the latter. With --open there
// is a SYN before each flow's first ACK, and it fails when any of these is lost. With --until-stopped it opens as well,
// says "running", and goes on in rounds of FRAMES until SIGTERM.
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sched.h>
#include <unistd.h>

#include <bit>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstring>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/address.h"
#include "base/mac.h"
#include "base/result.h"
#include "bench/live_frame.h"
#include "live.skel.h"

namespace drover::bench {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::uint8_t kSyn = 0x02, kAck = 0x10;
constexpr auto kAside = std::chrono::microseconds(10);
constexpr auto kPatience = std::chrono::milliseconds(200);  // for frames still under way when the last was sent

/// One's complement sum of 16-bit words as they lie in memory.
std::uint32_t sum_of(void const* bytes, std::size_t length) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < length; i += 2) {
        std::uint16_t word = 0;
        std::memcpy(&word, static_cast<char const*>(bytes) + i, sizeof word);
        sum += word;
    }
    return sum;
}

struct Tally {
    std::uint64_t sent = 0, received = 0;
    double ns = 0;  // of a frame, by the kernel's clock, which stands still while another program has the CPU
};

class Sender {
public:
    static Result<std::unique_ptr<Sender>> open(std::string const& interface, Mac const& router, Address const& vip) {
        std::unique_ptr<Sender> sender(new Sender);
        sender->ifindex_ = ::if_nametoindex(interface.c_str());
        if (sender->ifindex_ == 0) return fail("there is no interface " + interface);
        sender->skeleton_ = live__open_and_load();
        if (sender->skeleton_ == nullptr) return fail_errno("load the generator");
        bpf_link_create_opts options{};
        options.sz = sizeof options;
        options.flags = XDP_FLAGS_DRV_MODE;
        sender->sink_ = bpf_link_create(bpf_program__fd(sender->skeleton_->progs.sink),
                                        static_cast<int>(sender->ifindex_), BPF_XDP, &options);
        if (sender->sink_ < 0) return fail_errno("attach the sink to " + interface);
        sender->write_pattern(router, vip);
        return sender;
    }

    ~Sender() {
        if (sink_ >= 0) ::close(sink_);
        live__destroy(skeleton_);
    }

    /// One round of frames, through the flows in turn; returns when all of them are back, or no more come.
    Result<Tally> send(std::uint32_t flows, std::uint8_t flags, int frames) {
        auto& shared = *skeleton_->bss;
        prepare(flows, flags);
        bpf_test_run_opts options{};
        xdp_md context{};
        options.sz = sizeof options;
        options.data_in = &shared.pattern;
        options.data_size_in = context.data_end = sizeof shared.pattern;
        context.ingress_ifindex = ifindex_;
        options.ctx_in = &context;
        options.ctx_size_in = sizeof context;
        options.repeat = frames;
        options.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
        if (int const error = bpf_prog_test_run_opts(bpf_program__fd(skeleton_->progs.generate), &options); error != 0)
            return fail_errno("send live frames", -error);
        wait_for_stragglers();
        return Tally{shared.sent, counted(shared.received), static_cast<double>(options.duration)};
    }

private:
    Sender() = default;

    static std::uint64_t counted(__u64 const& counter) { return *const_cast<__u64 const volatile*>(&counter); }

    void write_pattern(Mac const& router, Address const& vip) {
        auto& frame = skeleton_->bss->pattern;
        std::memcpy(frame.ethernet.h_dest, router.bytes.data(), 6);
        std::memcpy(frame.ethernet.h_source, router.bytes.data(), 6);
        frame.ethernet.h_source[0] ^= 0x40;  // nobody's
        frame.ethernet.h_proto = htons(ETH_P_IP);
        frame.ip.version = 4;
        frame.ip.ihl = 5;
        frame.ip.tot_len = htons(sizeof frame.ip + sizeof frame.tcp);
        frame.ip.frag_off = htons(0x4000);
        frame.ip.ttl = 64;
        frame.ip.protocol = IPPROTO_TCP;
        frame.ip.daddr = htonl(vip.v4());
        frame.tcp.dest = htons(80);
        frame.tcp.seq = frame.tcp.ack_seq = htonl(1);
        frame.tcp.doff = sizeof frame.tcp / 4;
        frame.tcp.window = htons(1024);
    }

    void prepare(std::uint32_t flows, std::uint8_t flags) {
        auto& shared = *skeleton_->bss;
        auto& frame = shared.pattern;
        auto* const tcp = reinterpret_cast<std::uint8_t*>(&frame.tcp);
        tcp[13] = flags;
        shared.flows_mask = flows - 1;
        shared.ip_sum = sum_of(&frame.ip, sizeof frame.ip);
        shared.tcp_sum = sum_of(&frame.ip.daddr, sizeof frame.ip.daddr) + htons(IPPROTO_TCP) + htons(sizeof frame.tcp) +
                         sum_of(&frame.tcp, sizeof frame.tcp);
        shared.sent = shared.received = 0;
    }

    /// Everything happens on one CPU, so what the kernel's softirq thread still has is done when we step aside.
    void wait_for_stragglers() {
        auto const& shared = *skeleton_->bss;
        auto last = Clock::now();
        for (auto seen = counted(shared.received); seen < shared.sent;) {
            std::this_thread::sleep_for(kAside);
            auto const now = Clock::now();
            if (counted(shared.received) != seen) {
                seen = counted(shared.received);
                last = now;
            } else if (now - last > kPatience) {
                break;
            }
        }
    }

    unsigned ifindex_ = 0;
    live* skeleton_ = nullptr;
    int sink_ = -1;
};

/// One CPU, and nobody else on it: another program would be measured along, and frames that wait while it runs overflow
/// a veth's ring. Without real-time priority the losses tell.
Result<void> own(int cpu) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    if (::sched_setaffinity(0, sizeof one, &one) != 0) return fail_errno("run on CPU " + std::to_string(cpu));
    sched_param const priority{.sched_priority = 1};
    ::sched_setscheduler(0, SCHED_FIFO, &priority);
    return {};
}

void block_stop_signal() {
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigprocmask(SIG_BLOCK, &stop, nullptr);
}

bool is_stopped() {
    sigset_t waiting;
    return sigpending(&waiting) == 0 && sigismember(&waiting, SIGTERM) == 1;
}

struct Options {
    int cpu = 0;
    std::string interface;
    Mac router;
    Address vip;
    std::uint32_t flows = 0;
    int frames = 0;
    bool open = false, until_stopped = false;
};

Result<void> run(Options const& options) {
    if (auto done = own(options.cpu); !done) return done;
    auto sender = Sender::open(options.interface, options.router, options.vip);
    if (!sender) return std::unexpected(sender.error());
    auto const flows = static_cast<int>(options.flows);
    for (auto const flags : {kSyn, kAck}) {
        if (flags == kSyn && !options.open) continue;
        auto const opening = (*sender)->send(options.flows, flags, flows);
        if (!opening) return std::unexpected(opening.error());
        if (options.open && opening->received != opening->sent)
            return fail(
                fmt::format("{} of {} frames of the opening were lost", opening->sent - opening->received, flows));
    }
    if (options.until_stopped) std::cout << "running" << std::endl;
    Tally all;
    do {
        auto const round = (*sender)->send(options.flows, kAck, options.frames);
        if (!round) return std::unexpected(round.error());
        all.sent += round->sent;
        all.received += round->received;
        all.ns = round->ns;
    } while (options.until_stopped && !is_stopped());
    std::cout << fmt::format(R"({{"sent": {}, "received": {}, "ns": {:.2f}}})", all.sent, all.received, all.ns)
              << std::endl;
    return {};
}

std::optional<int> number(std::string const& text) {
    int value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() && value >= 0 ? std::optional(value) : std::nullopt;
}

std::optional<Options> options_of(std::vector<std::string> const& words) {
    if (words.size() != 6 && words.size() != 7) return std::nullopt;
    auto const cpu = number(words[0]), flows = number(words[4]), frames = number(words[5]);
    auto const mac = Mac::parse(words[2]);
    auto const vip = Address::parse(words[3]);
    auto const mode = words.size() == 7 ? words[6] : "";
    bool const until_stopped = mode == "--until-stopped", open = mode == "--open" || until_stopped;
    if (!cpu || !mac || !vip || !flows || !std::has_single_bit(static_cast<std::uint32_t>(*flows)) || !frames ||
        *frames == 0 || (words.size() == 7 && !open))
        return std::nullopt;
    return Options{*cpu, words[1], *mac, *vip, static_cast<std::uint32_t>(*flows), *frames, open, until_stopped};
}

int main_of(std::vector<std::string> const& words) {
    block_stop_signal();
    auto const options = options_of(words);
    if (!options) {
        std::cerr << "usage: live-sender CPU INTERFACE ROUTER_MAC VIP FLOWS FRAMES [--open | --until-stopped]\n"
                     "FLOWS is a power of two\n";
        return 2;
    }
    if (auto const done = run(*options); !done) {
        std::cerr << "live-sender: " << done.error().message << "\n";
        return 1;
    }
    return 0;
}

}  // namespace

}  // namespace drover::bench

int main(int argc, char** argv) { return drover::bench::main_of({argv + 1, argv + argc}); }
