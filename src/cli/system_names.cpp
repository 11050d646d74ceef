#include "cli/system_names.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <memory>
#include <string>

namespace drover::cli {

namespace {

constexpr std::size_t most_names = 100'000;  // of a long listing's clients; beyond it they are asked for again

std::optional<std::string> look_up(sockaddr const* address, socklen_t size) {
    char name[NI_MAXHOST];
    if (::getnameinfo(address, size, name, sizeof name, nullptr, 0, NI_NAMEREQD) != 0) return std::nullopt;
    return name;
}

std::optional<std::string> look_up(Address const& address) {
    if (address.is_v4()) {
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_addr.s_addr = htonl(address.v4());
        return look_up(reinterpret_cast<sockaddr const*>(&where), sizeof where);
    }
    sockaddr_in6 where{};
    where.sin6_family = AF_INET6;
    std::copy(address.bytes().begin(), address.bytes().end(), where.sin6_addr.s6_addr);
    return look_up(reinterpret_cast<sockaddr const*>(&where), sizeof where);
}

}  // namespace

std::optional<Address> SystemNames::address_of(std::string_view host) const {
    addrinfo hints{}, *found = nullptr;
    hints.ai_family = AF_INET;  // ipvsadm takes names for IPv4 alone
    if (::getaddrinfo(std::string(host).c_str(), nullptr, &hints, &found) != 0) return std::nullopt;
    std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> const owner(found, &::freeaddrinfo);
    return Address::v4(ntohl(reinterpret_cast<sockaddr_in const*>(found->ai_addr)->sin_addr.s_addr));
}

std::optional<std::uint16_t> SystemNames::port_of(std::string_view service, Protocol protocol) const {
    auto const* entry = ::getservbyname(std::string(service).c_str(), std::string(lower_name(protocol)).c_str());
    if (entry == nullptr) return std::nullopt;
    return ntohs(static_cast<std::uint16_t>(entry->s_port));
}

std::optional<std::string> SystemNames::host_name(Address const& address) const {
    if (auto const known = hosts_.find(address); known != hosts_.end()) return known->second;
    if (hosts_.size() >= most_names) hosts_.clear();
    return hosts_[address] = look_up(address);
}

std::optional<std::string> SystemNames::service_name(std::uint16_t port, Protocol protocol) const {
    auto const key = std::pair(port, protocol);
    if (auto const known = services_.find(key); known != services_.end()) return known->second;
    auto const* entry = ::getservbyport(htons(port), std::string(lower_name(protocol)).c_str());
    return services_[key] = entry == nullptr ? std::nullopt : std::optional<std::string>(entry->s_name);
}

}  // namespace drover::cli
