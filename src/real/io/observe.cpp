#include "real/io/observe.h"

#include <sys/stat.h>

#include <algorithm>

#include "netlink/io/address.h"
#include "netlink/io/link.h"
#include "netlink/io/sysctl.h"
#include "real/plan.h"

namespace drover::real {
namespace {

Result<void> read_sysctls(Host& host, std::string const& interface) {
    for (auto const& setting : arp_settings) {
        auto const value = netlink::ipv4_conf(interface, setting.name);
        // An interface may vanish while its settings are read.
        if (!value && value.error().code == ENOENT && interface != "all") return {};
        if (!value) return std::unexpected(value.error());
        host.sysctls.push_back({interface, std::string(setting.name), *value});
    }
    return {};
}

}  // namespace

Result<Host> observe(netlink::Socket& socket) {
    auto const links = netlink::links(socket);
    if (!links) return std::unexpected(links.error());
    auto const addresses = netlink::addresses(socket);
    if (!addresses) return std::unexpected(addresses.error());
    Host host;
    std::vector<std::string> with_settings{"all"};
    for (auto const& link : *links) {
        host.interfaces.push_back({link.name, link.up, link.ethernet, link.master != 0});
        if (link.ethernet || link.loopback) with_settings.push_back(link.name);
    }
    for (auto const& address : *addresses) {
        auto const link = std::ranges::find(*links, address.ifindex, &netlink::Link::index);
        if (link != links->end()) host.addresses.push_back({link->name, address.prefix, address.label});
    }
    for (auto const& interface : with_settings)
        if (auto const read = read_sysctls(host, interface); !read) return std::unexpected(read.error());
    return host;
}

Result<Scene> observe_scene() {
    auto const boot = netlink::read_sysctl("kernel/random/boot_id");
    if (!boot) return std::unexpected(boot.error());
    struct stat network {};
    if (::stat("/proc/thread-self/ns/net", &network) < 0) return fail_errno("look at /proc/thread-self/ns/net");
    return Scene{*boot, network.st_ino};
}

}  // namespace drover::real
