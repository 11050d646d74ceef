#include "app/daemon.h"

#include <algorithm>
#include <csignal>

#include <net/if.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "app/connection_rows.h"
#include "app/desired.h"
#include "app/script_users.h"
#include "base/log.h"
#include "base/version.h"
#include "config/io/host_files.h"
#include "loop/io/clock.h"
#include "runner/io/account.h"

namespace drover::app {

namespace {

constexpr Duration kNotifyStopPatience = 1s;  // keepalived's

std::string host_name() {
    char name[256] = {};
    ::gethostname(name, sizeof name - 1);
    return name;
}

/// One line for the log: "FILE:LINE:COLUMN: MESSAGE".
std::string line_of(config::Diagnostic const& diagnostic) {
    auto const& at = diagnostic.position;
    auto line = at.file;
    if (at.line > 0) line += ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
    line += ": " + diagnostic.message;
    return diagnostic.suggestion.empty() ? line : line + "; did you mean `" + diagnostic.suggestion + "`?";
}

/// Whose configuration clashes with ours, in one sentence; empty: nobody's.
std::string keepalived_in_the_way(std::vector<model::Instance> const& ours) {
    config::HostFiles files;
    config::ThisHost const host;
    for (auto const& keepalived : running_keepaliveds()) {
        auto const theirs = config::load(keepalived.configuration, files, host).configuration.instances;
        if (auto const why = clash(ours, theirs, keepalived.pid); !why.empty()) return why;
    }
    return {};
}

}  // namespace

Daemon::Daemon(RunOptions options, config::Loaded loaded)
    : options_(std::move(options)), started_unix_us_(loop::unix_microseconds()), started_(loop::now()) {
    take(std::move(loaded));
}

Daemon::~Daemon() = default;

/// -P and -C leave one half of the configuration out.
void Daemon::take(config::Loaded loaded) {
    for (auto const& diagnostic : loaded.diagnostics) {
        auto const level = diagnostic.severity == config::Severity::note ? log::Level::info : log::Level::warning;
        log::write(level, line_of(diagnostic));
    }
    configuration_ = std::move(loaded.configuration);
    fill_script_users(configuration_, runner::default_script_user());
    secure_scripts_ = configuration_.global.enable_script_security;
    if (options_.vrrp_only) configuration_.services.clear();
    if (options_.checks_only) configuration_.instances.clear();
    read_unix_us_ = loop::unix_microseconds();
}

Result<void> Daemon::start() {
    auto runner = runner::start();
    if (!runner) return std::unexpected(runner.error());
    scripts_ = std::make_unique<runner::Client>(loop_.context(), std::move(*runner), runner::start);
    answer_signals();
    if (auto done = claim(); !done) return done;
    if (auto done = open_dataplane(); !done) return done;
    if (auto done = open_control(); !done) return done;
    if (!goes_on()) sync_->join();  // before VRRP may take over from a director that knows more
    if (auto done = start_vrrp(); !done) return done;
    ::sd_notify(0, "READY=1");
    return {};
}

/// An earlier daemon has left a packet path that serves.
bool Daemon::goes_on() const {
    return dataplane_->adopted() && std::ranges::any_of(configuration_.instances, [this](model::Instance const& instance) {
        auto const role = dataplane_->roles().find(instance.name);
        return role && dataplane_->roles().is_open(*role);
    });
}

/// Nobody else may speak for our virtual routers from this host.
Result<void> Daemon::claim() {
    if (auto done = claims_.add(configuration_.instances); !done) return done;
    if (auto const why = keepalived_in_the_way(configuration_.instances); !why.empty()) return fail(why, EADDRINUSE);
    return {};
}

/// The packet path stands before VRRP can ask for it, with its gates shut unless an earlier daemon left them open.
Result<void> Daemon::open_dataplane() {
    auto opened = dataplane::BpfDataplane::open({options_.pin_directory, options_.slots});
    if (!opened) return std::unexpected(opened.error());
    dataplane_ = std::move(*opened);
    if (dataplane_->adopted()) log::notice("taking over the packet path of an earlier drover, with its connections");
    roles_ = std::make_unique<PinnedRoleBoard>(
        dataplane_->roles(), [this](std::string const& interface, Mac mac, Address address) {
            loop_.post([this, interface, mac, address] { on_new_peer(interface, mac, address); });
        });
    if (auto done = roles_->prepare(configuration_.instances); !done) return done;
    start_checks();
    auto network = NetworkWatch::open(loop_, *dataplane_);
    if (!network) return std::unexpected(network.error());
    network_ = std::move(*network);
    if (auto changes = program(); !changes) return std::unexpected(changes.error());
    if (auto done = network_->serve(configuration_); !done) return done;
    dataplane_->start_sweeping();
    sync_ = std::make_unique<ConnectionSync>(*dataplane_);
    sync_->apply(configuration_.global.sync);
    take_turns();
    for (auto const& sentence : refused_) log::warning("{}", sentence);
    if (!configuration_.services.empty())
        log::notice("balanced packets are seen by neither nftables nor tcpdump on this host; `drover status` counts them");
    return {};
}

void Daemon::start_checks() {
    HealthChecks::Hooks hooks;
    hooks.on_change = [this](HealthChecks::Change const&) { program_or_say(); };
    hooks.run_script = [this](model::Script const& script, std::vector<std::string> const& arguments, std::string queue) {
        run_script(script, arguments, std::move(queue));
    };
    checks_ = std::make_unique<HealthChecks>(loop_.context(), std::move(hooks));
    checks_->apply(configuration_.services);
}

Result<std::vector<plan::Change>> Daemon::program() {
    auto state = desired_state(configuration_, [this](ServiceKey const& service, Endpoint const& server) {
        return checks_->pooled(service, server);
    });
    refused_ = std::move(state.refused);
    slow_start_.apply(state.desired, state.slow_starts, loop::now());
    if (auto const step = slow_start_.next_step())
        next_rise_.at(*step, [this] { program_or_say(); });
    else
        next_rise_.cancel();
    return dataplane_->apply(state.desired);
}

void Daemon::program_or_say() {
    if (auto changes = program(); !changes) log::error("{}", changes.error().message);
}

void Daemon::take_turns() {
    dataplane_->take_turn(loop::unix_microseconds());
    next_turn_.after(dataplane::BpfDataplane::kTurnEvery, [this] { take_turns(); });
}

Result<void> Daemon::open_control() {
    auto server = control::Server::open(loop_.context(), *this, {.path = options_.socket});
    if (!server) return std::unexpected(server.error());
    server_ = std::move(*server);
    return {};
}

Result<void> Daemon::start_vrrp() {
    vrrp_ = std::make_unique<VrrpThread>(configuration_.instances, *roles_, [this](vrrp::NotifyEvent const& event) {
        run_script(event.script, event.extra, event.instance);
    });
    return vrrp_->start();
}

/// From any thread.
void Daemon::run_script(model::Script const& script, std::vector<std::string> const& arguments, std::string queue) {
    auto request = runner::request_for(script, arguments, std::move(queue));
    request.secure = secure_scripts_;
    scripts_->post(std::move(request));
}

/// A gateway's MAC is no peer's: a director that is also a router passes clients' packets on.
void Daemon::on_new_peer(std::string const& interface, Mac const& mac, Address const& address) {
    auto const ifindex = static_cast<int>(::if_nametoindex(interface.c_str()));
    if (network_->is_gateway(ifindex, mac)) {
        auto const [note, is_new] = gate_alone_.insert("director " + address.text() + " on " + interface +
                                                       " is also a gateway: the gate alone guards against its packets");
        if (is_new) log::warning("{}", *note);
        return;
    }
    if (dataplane_->add_peer(ifindex, mac))
        log::info("packets from director {} ({}) on {} are never scheduled again", address.text(), mac.text(), interface);
}

void Daemon::answer_signals() {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGUSR1, SIG_IGN);
    std::signal(SIGUSR2, SIG_IGN);
    loop_.on_signals({SIGTERM, SIGINT, SIGHUP}, [this](int signal) { on_signal(signal); });
}

