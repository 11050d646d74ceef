#include "netlink/io/monitor.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "netlink/io/message.h"
#include "netlink/io/read.h"

namespace drover::netlink {
namespace {

unsigned groups_of(Topic topic) {
    switch (topic) {
        case Topic::links: return RTMGRP_LINK;
        case Topic::addresses: return RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
        case Topic::routes:
        case Topic::own_routes_gone: return RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
        case Topic::rules_gone: return 1U << (RTNLGRP_IPV4_RULE - 1) | 1U << (RTNLGRP_IPV6_RULE - 1);
        case Topic::neighbours: return RTMGRP_NEIGH;
    }
    return 0;
}
// A full table of routes that comes or goes at once is some hundred bytes a route.
constexpr int receive_buffer = 8 << 20;
constexpr std::size_t read_size = 32768;
constexpr int reads_at_once = 1024;

void append(std::vector<Event>& events, nlmsghdr const& message) {
    switch (message.nlmsg_type) {
        case RTM_NEWLINK:
            if (auto link = read_link(message)) events.emplace_back(LinkChanged{std::move(*link)});
            break;
        case RTM_DELLINK:
            if (auto link = read_link(message)) events.emplace_back(LinkGone{std::move(*link)});
            break;
        case RTM_NEWADDR:
            if (auto address = read_address(message)) events.emplace_back(AddressAdded{std::move(*address)});
            break;
        case RTM_DELADDR:
            if (auto address = read_address(message)) events.emplace_back(AddressGone{std::move(*address)});
            break;
        case RTM_NEWROUTE:
        case RTM_DELROUTE:
            if (auto route = read_route(message))
                events.emplace_back(RouteChanged{std::move(*route), message.nlmsg_type == RTM_DELROUTE});
            break;
        case RTM_DELRULE:
            events.emplace_back(RuleGone{});
            break;
        case RTM_NEWNEIGH:
        case RTM_DELNEIGH:
            if (auto const neighbour = read_neighbour(message))
                events.emplace_back(NeighbourChanged{*neighbour, message.nlmsg_type == RTM_DELNEIGH});
            break;
    }
}

/// Lets the end of our own routes through, and all that is not about routes. A message is read as if it came from a network:
/// its type has its bytes turned.
Result<void> hear_of_own_routes_alone(int fd) {
    constexpr auto type_at = static_cast<__u32>(offsetof(nlmsghdr, nlmsg_type));
    constexpr auto protocol_at = static_cast<__u32>(NLMSG_HDRLEN + offsetof(rtmsg, rtm_protocol));
    std::array<sock_filter, 7> program{{
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, type_at),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWROUTE), 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELROUTE), 0, 2),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, protocol_at),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, protocol_keepalived, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, ~__u32{0}),
        BPF_STMT(BPF_RET | BPF_K, 0),
    }};
    sock_fprog const filter{static_cast<unsigned short>(program.size()), program.data()};
    if (::setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) < 0)
        return fail_errno("choose which changes of the network are heard");
    return {};
}

}  // namespace

Result<Monitor> Monitor::open(std::initializer_list<Topic> topics) {
    unsigned groups = 0;
    for (auto const topic : topics) groups |= groups_of(topic);
    auto* const raw = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (!raw) return fail_errno("open a netlink socket");
    Monitor monitor(raw);
    // Beyond net.core.rmem_max with CAP_NET_ADMIN, else as much as is allowed: an overrun is told in any case.
    if (::setsockopt(monitor.fd(), SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer, sizeof receive_buffer) < 0)
        ::setsockopt(monitor.fd(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    auto const hears = [&](Topic topic) { return std::ranges::find(topics, topic) != topics.end(); };
    if (hears(Topic::own_routes_gone) && !hears(Topic::routes))
        if (auto done = hear_of_own_routes_alone(monitor.fd()); !done) return std::unexpected(done.error());
    if (mnl_socket_bind(raw, groups, MNL_SOCKET_AUTOPID) < 0) return fail_errno("subscribe to changes of the network");
    return monitor;
}

Monitor::Monitor(Monitor&& other) noexcept : socket_(std::exchange(other.socket_, nullptr)) {}

Monitor& Monitor::operator=(Monitor&& other) noexcept {
    std::swap(socket_, other.socket_);
    return *this;
}

Monitor::~Monitor() {
    if (socket_) mnl_socket_close(socket_);
}

int Monitor::fd() const { return mnl_socket_get_fd(socket_); }

std::vector<Event> Monitor::read() {
    std::vector<Event> events;
    alignas(nlmsghdr) std::array<char, read_size> buffer;
    for (int reads = 0; reads < reads_at_once; ++reads) {
        auto const size = mnl_socket_recvfrom(socket_, buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0 && errno == EAGAIN) break;
        if (size < 0) {
            // ENOBUFS: the kernel had to drop events; ENOSPC: libmnl saw one that is larger than our buffer. The kernel
            // reports either once, then the socket goes on.
            events.emplace_back(Overrun{});
            continue;
        }
        int left = static_cast<int>(size);
        auto const* message = reinterpret_cast<nlmsghdr const*>(buffer.data());
        for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) append(events, *message);
    }
    return events;
}

}  // namespace drover::netlink
