#include "vrrp/io/transmitter.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/pkt_sched.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

#include "vrrp/announcement.h"
#include "vrrp/io/group_mac.h"

namespace drover::vrrp {
namespace {

Result<void> send(int fd, int ifindex, std::uint16_t protocol, Mac const& to, std::span<std::uint8_t const> bytes) {
    sockaddr_ll where{};
    where.sll_family = AF_PACKET;
    where.sll_protocol = htons(protocol);
    where.sll_ifindex = ifindex;
    where.sll_halen = 6;
    std::ranges::copy(to.bytes, where.sll_addr);
    if (::sendto(fd, bytes.data(), bytes.size(), MSG_DONTWAIT, reinterpret_cast<sockaddr const*>(&where),
                 sizeof where) < 0)
        return fail_errno("send");
    return {};
}

/// First in line where the interface has a queue with bands.
Result<void> prefer(int fd) {
    int const priority = TC_PRIO_CONTROL;
    if (::setsockopt(fd, SOL_SOCKET, SO_PRIORITY, &priority, sizeof priority) < 0)
        return fail_errno("give VRRP packets priority");
    return {};
}

/// IPPROTO_RAW: the packets bring their IP headers along; it receives nothing.
Result<loop::Fd> open_raw(Family family) {
    loop::Fd socket(::socket(family == Family::v4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW));
    if (!socket) return fail_errno("open a raw socket for VRRP");
    if (auto const preferred = prefer(socket.get()); !preferred) return std::unexpected(preferred.error());
    return socket;
}

}  // namespace

Result<Transmitter> Transmitter::open() {
    // Protocol 0: it receives nothing. SOCK_DGRAM: the kernel writes the Ethernet header, with the interface's MAC.
    loop::Fd socket(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket) return fail_errno("open a packet socket for VRRP");
    if (auto const preferred = prefer(socket.get()); !preferred) return std::unexpected(preferred.error());
    return Transmitter(std::move(socket));
}

Result<void> Transmitter::send_to_group(int ifindex, Address const& group, std::span<std::uint8_t const> packet) {
    return send(frames_.get(), ifindex, group.is_v4() ? ETH_P_IP : ETH_P_IPV6, group_mac(group), packet);
}

Result<void> Transmitter::send_to_peer(int ifindex, Address const& peer, std::span<std::uint8_t const> packet) {
    auto& socket = raw(peer.family());
    if (!socket) {
        auto opened = open_raw(peer.family());
        if (!opened) return std::unexpected(opened.error());
        socket = std::move(*opened);
    }
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    v4.sin_family = AF_INET;
    v6.sin6_family = AF_INET6;
    std::copy_n(peer.bytes().begin() + 12, 4, reinterpret_cast<std::uint8_t*>(&v4.sin_addr));
    std::ranges::copy(peer.bytes(), v6.sin6_addr.s6_addr);
    if (IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr)) v6.sin6_scope_id = static_cast<std::uint32_t>(ifindex);
    auto const* const where = peer.is_v4() ? reinterpret_cast<sockaddr const*>(&v4) : reinterpret_cast<sockaddr const*>(&v6);
    socklen_t const size = peer.is_v4() ? sizeof v4 : sizeof v6;
    if (::sendto(socket.get(), packet.data(), packet.size(), MSG_DONTWAIT, where, size) < 0) return fail_errno("send");
    return {};
}

Result<void> Transmitter::announce(int ifindex, Mac const& mac, Address const& address, bool router) {
    if (!address.is_v4())
        return send(frames_.get(), ifindex, ETH_P_IPV6, group_mac(all_nodes()),
                    neighbour_advertisement(mac, address, router));
    constexpr Mac broadcast{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
    return send(frames_.get(), ifindex, ETH_P_ARP, broadcast, gratuitous_arp(mac, address));
}

}  // namespace drover::vrrp
