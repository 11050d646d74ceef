#include "dataplane/io/asker.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "dataplane/solicitation.h"

namespace drover::dataplane {

namespace {

constexpr Mac kEverybody{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
constexpr int kHops = 255;  // a solicitation that a router could have passed on is not taken

Result<void> set_option(loop::Fd const& socket, int level, int name, int value, char const* doing) {
    if (::setsockopt(socket.get(), level, name, &value, sizeof value) < 0) return fail_errno(doing);
    return {};
}

/// None where the host has no IPv6.
Result<loop::Fd> open_icmp6() {
    loop::Fd socket(::socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMPV6));
    if (!socket && errno == EAFNOSUPPORT) return loop::Fd();
    if (!socket) return fail_errno("open a socket for neighbour solicitations");
    icmp6_filter nothing;
    ICMP6_FILTER_SETBLOCKALL(&nothing);
    if (::setsockopt(socket.get(), IPPROTO_ICMPV6, ICMP6_FILTER, &nothing, sizeof nothing) < 0)
        return fail_errno("receive no ICMPv6");
    for (int const option : {IPV6_UNICAST_HOPS, IPV6_MULTICAST_HOPS})
        if (auto set = set_option(socket, IPPROTO_IPV6, option, kHops, "set the hop limit of solicitations"); !set)
            return std::unexpected(set.error());
    if (auto set = set_option(socket, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0, "keep solicitations off this host"); !set)
        return std::unexpected(set.error());
    return socket;
}

}  // namespace

Result<Asker> Asker::open() {
    // Protocol 0: it receives nothing. SOCK_DGRAM: the kernel writes the Ethernet header.
    loop::Fd arp(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!arp) return fail_errno("open a packet socket for ARP");
    auto icmp6 = open_icmp6();
    if (!icmp6) return std::unexpected(icmp6.error());
    return Asker(std::move(arp), std::move(*icmp6));
}

Result<void> Asker::ask(Self const& self, Address const& target, std::optional<Mac> const& to) {
    return target.is_v4() ? ask_arp(self, target, to.value_or(kEverybody)) : solicit(self, target, !to);
}

Result<void> Asker::ask_arp(Self const& self, Address const& target, Mac const& to) {
    auto const request = arp_request(self.mac, self.source.value_or(Address::v4(0)), target);
    sockaddr_ll where{};
    where.sll_family = AF_PACKET;
    where.sll_protocol = htons(ETH_P_ARP);
    where.sll_ifindex = self.ifindex;
    where.sll_halen = 6;
    std::ranges::copy(to.bytes, where.sll_addr);
    if (::sendto(arp_.get(), request.data(), request.size(), 0, reinterpret_cast<sockaddr*>(&where), sizeof where) < 0)
        return fail_errno("ask for " + target.text());
    return {};
}

/// By unicast the kernel sends it to the MAC that it knows, which is the one that is meant.
Result<void> Asker::solicit(Self const& self, Address const& target, bool everybody) {
    auto solicitation = neighbour_solicitation(self.mac, target);
    auto const destination = everybody ? solicited_node(target) : target;
    sockaddr_in6 where{};
    where.sin6_family = AF_INET6;
    std::ranges::copy(destination.bytes(), where.sin6_addr.s6_addr);
    where.sin6_scope_id = static_cast<std::uint32_t>(self.ifindex);
    iovec part{solicitation.data(), solicitation.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(in6_pktinfo))] = {};
    msghdr message{};
    message.msg_name = &where;
    message.msg_namelen = sizeof where;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    auto* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = IPPROTO_IPV6;
    header->cmsg_type = IPV6_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof(in6_pktinfo));
    in6_pktinfo by{};
    by.ipi6_ifindex = static_cast<unsigned>(self.ifindex);
    std::memcpy(CMSG_DATA(header), &by, sizeof by);
    if (::sendmsg(icmp6_.get(), &message, 0) < 0) return fail_errno("ask for " + target.text());
    return {};
}

}  // namespace drover::dataplane
