// How late adverts are, and beside it how late a bare clock_nanosleep wakes: what the machine gives to anybody.
//
//     advert-watch INTERVAL_US SECONDS INTERFACE...
//
// Adverts (IPv4) are taken where they leave this host, with the kernel's time stamps; a virtual router's is late by what
// the time since its last one exceeds the interval. The loop sleeps a millisecond at a time, in SCHED_RR at the priority of
// drover's VRRP thread; there is one on each CPU, since a CPU of a virtual machine that has nothing to do may be woken late by
// its host, and adverts are to be compared with both. Both are printed, a line each, in nanoseconds:
//
//     advert 12345
//     sleep 6789
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstdint>
#include <ctime>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "app/realtime.h"
#include "base/result.h"

namespace drover::bench {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000, kSleep = 1'000'000;
constexpr int kReceiveBuffer = 16 << 20;  // this program reads when it may, the time stamps are the kernel's
constexpr unsigned kProtocolAt = 9, kVrrp = 112;
constexpr int kPatienceMs = 100;

std::int64_t nanoseconds(timespec const& time) { return time.tv_sec * kSecond + time.tv_nsec; }

std::int64_t now() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return nanoseconds(time);
}

/// Sleeps on this CPU from deadline to deadline; one that was missed is not made up for.
void sleep_and_note(unsigned cpu, std::atomic<bool> const& ends, std::vector<std::int64_t>& late) {
    cpu_set_t here;
    CPU_ZERO(&here);
    CPU_SET(cpu, &here);
    if (::sched_setaffinity(0, sizeof here, &here) < 0) std::cerr << "sleep: not on CPU " << cpu << '\n';
    if (auto const how = app::run_in_real_time(); !how.reason.empty()) std::cerr << "sleep: " << how.reason << '\n';
    while (!ends) {
        auto const due = now() + kSleep;
        timespec const until{due / kSecond, due % kSecond};
        ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
        late.push_back(now() - due);
    }
}

Result<void> pass_vrrp_alone(int fd) {
    std::array<sock_filter, 4> program{{
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kProtocolAt),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kVrrp, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0xffff),
        BPF_STMT(BPF_RET | BPF_K, 0),
    }};
    sock_fprog const filter{program.size(), program.data()};
    if (::setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) < 0) return fail_errno("filter VRRP");
    return {};
}

/// The adverts that leave by one interface.
class Ear {
public:
    static Result<Ear> open(std::string const& interface) {
        // Only who listens to all protocols sees what leaves.
        Ear ear(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        int const on = 1;
        sockaddr_ll where{};
        where.sll_family = AF_PACKET;
        where.sll_protocol = htons(ETH_P_ALL);
        where.sll_ifindex = static_cast<int>(::if_nametoindex(interface.c_str()));
        if (ear.fd < 0) return fail_errno("open a packet socket");
        if (auto const done = pass_vrrp_alone(ear.fd); !done) return std::unexpected(done.error());
        if (::setsockopt(ear.fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) < 0 ||
            ::setsockopt(ear.fd, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof kReceiveBuffer) < 0 ||
            ::bind(ear.fd, reinterpret_cast<sockaddr*>(&where), sizeof where) < 0)
            return fail_errno("listen on " + interface);
        return ear;
    }

    /// Of the packets that wait: notes how late each advert of a virtual router after its first is.
    void read(std::int64_t interval, std::vector<std::int64_t>& late) {
        std::array<std::uint8_t, 64> bytes{};
        alignas(cmsghdr) std::array<char, 128> control{};
        iovec part{bytes.data(), bytes.size()};
        sockaddr_ll where{};
        while (true) {
            msghdr message{};
            message.msg_name = &where;
            message.msg_namelen = sizeof where;
            message.msg_iov = &part;
            message.msg_iovlen = 1;
            message.msg_control = control.data();
            message.msg_controllen = control.size();
            auto const length = ::recvmsg(fd, &message, MSG_DONTWAIT);
            if (length < 0) return;
            std::size_t const header = static_cast<std::size_t>(bytes[0] & 0x0f) * 4;
            bool const leaves = where.sll_pkttype == PACKET_OUTGOING && where.sll_protocol == htons(ETH_P_IP);
            if (!leaves || static_cast<std::size_t>(length) < header + 2) continue;
            auto const stamp = stamp_of(message);
            auto const [last, is_first] = last_.try_emplace(bytes[header + 1], stamp);
            if (!is_first) late.push_back(stamp - std::exchange(last->second, stamp) - interval);
        }
    }

    int fd;

private:
    explicit Ear(int descriptor) : fd(descriptor) {}

    static std::int64_t stamp_of(msghdr& message) {
        for (auto* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part))
            if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SO_TIMESTAMPNS) {
                timespec time{};
                std::copy_n(reinterpret_cast<char const*>(CMSG_DATA(part)), sizeof time, reinterpret_cast<char*>(&time));
                return nanoseconds(time);
            }
        return 0;
    }

    std::map<std::uint8_t, std::int64_t> last_;  // by VRID
};

int watch(std::int64_t interval, std::int64_t seconds, std::vector<std::string> const& interfaces) {
    std::vector<Ear> ears;
    std::vector<pollfd> waiting;
    for (auto const& interface : interfaces) {
        auto ear = Ear::open(interface);
        if (!ear) {
            std::cerr << ear.error().message << '\n';
            return 1;
        }
        ears.push_back(*ear);
        waiting.push_back({ear->fd, POLLIN, 0});
    }
    std::vector<std::int64_t> adverts;
    std::atomic<bool> ends = false;
    std::vector<std::vector<std::int64_t>> sleeps(std::thread::hardware_concurrency());
    std::vector<std::thread> sleepers;
    for (unsigned cpu = 0; cpu < sleeps.size(); ++cpu) {
        sleeps[cpu].reserve(static_cast<std::size_t>(seconds * kSecond / kSleep));
        sleepers.emplace_back([&, cpu] { sleep_and_note(cpu, ends, sleeps[cpu]); });
    }
    for (auto const end = now() + seconds * kSecond; now() < end;) {
        ::poll(waiting.data(), waiting.size(), kPatienceMs);
        for (auto& ear : ears) ear.read(interval, adverts);
    }
    ends = true;
    for (auto& sleeper : sleepers) sleeper.join();
    for (auto const late : adverts) std::cout << "advert " << late << '\n';
    for (auto const& on_cpu : sleeps)
        for (auto const late : on_cpu) std::cout << "sleep " << late << '\n';
    return 0;
}

/// 0 for what is no number.
std::int64_t number(std::string_view text) {
    std::int64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? value : 0;
}

}  // namespace

}  // namespace drover::bench

int main(int argc, char** argv) {
    auto const interval = argc > 3 ? drover::bench::number(argv[1]) : 0;
    auto const seconds = argc > 3 ? drover::bench::number(argv[2]) : 0;
    if (interval <= 0 || seconds <= 0) {
        std::cerr << "usage: advert-watch INTERVAL_US SECONDS INTERFACE...\n";
        return 2;
    }
    return drover::bench::watch(interval * 1000, seconds, {argv + 3, argv + argc});
}
