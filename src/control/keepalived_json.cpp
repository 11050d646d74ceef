#include "control/keepalived_json.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <concepts>
#include <string_view>
#include <utility>
#include <vector>

#include "control/keepalived_lines.h"
#include "control/printable.h"

namespace drover::control {

namespace {

/// An object being written, in the order of the calls. Numbers stay as keepalived prints them: readers compare texts.
class Object {
public:
    void add(std::string_view key, std::string const& value) { raw(key, quoted(value)); }
    void add(std::string_view key, std::same_as<bool> auto value) { raw(key, value ? "true" : "false"); }
    void add(std::string_view key, std::integral auto value)
    requires(!std::same_as<decltype(value), bool>)
    {
        raw(key, fmt::format("{}", value));
    }
    /// Seconds, without superfluous digits.
    void add(std::string_view key, Duration value) { raw(key, fmt::format("{:g}", std::chrono::duration<double>(value).count())); }
    void add_list(std::string_view key, std::vector<std::string> const& values) {
        if (values.empty()) return;
        std::string list;
        for (auto const& value : values) list += (list.empty() ? "[" : ",") + quoted(value);
        raw(key, list + "]");
    }
    void raw(std::string_view key, std::string const& value) {
        text_ += fmt::format("{}\"{}\":{}", text_.empty() ? "" : ",", key, value);
    }
    std::string text() const { return "{" + text_ + "}"; }

private:
    static std::string quoted(std::string const& text) {
        auto const safe = printable(text);
        return boost::json::serialize(boost::json::value(boost::json::string_view(safe.data(), safe.size())));
    }