void Daemon::on_signal(int signal) {
    if (signal != SIGHUP) {
        log::notice("Stopping");
        return loop_.stop();
    }
    ::sd_notify(0, "RELOADING=1");
    if (auto report = reload(); !report) log::error("reload refused, everything stays as it was: {}", report.error().message);
    ::sd_notify(0, "READY=1");
}

void Daemon::run_until_stopped() { loop_.run(); }

void Daemon::stop() {
    ::sd_notify(0, "STOPPING=1");
    server_.reset();
    vrrp_->stop();
    sync_->stop();  // the next master hears what was still to be told
    scripts_->settle(kNotifyStopPatience);
    checks_.reset();
    next_rise_.cancel();
    next_turn_.cancel();
    network_.reset();
    dataplane_->remove();
    log::notice("Stopped");
}

/// Changed, added and removed services, servers and instances are brought in line; what is unchanged is not touched.
Result<control::ReloadReport> Daemon::reload() {
    log::notice("Reloading {}", options_.configuration);
    config::HostFiles files;
    config::ThisHost const host(options_.config_id);
    auto loaded = config::load(options_.configuration, files, host);
    if (loaded.exit_code == config::cannot_run || loaded.exit_code == config::missing_argument)
        return fail(config::render_text(loaded.diagnostics, false));
    if (auto done = claims_.add(loaded.configuration.instances); !done) return std::unexpected(done.error());
    auto const old_instances = configuration_.instances;
    control::ReloadReport report;
    for (auto const& diagnostic : loaded.diagnostics) report.warnings.push_back(config::render_text(diagnostic, false));
    take(std::move(loaded));
    if (auto done = roles_->prepare(configuration_.instances); !done) return std::unexpected(done.error());
    checks_->apply(configuration_.services);
    if (auto done = network_->serve(configuration_); !done) return std::unexpected(done.error());
    auto changes = program();
    if (!changes) return std::unexpected(changes.error());
    for (auto const& change : *changes) report.changes.push_back(plan::describe(change));
    for (auto const& sentence : refused_) log::warning("{}", sentence);
    sync_->apply(configuration_.global.sync);
    if (old_instances != configuration_.instances) {
        vrrp_->apply(configuration_.instances);
        report.changes.push_back("VRRP instances brought in line");
    }
    for (auto const& change : report.changes) log::info("{}", change);
    log::notice("Reload complete: {} changes", report.changes.size());
    return report;
}

