#include "sync/io/multicast.h"

#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace drover::sync {

namespace {

/// A second of a hundred thousand connections.
constexpr int kBufferBytes = 4 << 20;
constexpr std::size_t kHeadersV4 = 28, kHeadersV6 = 48, kLeast = 1024, kMost = 65507;

template <class Value>
bool set(int fd, int level, int option, Value const& value) {
    return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
}

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t length = 0;
    sockaddr const* get() const { return reinterpret_cast<sockaddr const*>(&storage); }
};

SocketAddress group_address(model::SyncChannel const& daemon, unsigned ifindex) {
    SocketAddress made;
    if (daemon.group.is_v4()) {
        auto& to = reinterpret_cast<sockaddr_in&>(made.storage);
        to.sin_family = AF_INET;
        to.sin_port = htons(daemon.port);
        to.sin_addr.s_addr = htonl(daemon.group.v4());
        made.length = sizeof to;
    } else {
        auto& to = reinterpret_cast<sockaddr_in6&>(made.storage);
        to.sin6_family = AF_INET6;
        to.sin6_port = htons(daemon.port);
        std::ranges::copy(daemon.group.bytes(), to.sin6_addr.s6_addr);
        to.sin6_scope_id = ifindex;
        made.length = sizeof to;
    }
    return made;
}

struct Opened {
    loop::Fd socket;
    unsigned ifindex = 0;
};

/// A UDP socket of the group's family that knows one interface alone.
Result<Opened> open_on(model::SyncChannel const& daemon, std::string const& doing) {
    auto const ifindex = ::if_nametoindex(daemon.interface.c_str());
    if (ifindex == 0) return fail_errno(doing);
    loop::Fd socket(::socket(daemon.group.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return fail_errno(doing);
    auto const& name = daemon.interface;
    if (::setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, name.c_str(), static_cast<socklen_t>(name.size() + 1)) < 0)
        return fail_errno(doing);
    return Opened{std::move(socket), ifindex};
}

std::size_t mtu_of(int fd, std::string const& interface) {
    constexpr std::size_t ethernet = 1500;
    ifreq request{};
    interface.copy(request.ifr_name, sizeof request.ifr_name - 1);
    return ::ioctl(fd, SIOCGIFMTU, &request) < 0 ? ethernet : static_cast<std::size_t>(request.ifr_mtu);
}

std::string text_of(model::SyncChannel const& daemon) {
    return daemon.group.text() + " port " + std::to_string(daemon.port) + " on " + daemon.interface;
}

}  // namespace

Result<Sender> Sender::open(model::SyncChannel const& daemon) {
    auto const doing = "tell connections to " + text_of(daemon);
    auto opened = open_on(daemon, doing);
    if (!opened) return std::unexpected(opened.error());
    int const fd = opened->socket.get();
    int const off = 0, ttl = daemon.ttl, room = kBufferBytes;
    bool done = false;
    if (daemon.group.is_v4()) {
        ip_mreqn by{};
        by.imr_ifindex = static_cast<int>(opened->ifindex);
        // No DF: a maxlen above the path's MTU may be what an operator wants.
        done = set(fd, IPPROTO_IP, IP_MULTICAST_IF, by) && set(fd, IPPROTO_IP, IP_MULTICAST_LOOP, off) &&
               set(fd, IPPROTO_IP, IP_MULTICAST_TTL, ttl) && set(fd, IPPROTO_IP, IP_MTU_DISCOVER, int{IP_PMTUDISC_DONT});
    } else {
        done = set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, opened->ifindex) &&
               set(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, off) && set(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, ttl);
    }
    if (!done) return fail_errno(doing);
    if (!set(fd, SOL_SOCKET, SO_SNDBUFFORCE, room)) set(fd, SOL_SOCKET, SO_SNDBUF, room);
    auto const to = group_address(daemon, opened->ifindex);
    if (::connect(fd, to.get(), to.length) < 0) return fail_errno(doing);
    auto const headers = daemon.group.is_v4() ? kHeadersV4 : kHeadersV6;
    auto const longest = daemon.longest != 0 ? std::size_t{daemon.longest}
                                             : std::clamp(mtu_of(fd, daemon.interface) - headers, kLeast, kMost);
    return Sender(std::move(opened->socket), longest);
}

Result<void> Sender::send(std::span<std::uint8_t const> message) {
    if (::send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL) < 0) return fail_errno("send a sync message");
    return {};
}

Result<Receiver> Receiver::open(model::SyncChannel const& daemon) {
    auto const doing = "hear connections from " + text_of(daemon);
    auto opened = open_on(daemon, doing);
    if (!opened) return std::unexpected(opened.error());
    int const fd = opened->socket.get();
    int const on = 1, room = kBufferBytes;
    if (!set(fd, SOL_SOCKET, SO_REUSEADDR, on)) return fail_errno(doing);
    if (!set(fd, SOL_SOCKET, SO_RCVBUFFORCE, room)) set(fd, SOL_SOCKET, SO_RCVBUF, room);
    auto const from = group_address(daemon, opened->ifindex);
    if (::bind(fd, from.get(), from.length) < 0) return fail_errno(doing);
    bool joined = false;
    if (daemon.group.is_v4()) {
        ip_mreqn membership{};
        membership.imr_multiaddr.s_addr = htonl(daemon.group.v4());
        membership.imr_ifindex = static_cast<int>(opened->ifindex);
        joined = set(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, membership);
    } else {
        ipv6_mreq membership{};
        std::ranges::copy(daemon.group.bytes(), membership.ipv6mr_multiaddr.s6_addr);
        membership.ipv6mr_interface = opened->ifindex;
        joined = set(fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, membership);
    }
    if (!joined) return fail_errno(doing);
    return Receiver(std::move(opened->socket));
}

std::optional<std::span<std::uint8_t const>> Receiver::receive() {
    while (true) {
        auto const length = ::recv(socket_.get(), buffer_.data(), buffer_.size(), 0);
        if (length >= 0) return std::span<std::uint8_t const>(buffer_).first(static_cast<std::size_t>(length));
        if (errno != EINTR) return std::nullopt;
    }
}

}  // namespace drover::sync
