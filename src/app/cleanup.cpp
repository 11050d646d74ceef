#include "app/cleanup.h"

#include <iostream>

#include "config/io/host_files.h"
#include "config/load.h"
#include "dataplane/io/attachment.h"
#include "dataplane/io/bpf_object.h"
#include "dataplane/io/pins.h"
#include "dataplane/roles.h"
#include "loop/io/clock.h"
#include "netlink/io/address.h"
#include "netlink/io/link.h"
#include "netlink/io/route.h"
#include "netlink/io/socket.h"

namespace drover::app {

namespace {

constexpr int kFailed = 1;

int refuse(std::string const& sentence, int code = kFailed) {
    std::cerr << "drover cleanup: " << sentence << "\n";
    return code;
}

/// A master whose last advert is not older than three intervals may be back before anybody took over.
bool may_come_back(dataplane::Roles const& roles, std::vector<model::Instance> const& instances) {
    for (auto const& instance : instances) {
        auto const number = roles.find(instance.name);
        if (!number) continue;
        auto const saved = roles.saved(*number);
        if (saved.state == model::VrrpState::master && loop::now() - saved.last_advert <= 3 * saved.interval) return true;
    }
    return false;
}

void remove_address(netlink::Socket& socket, model::Instance const& instance, model::VirtualAddress const& address) {
    auto const& device = address.device.empty() ? instance.interface : address.device;
    auto const link = netlink::link_named(socket, device);
    if (!link) return;
    netlink::InterfaceAddress held;
    held.ifindex = link->index;
    held.prefix = address.prefix;
    auto const done = netlink::delete_address(socket, held, device);
    if (done && *done == netlink::Outcome::done) std::cout << address.prefix.text() << " taken off " << device << "\n";
}

void remove_route(netlink::Socket& socket, model::VirtualRoute const& virtual_route) {
    netlink::Route route;
    route.destination = virtual_route.destination;
    route.gateway = virtual_route.gateway;
    route.table = virtual_route.table.value_or(netlink::main_table);
    route.metric = virtual_route.metric.value_or(0);
    (void)netlink::delete_route(socket, route);
}

}  // namespace

int cleanup(CleanupOptions const& options) {
    config::HostFiles files;
    config::ThisHost const host(options.config_id);
    auto const loaded = config::load(options.configuration, files, host);
    if (loaded.exit_code == config::cannot_run) return refuse(loaded.diagnostics.front().message, loaded.exit_code);
    auto const& instances = loaded.configuration.instances;

    auto pins = dataplane::Pins::open(options.pin_directory);
    if (!pins) return refuse(pins.error().message);
    auto object = dataplane::BpfObject::load(&*pins, 1);
    if (object && (*object)->adopted()) {
        dataplane::Roles roles((*object)->tables().roles, (*object)->tables().rivals);
        if (options.stale && may_come_back(roles, instances)) return 0;
        for (auto const& instance : instances)
            if (auto const number = roles.find(instance.name)) roles.shut_gate(*number);
    }
    auto socket = netlink::Socket::open();
    if (!socket) return refuse(socket.error().message);
    for (auto const& instance : instances) {
        for (auto const& route : instance.routes) remove_route(*socket, route);
        for (auto const* list : {&instance.addresses, &instance.excluded})
            for (auto const& address : *list) remove_address(*socket, instance, address);
    }
    if (options.stale && object && (*object)->adopted()) return 0;
    int code = 0;
    for (int const ifindex : pins->interfaces())
        if (auto done = dataplane::detach(*pins, ifindex); !done) code = refuse(done.error().message);
    pins->remove_all();
    return code;
}

}  // namespace drover::app