    std::string text_;
};

/// 0 and 1, where keepalived has no true and false.
int as_digit(bool value) { return value ? 1 : 0; }

std::int64_t whole_seconds(Duration duration) { return std::chrono::duration_cast<std::chrono::seconds>(duration).count(); }

template <class T, class Text>
std::vector<std::string> texts(std::vector<T> const& all, Text text) {
    std::vector<std::string> lines;
    for (auto const& one : all) lines.push_back(text(one));
    return lines;
}

void add_script(Object& data, std::string_view key, model::Script const& script) {
    if (!script.empty()) data.add(key, keepalived_text(script));
}

void add_schedule(Object& data, model::GarpSchedule const& garp) {
    data.add("garp_delay", garp.delay);
    data.add("garp_refresh", whole_seconds(garp.refresh));
    data.add("garp_rep", garp.repeat);
    data.add("garp_refresh_rep", garp.refresh_repeat);
    data.add("garp_lower_prio_delay", whole_seconds(garp.lower_delay.value_or(garp.delay)));
    data.add("garp_lower_prio_rep", garp.lower_repeat.value_or(garp.repeat));
}

void add_holdings(Object& data, model::Instance const& instance, bool set) {
    auto const address = [&](model::VirtualAddress const& a) { return keepalived_text(a, instance, set); };
    data.add_list("vips", texts(instance.addresses, address));
    data.add_list("evips", texts(instance.excluded, address));
    data.add_list("vroutes", texts(instance.routes, [&](auto const& route) { return keepalived_text(route, instance.interface); }));
    data.add_list("vrules", texts(instance.rules, [](auto const& rule) { return keepalived_text(rule); }));
}

void add_tracks(Object& data, model::Instance const& instance, model::Tracking const& tracking) {
    data.add_list("track_ifp", texts(instance.track_interfaces, [](auto const& tracked) { return tracked.name; }));
    std::vector<std::string> scripts, processes;
    for (auto const& tracked : instance.tracks) {
        for (auto const& script : tracking.scripts)
            if (tracked.kind == model::TrackKind::script && tracked.name == script.name)
                scripts.push_back(keepalived_text(script.script));
        if (tracked.kind == model::TrackKind::process) processes.push_back(tracked.name);
    }
    data.add_list("track_script", scripts);
    data.add_list("track_process", processes);
}

std::string data_of(model::Instance const& instance, model::InstanceObserved const& seen, model::Tracking const& tracking) {
    using model::VrrpState;
    bool const is_master = seen.state == VrrpState::master;
    Object data;
    data.add("iname", instance.name);
    data.add("dont_track_primary", as_digit(!instance.track_primary));
    data.add("skip_check_adv_addr", as_digit(instance.skip_check_adv_addr));
    data.add("strict_mode", 0);
    data.add("vmac_ifname", instance.vmac ? instance.vmac->interface : std::string());
    data.add("ifp_ifname", instance.vmac ? instance.vmac->interface : instance.interface);
    data.add("master_priority", seen.master_priority);
    data.raw("last_transition", fmt::format("{}.{:06}", seen.since_unix_us / 1'000'000, seen.since_unix_us % 1'000'000));
    add_schedule(data, instance.garp);
    data.add("lower_prio_no_advert", as_digit(instance.lower_prio_no_advert));
    data.add("higher_prio_send_advert", as_digit(instance.higher_prio_send_advert));
    data.add("vrid", instance.virtual_router_id);
    data.add("base_priority", instance.priority);
    data.add("effective_priority", seen.effective_priority);
    data.add("vipset", is_master);
    data.add("promote_secondaries", instance.promote_secondaries);
    data.add("adver_int", instance.advert_interval);
    data.add("master_adver_int", seen.master_interval);
    data.add("accept", as_digit(instance.accepts));
    data.add("nopreempt", !instance.preempt);
    data.add("preempt_delay", whole_seconds(instance.preempt_delay));
    data.add("state", static_cast<int>(seen.state));
    data.add("wantstate", static_cast<int>(seen.wanted));
    data.add("version", instance.version);
    data.add("smtp_alert", instance.smtp_alert);
    data.add("notify_deleted", instance.notify.deletion);
    add_script(data, "script_backup", instance.notify.backup);
    add_script(data, "script_master", instance.notify.master);
    add_script(data, "script_fault", instance.notify.fault);
    add_script(data, "script_stop", instance.notify.stop);
    add_script(data, "script", instance.notify.any);
    add_holdings(data, instance, is_master);
    add_tracks(data, instance, tracking);
    data.add("auth_type", static_cast<int>(instance.authentication.type));
    if (instance.authentication.type != model::Authentication::Type::none)
        data.add("auth_data", instance.authentication.password);
    return data.text();
}

std::string stats_of(model::AdvertCounts const& counts) {
    Object stats;
    stats.add("advert_rcvd", counts.received);
    stats.add("advert_sent", counts.sent);
    stats.add("become_master", counts.became_master);
    stats.add("release_master", counts.released_master);
    stats.add("packet_len_err", counts.wrong_length);
    stats.add("advert_interval_err", counts.wrong_interval);
    stats.add("ip_ttl_err", counts.wrong_ttl);
    stats.add("invalid_type_rcvd", counts.wrong_type);
    stats.add("addr_list_err", counts.wrong_addresses);
    stats.add("invalid_authtype", counts.unknown_authentication);
    stats.add("authtype_mismatch", counts.other_authentication);
    stats.add("auth_failure", counts.wrong_password);
    stats.add("pri_zero_rcvd", counts.zero_received);
    stats.add("pri_zero_sent", counts.zero_sent);
    return stats.text();
}

std::string_view word_of(model::TrackProcess::Match match) {
    using Match = model::TrackProcess::Match;
    switch (match) {
        case Match::none: return "none";
        case Match::initial: return "initial";
        case Match::partial: return "partial";
        case Match::exact: return "exact";
    }
    return "unknown";
}

std::string process_of(model::TrackProcess const& process, model::TrackObserved const* seen) {
    Object object;
    object.add("process", process.program);
    if (!process.parameters.empty()) object.add("parameters", fmt::format("{}", fmt::join(process.parameters, " ")));
    object.add("param_match", std::string(word_of(process.match)));
    object.add("min_processes", process.quorum);
    if (process.quorum_max) object.add("max_processes", *process.quorum_max);
    object.add("current_processes", seen == nullptr ? 0 : seen->processes);
    object.add("have_quorum", seen != nullptr && seen->value.value_or(0) != 0);
    object.add("weight", process.reverse ? -process.weight : process.weight);
    object.add("terminate_delay", process.terminate_delay);
    object.add("fork_delay", process.fork_delay);
    return object.text();
}

}  // namespace

std::string keepalived_json(KeepalivedPicture const& picture) {
    auto const& configuration = picture.configuration;
    std::string instances, processes;
    for (auto const& instance : configuration.instances) {
        auto const* const known = picture.observed(instance.name);
        auto const seen = known == nullptr ? model::InstanceObserved{} : *known;
        Object both;
        both.raw("data", data_of(instance, seen, configuration.tracking));
        both.raw("stats", stats_of(seen.counts));
        instances += (instances.empty() ? "" : ",") + both.text();
    }
    if (configuration.global.dump_files.json_version == 1) return "[" + instances + "]\n";
    for (auto const& process : configuration.tracking.processes)
        processes += (processes.empty() ? "" : ",") + process_of(process, picture.track(model::TrackKind::process, process.name));
    Object all;
    all.raw("vrrp", "[" + instances + "]");
    if (!processes.empty()) all.raw("track_process", "[" + processes + "]");
    return all.text() + "\n";
}

}  // namespace drover::control
