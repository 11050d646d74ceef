#include "vrrp/io/listener.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <span>

#include "vrrp/io/group_mac.h"
#include "vrrp/ip_packet.h"

namespace drover::vrrp {
namespace {

Result<void> attach(int fd, std::span<sock_filter> program) {
    sock_fprog const filter{static_cast<unsigned short>(program.size()), program.data()};
    if (::setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) < 0)
        return fail_errno("filter VRRP packets");
    return {};
}

/// Passes IP packets of VRRP's protocol number alone, in IPv4 also those with an authentication header. A SOCK_DGRAM
/// packet socket's filter sees the IP header first.
Result<void> filter_vrrp(int fd, Family family) {
    constexpr unsigned protocol_at_v4 = 9;
    constexpr unsigned next_header_at_v6 = 6;
    unsigned const at = family == Family::v4 ? protocol_at_v4 : next_header_at_v6;
    unsigned const other = family == Family::v4 ? authentication_header_number : protocol_number;
    std::array<sock_filter, 5> program{{
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, at),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, protocol_number, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, other, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0xffff),
        BPF_STMT(BPF_RET | BPF_K, 0),
    }};
    return attach(fd, program);
}

Result<void> filter_all(int fd) {
    std::array<sock_filter, 1> program{{BPF_STMT(BPF_RET | BPF_K, 0)}};
    return attach(fd, program);
}

int domain(Family family) { return family == Family::v4 ? AF_INET : AF_INET6; }

}  // namespace

Result<Listener> Listener::open(int ifindex, std::string_view interface, Family family) {
    auto const doing = "listen for VRRP on " + std::string(interface);
    // Protocol 0: it hears nothing until the filter is in place and it is bound.
    loop::Fd packets(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!packets) return fail_errno(doing);
    if (auto const filtered = filter_vrrp(packets.get(), family); !filtered) return std::unexpected(filtered.error());
    int const on = 1;
    if (::setsockopt(packets.get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) < 0) return fail_errno(doing);
    sockaddr_ll where{};
    where.sll_family = AF_PACKET;
    where.sll_protocol = htons(family == Family::v4 ? ETH_P_IP : ETH_P_IPV6);
    where.sll_ifindex = ifindex;
    if (::bind(packets.get(), reinterpret_cast<sockaddr const*>(&where), sizeof where) < 0) return fail_errno(doing);
    loop::Fd membership(::socket(domain(family), SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!membership) return fail_errno(doing);
    return Listener(std::move(packets), std::move(membership), ifindex, std::string(interface), family);
}

Result<void> Listener::join(Address const& group) {
    // The interface's own filter is opened even where there is no IGMP or MLD.
    packet_mreq request{};
    request.mr_ifindex = ifindex_;
    request.mr_type = PACKET_MR_MULTICAST;
    request.mr_alen = 6;
    std::ranges::copy(group_mac(group).bytes, request.mr_address);
    if (::setsockopt(packets_.get(), SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof request) < 0)
        return fail_errno("join the group " + group.text() + " on " + interface_);
    return become_member(group);
}

Result<void> Listener::become_member(Address const& group) {
    int done = 0;
    if (family_ == Family::v4) {
        ip_mreqn membership{};
        membership.imr_multiaddr.s_addr = htonl(group.v4());
        membership.imr_ifindex = ifindex_;
        done = ::setsockopt(membership_.get(), IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership);
    } else {
        ipv6_mreq membership{};
        std::ranges::copy(group.bytes(), membership.ipv6mr_multiaddr.s6_addr);
        membership.ipv6mr_interface = static_cast<unsigned>(ifindex_);
        done = ::setsockopt(membership_.get(), IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &membership, sizeof membership);
    }
    if (done < 0 && errno != EADDRINUSE) return fail_errno("join the group " + group.text() + " on " + interface_);
    return {};
}

Result<void> Listener::expect_unicast() {
    if (!claims_.empty()) return {};
    for (int const protocol : {protocol_number, authentication_header_number}) {
        if (family_ == Family::v6 && protocol == authentication_header_number) continue;
        loop::Fd claim(::socket(domain(family_), SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
        if (!claim) return fail_errno("open a raw socket for VRRP");
        if (auto const filtered = filter_all(claim.get()); !filtered) return filtered;
        claims_.push_back(std::move(claim));
    }
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