Result<control::ZeroReport> Daemon::zero(std::optional<ServiceKey> const& service) {
    auto const services = dataplane_->zero(service);
    if (!services) return std::unexpected(services.error());
    log::info("counters of {} set to nought", service ? "service " + service->keepalived_text() : "all services");
    return control::ZeroReport{*services};
}

control::About Daemon::about() {
    control::About about;
    about.version = version;
    about.host = host_name();
    about.pid = ::getpid();
    about.configuration_file = options_.configuration;
    about.configuration_read_unix_us = read_unix_us_;
    about.started_unix_us = started_unix_us_;
    about.uptime_s = std::chrono::duration_cast<std::chrono::seconds>(loop::now() - started_).count();
    about.notes = refused_;
    about.notes.insert(about.notes.end(), gate_alone_.begin(), gate_alone_.end());
    about.notes.insert(about.notes.end(), network_->notes().begin(), network_->notes().end());
    return about;
}

model::DataplaneObserved Daemon::dataplane() {
    auto observed = dataplane_->observe();
    for (auto& service : observed.services)
        for (auto& server : service.servers) server.rising_to = slow_start_.rising_to(service.key, server.endpoint);
    return observed;
}

std::unique_ptr<control::ConnectionCursor> Daemon::connections() { return std::make_unique<ConnectionRows>(*dataplane_); }

}  // namespace drover::app
