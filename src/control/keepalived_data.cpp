#include "control/keepalived_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "control/keepalived_lines.h"

namespace drover::control {

namespace {

std::string_view truth(bool value) { return value ? "true" : "false"; }
std::string_view enabled(bool value) { return value ? "enabled" : "disabled"; }
std::string_view yes(bool value) { return value ? "yes" : "no"; }

std::int64_t whole_seconds(Duration duration) { return std::chrono::duration_cast<std::chrono::seconds>(duration).count(); }

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

/// The file as it grows.
class Writer {
public:
    explicit Writer(KeepalivedPicture const& picture) : picture_(picture), configuration_(picture.configuration) {}

    std::string write() {
        write_globals();
        write_fixed();
        if (!configuration_.instances.empty()) section("VRRP Topology");
        for (auto const& instance : configuration_.instances) write_instance(instance);
        if (!configuration_.sync_groups.empty()) section("VRRP Sync groups");
        for (auto const& group : configuration_.sync_groups) write_group(group);
        auto const& tracking = configuration_.tracking;
        if (!tracking.scripts.empty()) section("VRRP Scripts");
        for (auto const& script : tracking.scripts) write_script(script);
        if (!tracking.files.empty()) section("VRRP Track files");
        for (auto const& file : tracking.files) write_file(file);
        if (!tracking.processes.empty()) section("VRRP Track processes");
        for (auto const& process : tracking.processes) write_process(process);
        return std::move(text_);
    }

private:
    template <class... Args>
    void line(fmt::format_string<Args...> format, Args&&... args) {
        fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
        text_ += '\n';
    }
    void section(std::string_view name) { line("------< {} >------", name); }

    void write_globals();
    void write_mail();
    void write_fixed();
    void write_instance(model::Instance const& instance);
    void write_state(model::Instance const& instance, model::InstanceObserved const& seen);
    void write_source(model::Instance const& instance, model::InstanceObserved const& seen);
    void write_schedule(model::Instance const& instance);
    void write_election(model::Instance const& instance, model::InstanceObserved const& seen);
    void write_authentication(model::Authentication const& authentication);
    void write_holdings(model::Instance const& instance, bool set);
    void write_tracks(model::Instance const& instance);
    void write_notify(model::NotifyScripts const& notify);
    void write_notify(std::string_view state, model::Script const& script);
    void write_group(model::SyncGroup const& group);
    void write_script(model::TrackScript const& script);
    void write_file(model::TrackFile const& file);
    void write_process(model::TrackProcess const& process);
    void write_trackers(model::TrackKind kind, std::string const& name);
    std::string owner_of(model::Script const& script) const { return picture_.owner(script.user, script.group); }

