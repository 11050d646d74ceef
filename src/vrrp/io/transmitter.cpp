#include "vrrp/io/transmitter.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/pkt_sched.h>
#include <net/ethernet.h>
#include <sys/socket.h>

#include <algorithm>

#include "vrrp/io/group_mac.h"
#include "vrrp/packet.h"

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

}  // namespace

Result<Transmitter> Transmitter::open() {
    // Protocol 0: it receives nothing. SOCK_DGRAM: the kernel writes the Ethernet header, with the interface's MAC.
    loop::Fd socket(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket) return fail_errno("open a packet socket for VRRP");
    // First in line where the interface has a queue with bands.
    int const priority = TC_PRIO_CONTROL;
    if (::setsockopt(socket.get(), SOL_SOCKET, SO_PRIORITY, &priority, sizeof priority) < 0)
        return fail_errno("give VRRP packets priority");
    return Transmitter(std::move(socket));
}

Result<void> Transmitter::send_to_group(int ifindex, Address const& group, std::span<std::uint8_t const> packet) {
    return send(socket_.get(), ifindex, ETH_P_IP, group_mac(group), packet);
}

Result<void> Transmitter::announce(int ifindex, Mac const& mac, Address const& address) {
    constexpr Mac broadcast{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
    return send(socket_.get(), ifindex, ETH_P_ARP, broadcast, gratuitous_arp(mac, address));
}

}  // namespace drover::vrrp
