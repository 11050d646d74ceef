#include "app/daemon.h"

#include <algorithm>
#include <csignal>
#include <filesystem>

#include <net/if.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "app/connection_rows.h"
#include "base/log.h"
#include "base/version.h"
#include "loop/io/clock.h"
#include "loop/io/host_name.h"

namespace drover::app {

namespace {

constexpr Duration kNotifyStopPatience = 1s;  // keepalived's
constexpr std::size_t kChangesTold = 20;  // of one command, each in a line of the log

}  // namespace

Daemon::Daemon(RunOptions options, std::optional<std::string> file, config::Loaded loaded, std::optional<Inheritance> inherited)
    : options_(std::move(options)), file_(std::move(file)), live_(LiveFile::beside(options_.socket)),
      started_unix_us_(loop::unix_microseconds()), started_(loop::now()),
      arp_announce_(std::filesystem::path(options_.socket).replace_extension(".arp").string()),
      inherited_(std::move(inherited)) {
    take(std::move(loaded));
}

Daemon::~Daemon() = default;

Result<void> Daemon::start() {
    trackers_ = std::make_unique<Trackers>(loop_, tracker_hooks());
    if (inherited_) arp_announce_.inherit(inherited_->arp_announce);
    auto runner = runner::start();
    if (!runner) return std::unexpected(runner.error());
    scripts_ = std::make_unique<runner::Client>(loop_.context(), std::move(*runner), runner::start,
                                                [this](runner::Finished const& finished) {
                                                    if (trackers_) trackers_->finished(finished);
                                                });
    answer_signals();
    if (auto done = claim(); !done) return done;
    if (auto done = static_items_.apply(configuration_.fixed); !done) return done;
    auto pins = dataplane::Pins::open(options_.pin_directory);
    if (!pins) return std::unexpected(pins.error());
    if (auto done = resume_vrrp(*pins); !done) return done;
    if (auto done = open_dataplane(std::move(*pins)); !done) return done;
    if (auto done = open_control(); !done) return done;
    if (!vrrp_)
        if (auto done = start_vrrp(); !done) return done;
    service_events_->apply(configuration_);  // the FIFOs are open
    ::sd_notify(0, "READY=1");
    return {};
}

/// Nobody else may speak for our virtual routers from this host.
Result<void> Daemon::claim() {
    if (auto done = claims_.add(configuration_.instances); !done) return done;
    if (auto const why = keepalived_in_the_way(configuration_.instances); !why.empty()) return fail(why, EADDRINUSE);
    return {};
}

/// Where an earlier daemon's packet path goes on, its peers wait for the next advert: VRRP comes before everything that
/// takes time.
Result<void> Daemon::resume_vrrp(dataplane::Pins const& pins) {
    auto found = dataplane::PinnedRoles::open(pins);
    if (!found) return {};
    earlier_roles_.emplace(std::move(*found));
    if (auto done = make_role_board(earlier_roles_->roles()); !done) return done;
    return inherited_ || goes_on() ? start_vrrp() : Result<void>{};
}

/// An earlier daemon has left a gate open.
bool Daemon::goes_on() {
    auto& roles = earlier_roles_->roles();
    return std::ranges::any_of(configuration_.instances, [&](model::Instance const& instance) {
        auto const role = roles.find(instance.name);
        return role && roles.is_open(*role);
    });
}

Result<void> Daemon::make_role_board(dataplane::Roles& roles) {
    roles_ = std::make_unique<PinnedRoleBoard>(
        roles, [this](std::string const& interface, Mac mac, Address address) {
            loop_.post([this, interface, mac, address] { on_new_peer(interface, mac, address); });
        });
    return roles_->prepare(configuration_.instances);
}

/// A new packet path stands before VRRP can ask for it, with its gates shut.
Result<void> Daemon::open_dataplane(dataplane::Pins pins) {
    auto opened = dataplane::BpfDataplane::open(std::move(pins), options_.slots);
    if (!opened) return std::unexpected(opened.error());
    dataplane_ = std::move(*opened);
    if (dataplane_->adopted()) log::notice("taking over the packet path of an earlier drover, with its connections");
    if (!roles_)
        if (auto done = make_role_board(dataplane_->roles()); !done) return done;
    live_.restore();  // the pins are ours alone now, and so is what stands beside them
    live_.configure(configured_);
    start_checks();
    auto network = NetworkWatch::open(loop_, *dataplane_);
    if (!network) return std::unexpected(network.error());
    network_ = std::move(*network);
    programming_ = std::make_unique<Programming>(
        loop_, Programming::Sources{configuration_, configured_, live_, *checks_}, *network_, *dataplane_);
    if (auto changes = programming_->all(); !changes) return std::unexpected(changes.error());
    if (auto done = programming_->serve_network(); !done) return done;
    if (auto done = watch_claims(); !done) return done;
    dataplane_->start_sweeping();
    start_sync();
    take_turns();
    for (auto const& sentence : configured_.refused) log::warning("{}", sentence);
    if (!dataplane_->current().services.empty())
        log::notice("balanced packets are seen by neither nftables nor tcpdump on this host; `drover status` counts them");
    return {};
}

Result<void> Daemon::watch_claims() {
    std::vector<dataplane::BpfDataplane::Watched> watched;
    std::set<std::string> interfaces;
    for (auto const& instance : configuration_.instances) {
        auto& entry = watched.emplace_back();
        entry.instance = instance.name;
        for (auto const& address : model::holdings_of(instance).addresses) {
            entry.addresses.push_back(address.prefix.address);
            interfaces.insert(address.device.empty() ? instance.interface : address.device);
        }
        entry.ifindex = static_cast<int>(::if_nametoindex(instance.interface.c_str()));
        entry.virtual_router_id = instance.virtual_router_id;
        entry.family = instance.family;
        entry.accepts = instance.accepts;
    }
    arp_announce_.apply(interfaces);
    return dataplane_->watch(watched);
}

void Daemon::start_checks() {
    HealthChecks::Hooks hooks;
    hooks.on_change = [this](HealthChecks::Change const& change) {
        if (programming_) programming_->judged(change.services);  // else all of them are programmed next
    };
    hooks.run_script = [this](model::Script const& script, std::vector<std::string> const& arguments, std::string queue) {
        run_script(script, arguments, std::move(queue));
    };
    hooks.tell = [this](HealthChecks::Change const& change) { service_events_->tell(change); };
    hooks.tell_check = [this](HealthChecks::CheckChange const& change) { service_events_->tell(change); };
    checks_ = std::make_unique<HealthChecks>(loop_.context(), std::move(hooks));
    service_events_ = std::make_unique<ServiceEvents>(*checks_, service_event_hooks());
    if (inherited_) {
        checks_->inherit(inherited_->servers);
        service_events_->inherit(inherited_->services);
    }
    checks_->apply(configuration_.services);
}

ServiceEvents::Hooks Daemon::service_event_hooks() {
    ServiceEvents::Hooks hooks;
    hooks.write = [this](std::string const& line) { fifos_.write(model::NotifyFifo::About::services, line); };
    hooks.post = [this](mail::Letter const& letter) { mails_.post(letter); };
    hooks.run_script = [this](model::Script const& script, std::string queue) { run_script(script, {}, std::move(queue)); };
    return hooks;
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

VirtualRouters Daemon::virtual_routers() const {
    auto const& peering = configuration_.global.sync.peering;
    auto const peers = peering.key_file.empty() ? 0 : static_cast<std::int64_t>(peering.peers.size());
    auto const& global = configuration_.global;
    return {.instances = configuration_.instances,
            .groups = configuration_.sync_groups,
            .join_patience = peers * peering.patience,
            .links = configuration_.links,
            .held_until = std::max(started_ + global.startup_delay, TimePoint(global.delay_after_boot)),
            .tell_states = global.states_on_reload};
}

Result<void> Daemon::start_vrrp() {
    auto routers = virtual_routers();
    if (inherited_) {
        routers.held_until = {};  // the daemon that this one was has started long ago
        routers.told = std::move(inherited_->told);
        trackers_->inherit(inherited_->scripts);
    }
    vrrp_ = std::make_unique<VrrpThread>(
        std::move(routers), *roles_, [this](vrrp::StateChange const& change) { tell(change); },
        [this] { loop_.post([this] { sync_->join(); }); });
    open_fifos();
    mails_.apply(configuration_);
    trackers_->apply(configuration_);
    if (auto started = vrrp_->start(); !started) return started;
    handover_.open(*vrrp_);
    return {};
}

Trackers::Hooks Daemon::tracker_hooks() {
    Trackers::Hooks hooks;
    hooks.run = [this](model::TrackScript const& script) {
        auto request = runner::request_for(script.script, {}, "vrrp_script " + script.name);
        request.secure = secure_scripts_;
        request.timeout = script.timeout > 0s ? script.timeout : script.interval;
        return scripts_->post_quietly(std::move(request));
    };
    hooks.on_change = [this](std::vector<vrrp::SeenTrack> seen) { vrrp_->track(std::move(seen)); };
    return hooks;
}

void Daemon::open_fifos() {
    std::vector<model::NotifyFifo> fifos;
    for (auto const* const fifo : {&configuration_.global.fifo, &configuration_.global.vrrp_fifo, &configuration_.global.lvs_fifo})
        if (!fifo->path.empty()) fifos.push_back(*fifo);
    fifos_.apply(fifos);
    if (std::exchange(fifo_readers_started_, true)) return;
    for (auto const& fifo : fifos)
        if (auto const script = NotifyFifos::reader_of(fifo); !script.empty()) {
            auto request = runner::request_for(script, {}, "FIFO " + fifo.path);
            request.secure = secure_scripts_;
            scripts_->post_quietly(std::move(request));  // nobody waits for its end
        }
}

/// From the VRRP thread.
void Daemon::tell(vrrp::StateChange const& change) {
    for (auto const& event : change.scripts) run_script(event.script, event.extra, event.instance);
    ++untold_;
    loop_.post([this, change] {
        fifos_.write(model::NotifyFifo::About::instances, vrrp::fifo_line(change));
        mails_.tell(change);
        --untold_;
    });
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
    if (network_->is_gateway(ifindex, mac, address)) {
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
    std::vector<int> signals{SIGTERM, SIGINT, SIGHUP};
    signals.insert(signals.end(), DumpFiles::signals.begin(), DumpFiles::signals.end());
    loop_.on_signals(signals, [this](int signal) { on_signal(signal); });
    sigset_t none;  // those that came during an upgrade have waited
    ::sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

void Daemon::on_signal(int signal) {
    if (DumpFiles::is_for_us(signal)) return dumps_.answer(signal);
    if (signal != SIGHUP) {
        log::notice("Stopping");
        return loop_.stop();
    }
    ::sd_notify(0, "RELOADING=1");
    if (auto report = reload(); !report) log::error("reload refused, everything stays as it was: {}", report.error().message);
    ::sd_notify(0, "READY=1");
}

control::KeepalivedPicture Daemon::picture() const {
    control::KeepalivedPicture picture;
    auto& known = picture.configuration;
    known.global = configuration_.global;
    known.instances = configuration_.instances;
    known.fixed = configuration_.fixed;
    known.sync_groups = configuration_.sync_groups;
    known.tracking = configuration_.tracking;
    picture.instances = vrrp_->observed();
    picture.tracks = trackers_->observed();
    return picture;
}

void Daemon::run_until_stopped() { loop_.run(); }

void Daemon::stop() {
    ::sd_notify(0, "STOPPING=1");
    server_.reset();
    hand_over_before_stop();
    handover_.close();
    vrrp_->stop();
    sync_->stop();  // the next master hears what was still to be told
    static_items_.drop();
    arp_announce_.restore();
    loop_.run_until([this] { return untold_ == 0; }, kNotifyStopPatience);
    scripts_->settle(kNotifyStopPatience);
    programming_.reset();
    service_events_.reset();
    checks_.reset();
    trackers_.reset();
    next_turn_.cancel();
    network_.reset();
    dataplane_->remove();
    log::notice("Stopped");
}

Result<control::ReloadReport> Daemon::discard_changes() {
    control::ReloadReport report;
    report.changes = live_.discard_changes();
    auto const changes = programming_->all_with_network();
    if (!changes) return std::unexpected(changes.error());
    for (auto const& change : report.changes) log::notice("{}", change);
    return report;
}

Result<std::vector<model::EditOutcome>> Daemon::edit(std::span<model::Edit const> edits, model::Author const& author) {
    std::vector<plan::Change> changes;
    auto outcomes = live_.edit(edits, author, [&](LiveServices::Touched const& touched) -> Result<void> {
        auto done = programming_->some(touched);
        if (!done) return std::unexpected(done.error());
        changes = std::move(*done);
        return {};
    });
    if (!outcomes) {
        log::error("commands of {} were refused: {}", author.text(), outcomes.error().message);
        return outcomes;
    }
    for (std::size_t i = 0; i < edits.size(); ++i)
        if (auto const* const asked = std::get_if<model::edit::Zero>(&edits[i]); asked != nullptr && (*outcomes)[i].done())
            (void)dataplane_->zero(asked->service ? std::optional(asked->service->key) : std::nullopt);
    sync_->follow(live_.table().sync_daemons());
    if (changes.size() > kChangesTold) log::notice("{} changes by {}", changes.size(), author.text());
    else
        for (auto const& change : changes) log::notice("{}, by {}", plan::describe(change), author.text());
    return outcomes;
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
    about.host = loop::host_name();
    about.pid = ::getpid();
    about.configuration_file = file_.value_or("none: ipvsadm alone is served");
    about.configuration_read_unix_us = read_unix_us_;
    about.started_unix_us = started_unix_us_;
    about.uptime_s = std::chrono::duration_cast<std::chrono::seconds>(loop::now() - started_).count();
    about.notes = configured_.refused;
    auto const live = live_.notes();
    about.notes.insert(about.notes.end(), live.begin(), live.end());
    about.notes.insert(about.notes.end(), gate_alone_.begin(), gate_alone_.end());
    about.notes.insert(about.notes.end(), network_->notes().begin(), network_->notes().end());
    return about;
}

model::DataplaneObserved Daemon::dataplane() {
    auto observed = dataplane_->observe();
    for (auto& service : observed.services)
        for (auto& server : service.servers) server.rising_to = programming_->rising_to(service.key, server.endpoint);
    live_.add_changes(observed);
    observed.sync_daemons = sync_->daemons();
    return observed;
}

std::unique_ptr<control::ConnectionCursor> Daemon::connections() { return std::make_unique<ConnectionRows>(*dataplane_); }

}  // namespace drover::app