    KeepalivedPicture const& picture_;
    model::Configuration const& configuration_;
    std::string text_;
};

void Writer::write_globals() {
    auto const& global = configuration_.global;
    section("Global definitions");
    line(" Network namespace = {}", configuration_.net_namespace.empty() ? "(default)" : configuration_.net_namespace);
    line(" Router ID = {}", global.router_id.empty() ? picture_.host_name : global.router_id);
    write_mail();
    line(" Dynamic interfaces = true");
    if (!global.mail.faults) line(" Send emails for fault transitions = off");
    if (!global.fifo.path.empty())
        line(" Global notify fifo = {}, uid:gid {}", global.fifo.path, picture_.owner(global.fifo.user, global.fifo.group));
    if (!global.vrrp_fifo.path.empty())
        line(" VRRP notify fifo = {}, uid:gid {}", global.vrrp_fifo.path,
             picture_.owner(global.vrrp_fifo.user, global.vrrp_fifo.group));
    line(" Script security {}", enabled(global.enable_script_security));
    line(" Default script uid:gid {}", picture_.owner(global.script_user, global.script_group));
}

void Writer::write_mail() {
    auto const& mail = configuration_.global.mail;
    if (!mail.server.empty()) {
        line(" Smtp server = {}", mail.server);
        line(" Smtp server port = {}", mail.port);
        line(" Smtp HELO name = {}", mail.helo_name.empty() ? picture_.host_name : mail.helo_name);
        line(" Smtp server connection timeout = {}", whole_seconds(mail.connect_timeout));
    }
    if (!mail.from.empty()) line(" Email notification from = {}", mail.from);
    if (!mail.to.empty()) line(" Email notification to:");
    for (auto const& address : mail.to) line("   {}", address);
    auto const alert = [&](std::string_view name, std::optional<bool> value) {
        line(" Default {} = {}", name, !value ? "unset" : *value ? "on" : "off");
    };
    alert("smtp_alert", mail.alert);
    alert("smtp_alert_vrrp", mail.alert_vrrp);
    alert("smtp_alert_checker", mail.alert_checker);
}

void Writer::write_fixed() {
    auto const& fixed = configuration_.fixed;
    model::Instance nobody;
    if (!fixed.addresses.empty()) section("Static Addresses");
    for (auto const& address : fixed.addresses) line("     {}", keepalived_text(address, nobody, true));
    if (!fixed.routes.empty()) section("Static Routes");
    for (auto const& route : fixed.routes) line("     {}", keepalived_text(route, fixed.device));
    if (!fixed.rules.empty()) section("Static Rules");
    for (auto const& rule : fixed.rules) line("     {}", keepalived_text(rule));
}

void Writer::write_instance(model::Instance const& instance) {
    auto const* const known = picture_.observed(instance.name);
    auto const seen = known == nullptr ? model::InstanceObserved{} : *known;
    line(" VRRP Instance = {}", instance.name);
    line("   VRRP Version = {}", instance.version);
    write_state(instance, seen);
    write_source(instance, seen);
    write_schedule(instance);
    write_election(instance, seen);
    if (instance.version == 2) write_authentication(instance.authentication);
    write_holdings(instance, seen.state == model::VrrpState::master);
    write_tracks(instance);
    line("   Using smtp notification = {}", yes(instance.smtp_alert));
    write_notify(instance.notify);
}

void Writer::write_state(model::Instance const& instance, model::InstanceObserved const& seen) {
    for (auto const& group : configuration_.sync_groups)
        if (std::ranges::find(group.members, instance.name) != group.members.end()) line("   Sync group = {}", group.name);
    if (instance.family == Family::v6) line("   Using Native IPv6");
    line("   State = {}", model::name(seen.state));
    line("   Flags:{}", instance.unicast_peers.empty() ? " none" : "");
    if (!instance.unicast_peers.empty()) line("     Using unicast");
    line("   Wantstate = {}", model::name(seen.wanted));
    line("   Number of config faults = 0");
    line("   Number of interface and track script faults = {}", seen.state == model::VrrpState::fault ? 1 : 0);
    line("   Number of track scripts init = {}", seen.state == model::VrrpState::init ? 1 : 0);
    auto const moment = [&](std::int64_t unix_us) {
        return fmt::format("{}.{:06} ({})", unix_us / 1'000'000, unix_us % 1'000'000, picture_.clock_text(unix_us));
    };
    line("   Last transition = {}", moment(seen.since_unix_us));
    line("   Read timeout = {}", seen.timer_unix_us == 0 ? "DISABLED" : moment(seen.timer_unix_us));
    line("   Master down timer = {} usecs", seen.down_interval.count());
}

void Writer::write_source(model::Instance const& instance, model::InstanceObserved const& seen) {
    if (instance.vmac)
        line("   Use VMAC, i/f name {}, is_up = {}, xmit_base = {}", instance.vmac->interface,
             truth(seen.state != model::VrrpState::fault), truth(instance.vmac->xmit_base));
    if (instance.vmac)
        line("   Interface = {}, vmac on {}{}", instance.vmac->interface, instance.interface,
             instance.vmac->xmit_base ? ", xmit base i/f" : "");
    else
        line("   Interface = {}", instance.interface);
    if (!instance.track_primary) line("   VRRP interface tracking disabled");
    if (instance.skip_check_adv_addr) line("   Skip checking advert IP addresses");
    auto const source = seen.source && !seen.source->is_unspecified() ? seen.source->text() : "(none)";
    line("   Using src_ip = {}{}", source, instance.source ? " (from configuration)" : "");
    if (instance.unicast_peers.empty()) line("   Multicast address {}", instance.multicast_group.text());
}

void Writer::write_schedule(model::Instance const& instance) {
    auto const& garp = instance.garp;
    line("   Gratuitous ARP delay = {}", whole_seconds(garp.delay));
    line("   Gratuitous ARP repeat = {}", garp.repeat);
    line("   Gratuitous ARP refresh = {}", whole_seconds(garp.refresh));
    line("   Gratuitous ARP refresh repeat = {}", garp.refresh_repeat);
    line("   Gratuitous ARP lower priority delay = {}", whole_seconds(garp.lower_delay.value_or(garp.delay)));
    line("   Gratuitous ARP lower priority repeat = {}", garp.lower_repeat.value_or(garp.repeat));
}

void Writer::write_election(model::Instance const& instance, model::InstanceObserved const& seen) {
    line("   Down timer adverts = {}", instance.down_adverts);
    line("   Send advert after receive lower priority advert = {}", truth(!instance.lower_prio_no_advert));
    line("   Send advert after receive higher priority advert = {}", truth(instance.higher_prio_send_advert));
    line("   Virtual Router ID = {}", instance.virtual_router_id);
    line("   Priority = {}", instance.priority);
    line("   Effective priority = {}", seen.effective_priority);
    line("   Total priority = {}", seen.effective_priority);
    if (instance.version == 2)
        line("   Advert interval = {} sec", whole_seconds(instance.advert_interval));
    else
        line("   Advert interval = {} milli-sec", instance.advert_interval / 1ms);
    line("   Accept = {}", enabled(instance.accepts));
    line("   Preempt = {}", enabled(instance.preempt));
    if (instance.preempt_delay > Duration{0}) line("   Preempt delay = {:g} secs", seconds(instance.preempt_delay));
    line("   Promote_secondaries = {}", enabled(instance.promote_secondaries));
}

void Writer::write_authentication(model::Authentication const& authentication) {
    using Type = model::Authentication::Type;
    if (authentication.type == Type::none) line("   Authentication type = none");
    if (authentication.type == Type::ah) line("   Authentication type = IPSEC_AH");
    if (authentication.type != Type::pass) return;
    line("   Authentication type = SIMPLE_PASSWORD");
    line("   Password = {}", authentication.password);
}

void Writer::write_holdings(model::Instance const& instance, bool set) {
    if (!instance.addresses.empty()) line("   Virtual IP ({}):", instance.addresses.size());
    for (auto const& address : instance.addresses) line("     {}", keepalived_text(address, instance, set));
    if (!instance.excluded.empty()) line("   Virtual IP Excluded :");
    for (auto const& address : instance.excluded) line("     {}", keepalived_text(address, instance, set));
    if (!instance.unicast_peers.empty()) {
        line("   Unicast TTL = {}", instance.unicast_ttl);
        line("   Check unicast src : {}", yes(instance.check_unicast_source));
        line("   Unicast Peer :");
    }
    for (auto const& peer : instance.unicast_peers)
        line("     {} min_ttl {} max_ttl {}", peer.address.text(), peer.least_ttl, peer.most_ttl);
    if (!instance.routes.empty()) line("   Virtual Routes :");
    for (auto const& route : instance.routes) line("     {}", keepalived_text(route, instance.interface));
    if (!instance.rules.empty()) line("   Virtual Rules :");
    for (auto const& rule : instance.rules) line("     {}", keepalived_text(rule));
}

void Writer::write_tracks(model::Instance const& instance) {
    auto const reverse = [](auto const& tracked) { return tracked.reverse ? " reverse" : ""; };
    if (!instance.track_interfaces.empty()) line("   Tracked interfaces :");
    for (auto const& tracked : instance.track_interfaces) line("     {} weight {}{}", tracked.name, tracked.weight, reverse(tracked));
    auto const list = [&](model::TrackKind kind, std::string_view title, std::string_view between) {
        bool begun = false;
        for (auto const& tracked : instance.tracks) {
            if (tracked.kind != kind) continue;
            if (!std::exchange(begun, true)) line("   {} :", title);
            line("     {}{} weight {}{}", tracked.name, between, tracked.weight, reverse(tracked));
        }
    };
    list(model::TrackKind::script, "Tracked scripts", "");
    list(model::TrackKind::file, "Tracked files", ",");
    list(model::TrackKind::process, "Tracked processes", ",");
}

void Writer::write_notify(std::string_view state, model::Script const& script) {
    if (!script.empty())
        line("   {} state transition script = {}, uid:gid {}", state, keepalived_text(script), owner_of(script));
}

void Writer::write_notify(model::NotifyScripts const& notify) {
    write_notify("Backup", notify.backup);
    write_notify("Master", notify.master);
    write_notify("Fault", notify.fault);
    write_notify("Stop", notify.stop);
    write_notify("Generic", notify.any);
}

void Writer::write_group(model::SyncGroup const& group) {
    using model::VrrpState;
    int faults = 0, unknown = 0;
    bool all_masters = true;
    for (auto const& member : group.members) {
        auto const* const seen = picture_.observed(member);
        auto const state = seen == nullptr ? VrrpState::init : seen->state;
        faults += state == VrrpState::fault ? 1 : 0;
        unknown += state == VrrpState::init ? 1 : 0;
        all_masters &= state == VrrpState::master;
    }
    auto const state = faults > 0 ? VrrpState::fault : all_masters ? VrrpState::master : VrrpState::backup;
    line(" VRRP Sync Group = {}, {}", group.name, model::name(state));
    line("   Num member fault {}, num member init {}", faults, unknown);
    line("   VRRP member instances :");
    for (auto const& member : group.members) line("     {}", member);
    line("   Using smtp notification = {}", yes(group.smtp_alert));
    write_notify(group.notify);
}

void Writer::write_trackers(model::TrackKind kind, std::string const& name) {
    line("   Tracking instances :");
    for (auto const& instance : configuration_.instances)
        for (auto const& tracked : instance.tracks)
            if (tracked.kind == kind && tracked.name == name)
                line("     {}, weight {}{}", instance.name, tracked.weight, tracked.reverse ? " reverse" : "");
}

void Writer::write_script(model::TrackScript const& script) {
    auto const* const seen = picture_.track(model::TrackKind::script, script.name);
    bool const is_known = seen != nullptr && seen->value.has_value();
    bool const is_good = is_known && *seen->value != 0;
    // From 0 to rise + fall - 1, counted as keepalived does: from `rise` on it is good.
    int const result = !is_known ? 0 : is_good ? script.rise + script.fall - 1 - seen->against : seen->against;
    line(" VRRP Script = {}", script.name);
    line("   Command = {}", keepalived_text(script.script));
    line("   Interval = {:g} sec", seconds(script.interval));
    line("   Timeout = {:g} sec", seconds(script.timeout));
    line("   Weight = {}{}", script.weight, script.reverse ? " reverse" : "");
    line("   Rise = {}", script.rise);
    line("   Fall = {}", script.fall);
    line("   Result = {}", result);
    line("   Insecure = no");
    line("   Init state = {}", script.init_fail ? "failed" : "unknown");
    line("   Status = {}", !is_known ? "INIT" : is_good ? "GOOD" : "BAD");
    line("   Script uid:gid = {}", owner_of(script.script));
    line("   VRRP instances :");
    write_trackers(model::TrackKind::script, script.name);
    line("   State = {}", seen != nullptr && seen->is_running ? "running" : "idle");
}

void Writer::write_file(model::TrackFile const& file) {
    auto const* const seen = picture_.track(model::TrackKind::file, file.name);
    line(" Track file = {}", file.name);
    line("   File = {}", file.path);
    line("   Status = {}", seen == nullptr ? 0 : seen->value.value_or(0));
    line("   Weight = {}{}", file.weight, file.reverse ? " reverse" : "");
    write_trackers(model::TrackKind::file, file.name);
}

void Writer::write_process(model::TrackProcess const& process) {
    using Match = model::TrackProcess::Match;
    auto const* const seen = picture_.track(model::TrackKind::process, process.name);
    line(" VRRP Track process = {}", process.name);
    line("   Process = {}", process.program);
    if (!process.parameters.empty()) line("   Parameters = {}", fmt::join(process.parameters, " "));
    if (process.match != Match::none)
        line("   Param match = {}", process.match == Match::initial   ? "initial"
                                    : process.match == Match::partial ? "partial"
                                                                      : "exact");
    line("   Min processes = {}", process.quorum);
    if (process.quorum_max) line("   Max processes = {}", *process.quorum_max);
    line("   Current processes = {}", seen == nullptr ? 0 : seen->processes);
    line("   Have quorum = {}", truth(seen != nullptr && seen->value.value_or(0) != 0));
    line("   Weight = {}{}", process.weight, process.reverse ? " reverse" : "");
    line("   Terminate delay = {:.6f}s", seconds(process.terminate_delay));
    line("   Fork delay = {:.6f}s", seconds(process.fork_delay));
    write_trackers(model::TrackKind::process, process.name);
}

}  // namespace

std::string keepalived_data(KeepalivedPicture const& picture) { return Writer(picture).write(); }

}  // namespace drover::control
