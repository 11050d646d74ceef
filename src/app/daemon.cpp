#include "app/daemon.h"

#include <algorithm>
#include <csignal>

#include <net/if.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "app/connection_rows.h"
#include "app/rivals.h"
#include "app/version.h"
#include "base/log.h"
#include "loop/io/clock.h"

namespace drover::app {

namespace {

constexpr Duration kNotifyStopPatience = 1s;  // keepalived's

std::string host_name() {
    char name[256] = {};
    ::gethostname(name, sizeof name - 1);
    return name;
}

}  // namespace

Daemon::Daemon(RunOptions options, model::Configuration configuration, std::vector<std::string> warnings)
    : options_(std::move(options)), configuration_(std::move(configuration)), warnings_(std::move(warnings)),
      started_unix_us_(loop::unix_microseconds()), read_unix_us_(started_unix_us_), started_(loop::now()) {
    if (options_.vrrp_only) configuration_.services.clear();
    if (options_.checks_only) configuration_.instances.clear();
}

Daemon::~Daemon() = default;

Result<void> Daemon::start(runner::Child runner) {
    scripts_ = std::make_unique<runner::Client>(loop_.context(), std::move(runner));
    answer_signals();
    if (auto done = claim(); !done) return done;
    if (auto done = open_dataplane(); !done) return done;
    if (auto done = open_control(); !done) return done;
    start_checks();
    if (auto done = start_vrrp(); !done) return done;
    ::sd_notify(0, "READY=1");
    return {};
}

/// Nobody else may speak for our virtual routers from this host.
Result<void> Daemon::claim() {
    auto claims = claim_virtual_routers(configuration_.instances);
    if (!claims) return std::unexpected(claims.error());
    claims_ = std::move(*claims);
    for (auto const& keepalived : running_keepaliveds())
        if (auto const why = clash_with(keepalived, configuration_.instances); !why.empty()) return fail(why, EADDRINUSE);
    return {};
}

/// The packet path stands, with its gates shut unless an earlier daemon left them open, before VRRP can ask for it.
Result<void> Daemon::open_dataplane() {
    auto opened = dataplane::BpfDataplane::open({options_.pin_directory, options_.slots});
    if (!opened) return std::unexpected(opened.error());
    dataplane_ = std::move(*opened);
    if (dataplane_->adopted()) log::notice("taking over the packet path of an earlier drover, with its connections");
    roles_ = std::make_unique<PinnedRoleBoard>(
        dataplane_->roles(), [this](std::string interface, Mac mac, Address address) {
            loop_.post([=, this] { on_new_peer(interface, mac, address); });
        });
    if (auto done = roles_->prepare(configuration_.instances); !done) return done;
    if (auto changes = program(); !changes) return std::unexpected(changes.error());
    for (auto const& sentence : refused_) log::warning("{}", sentence);
    auto network = NetworkWatch::open(loop_, *dataplane_);
    if (!network) return std::unexpected(network.error());
    network_ = std::move(*network);
    if (auto done = network_->serve(configuration_); !done) return done;
    dataplane_->start_sweeping();
    if (!configuration_.services.empty())
        log::notice("balanced packets are seen by neither nftables nor tcpdump on this host: look at `drover status`");
    return {};
}

Result<std::vector<plan::Change>> Daemon::program() {
    auto state = desired_state(configuration_, [this](ServiceKey const& service, Endpoint const& server) {
        return checks_ ? checks_->pooled(service, server) : Pooled{};
    });
    refused_ = std::move(state.refused);
    return dataplane_->apply(state.desired);
}

void Daemon::on_health_change() {
    if (auto changes = program(); !changes) log::error("{}", changes.error().message);
}

}  // namespace drover::app
