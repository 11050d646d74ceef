#include "vrrp/io/listener.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <iterator>

#include "vrrp/io/group_mac.h"
#include "vrrp/packet.h"

namespace drover::vrrp {
namespace {

/// Passes IPv4 packets of VRRP's protocol number alone. A SOCK_DGRAM packet socket's filter sees the IP header first.
Result<void> filter_vrrp(int fd) {
    sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, protocol_number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0xffff),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    sock_fprog const filter{static_cast<unsigned short>(std::size(program)), program};
    if (::setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) < 0)
        return fail_errno("filter VRRP packets");
    return {};
}

}  // namespace

Result<Listener> Listener::open(int ifindex, std::string_view interface) {
    auto const doing = "listen for VRRP on " + std::string(interface);
    // Protocol 0: it hears nothing until the filter is in place and it is bound.
    loop::Fd packets(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!packets) return fail_errno(doing);
    if (auto const filtered = filter_vrrp(packets.get()); !filtered) return std::unexpected(filtered.error());
    int const on = 1;
    if (::setsockopt(packets.get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) < 0) return fail_errno(doing);
    sockaddr_ll where{};
    where.sll_family = AF_PACKET;
    where.sll_protocol = htons(ETH_P_IP);
    where.sll_ifindex = ifindex;
    if (::bind(packets.get(), reinterpret_cast<sockaddr const*>(&where), sizeof where) < 0) return fail_errno(doing);
    loop::Fd membership(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!membership) return fail_errno(doing);
    return Listener(std::move(packets), std::move(membership), ifindex, std::string(interface));
}

Result<void> Listener::join(Address const& group) {
    auto const doing = "join the group " + group.text() + " on " + interface_;
    // The interface's own filter is opened even where there is no IGMP.
    packet_mreq request{};
    request.mr_ifindex = ifindex_;
    request.mr_type = PACKET_MR_MULTICAST;
    request.mr_alen = 6;
    std::ranges::copy(group_mac(group).bytes, request.mr_address);
    if (::setsockopt(packets_.get(), SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof request) < 0)
        return fail_errno(doing);
    ip_mreqn membership{};
    membership.imr_multiaddr.s_addr = htonl(group.v4());
    membership.imr_ifindex = ifindex_;
    if (::setsockopt(membership_.get(), IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership) < 0 &&
        errno != EADDRINUSE)
        return fail_errno(doing);
    return {};
}

std::optional<Frame> Listener::receive() {
    while (true) {
        sockaddr_ll from{};
        socklen_t size = sizeof from;
        auto const length = ::recvfrom(packets_.get(), buffer_.data(), buffer_.size(), MSG_TRUNC,
                                       reinterpret_cast<sockaddr*>(&from), &size);
        // ENETDOWN is told once when the interface goes down; what waited before is still read.
        if (length < 0 && (errno == EINTR || errno == ENETDOWN)) continue;
        if (length < 0) return std::nullopt;
        if (from.sll_pkttype == PACKET_OTHERHOST) continue;  // seen only because somebody made the card promiscuous
        Frame frame;
        if (from.sll_halen == 6) std::copy_n(from.sll_addr, 6, frame.source.bytes.begin());
        frame.bytes = std::span<std::uint8_t const>(buffer_).first(std::min<std::size_t>(
            static_cast<std::size_t>(length), buffer_.size()));
        return frame;
    }
}

}  // namespace drover::vrrp
