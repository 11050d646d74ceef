#include "control/status_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <vector>

#include "control/timestamp.h"

namespace drover::control {

namespace {

Hue hue(model::VrrpState state) {
    switch (state) {
        case model::VrrpState::master:
            return Hue::good;
        case model::VrrpState::fault:
            return Hue::bad;
        case model::VrrpState::init:
        case model::VrrpState::backup:
            return Hue::plain;
    }
    return Hue::plain;
}

Hue hue(model::HealthState state) {
    switch (state) {
        case model::HealthState::up:
            return Hue::good;
        case model::HealthState::down:
            return Hue::bad;
        case model::HealthState::unknown:
            return Hue::warning;
    }
    return Hue::plain;
}

std::string heading(Look const& look, std::string_view title) { return "\n" + look.paint(Hue::bold, title) + "\n"; }

std::string remark(Look const& look, std::string_view indent, std::string_view text) {
    return fmt::format("{}{} {}\n", indent, look.paint(Hue::warning, "note:"), text);
}

std::string who(About const& about, Look const& look) {
    auto text = fmt::format("{} on {}, up {}, process {}\n", look.paint(Hue::bold, "drover " + about.version),
                            about.host, span_text(about.uptime_s), about.pid);
    if (!about.configuration_file.empty())
        text +=
            fmt::format("configuration {}, read {} ({} ago)\n", about.configuration_file,
                        look.clock_text(about.configuration_read_unix_us), look.age(about.configuration_read_unix_us));
    return text;
}

std::string instance_text(model::InstanceObserved const& instance, Look const& look) {
    std::vector<std::string> addresses;
    for (auto const& address : instance.addresses) addresses.push_back(address.text());
    auto text = fmt::format("  {:<15} {} since {} ({})\n", instance.name,
                            look.cell(hue(instance.state), model::name(instance.state), 6),
                            look.clock_text(instance.since_unix_us), look.age(instance.since_unix_us));
    auto const priority = instance.effective_priority == instance.priority
                              ? std::to_string(instance.priority)
                              : fmt::format("{} (configured {})", instance.effective_priority, instance.priority);
    if (!instance.reason.empty()) text += fmt::format("{:18}because {}\n", "", instance.reason);
    text += fmt::format("{:18}on {}, VRID {}, priority {}, addresses {}\n", "", instance.interface,
                        instance.virtual_router_id, priority,
                        addresses.empty() ? "none" : fmt::format("{}", fmt::join(addresses, " ")));
    if (instance.state != model::VrrpState::master && instance.master_address)
        text += fmt::format("{:18}the master is {}\n", "", instance.master_address->text());
    if (!instance.split_brain.empty()) text += remark(look, "                  ", "SPLIT BRAIN: " + instance.split_brain);
    for (auto const& rival : instance.rivals)
        text += fmt::format("{:18}heard {}: {} ({} times, last {} ago)\n", "", rival.who, rival.reason, rival.count,
                            look.age(rival.last_unix_us));
    if (instance.late > 0)
        text += remark(look, "                  ",
                       fmt::format("this host woke too late for its adverts {} {}", instance.late,
                                   instance.late == 1 ? "time" : "times"));
    for (auto const& note : instance.notes) text += remark(look, "                  ", note);
    return text;
}

/// One line of a service: what the packet path knows of a server, what its checks say, or both. A server that its
/// checks took out is no longer in the packet path.
struct ServerLine {
    Endpoint endpoint;
    model::ServerObserved const* server = nullptr;
    std::vector<model::CheckObserved const*> checks;
};

std::vector<ServerLine> server_lines(model::ServiceObserved const& service,
                                     std::vector<model::CheckObserved> const& checks) {
    std::vector<ServerLine> lines;
    for (auto const& server : service.servers) lines.push_back({server.endpoint, &server, {}});
    for (auto const& check : checks) {
        if (check.service != service.key) continue;
        auto found = std::ranges::find(lines, check.server, &ServerLine::endpoint);
        if (found == lines.end()) found = lines.insert(lines.end(), ServerLine{check.server, nullptr, {}});
        found->checks.push_back(&check);
    }
    std::ranges::sort(lines, {}, &ServerLine::endpoint);
    return lines;
}

/// The state that counts: a server is down when one of its checks says so.
model::CheckObserved const* deciding_check(ServerLine const& line) {
    auto const worse = [](model::CheckObserved const* a, model::CheckObserved const* b) { return a->state < b->state; };
    static_assert(model::HealthState::unknown < model::HealthState::up &&
                  model::HealthState::up < model::HealthState::down);
    auto const found = std::ranges::max_element(line.checks, worse);
    return found == line.checks.end() ? nullptr : *found;
}

std::string health_cell(ServerLine const& line, Look const& look) {
    constexpr std::size_t width = 20;
    auto const* check = deciding_check(line);
    if (check == nullptr) return look.cell(Hue::faint, "not checked", width);
    if (check->state == model::HealthState::unknown) return look.cell(Hue::warning, "not known yet", width);
    return look.cell(hue(check->state), fmt::format("{} {}", model::name(check->state), look.age(check->since_unix_us)),
                     width);
}

std::string path_cell(ServerLine const& line, Look const& look) {
    if (line.server == nullptr) return look.paint(Hue::faint, "out of service");
    if (line.server->local) return "this host itself";
    if (!line.server->next_hop) return look.paint(Hue::bad, "NO NEXT HOP: its packets are dropped");
    return fmt::format("{} {}", line.server->next_hop_interface, line.server->next_hop->text());
}

std::string server_text(ServerLine const& line, Look const& look) {
    auto const number = [](auto value) { return std::to_string(value); };
    auto const* server = line.server;
    auto text = fmt::format("    {:<24} {:>6} {:>10} {:>10}  {} {}\n", line.endpoint.text(),
                            server ? number(server->weight) : "-", server ? number(server->active) : "-",
                            server ? number(server->inactive) : "-", health_cell(line, look), path_cell(line, look));
    if (server && server->rising_to)
        text +=
            look.paint(Hue::faint, fmt::format("      slow_start: its weight rises to {}", *server->rising_to)) + "\n";
    if (server && server->upper_threshold > 0)
        text += look.paint(server->overloaded ? Hue::warning : Hue::faint,
                           fmt::format("      thresholds: {} upper, {} lower{}", server->upper_threshold,
                                       server->lower_threshold,
                                       server->overloaded ? "; reached: it gets no new connections" : "")) +
                "\n";
    for (auto const* check : line.checks)
        if (!check->last_result.empty())
            text += look.paint(Hue::faint, fmt::format("      {}: {}", check->kind, check->last_result)) + "\n";
    return text;
}

std::string gate_text(model::ServiceObserved const& service, Look const& look) {
    if (service.instance.empty()) return ", under no instance";
    return fmt::format(", of {}: {}", service.instance,
                       service.gate_open
                           ? look.paint(Hue::good, "open")
                           : look.paint(Hue::faint, "shut (this director is not master, packets are dropped)"));
}

/// " sh-port", " ops", "; sources: 3 allowed, 1 denied".
std::string options_text(model::ServiceObserved const& service) {
    std::string text;
    auto const& flags = service.flags;
    if (flags.port) text += fmt::format(" {}-port", model::name(service.scheduler));
    if (flags.fallback) text += fmt::format(" {}-fallback", model::name(service.scheduler));
    if (flags.sh_even) text += " sh_even";
    if (flags.random_start) text += " random_start";
    if (service.one_packet) text += " ops";
    if (service.persistence_timeout != 0) text += fmt::format(" persistent {} s", service.persistence_timeout);
    if (service.allow + service.deny > 0)
        text += fmt::format(", source prefixes: {} allowed, {} denied", service.allow, service.deny);
    return text;
}

/// "root (pid 4711) 2 min 3 s ago".
std::string author_text(model::Author const& author, Look const& look) {
    return fmt::format("{} at {} ({} ago)", author.text(), look.clock_text(author.unix_us), look.age(author.unix_us));
}

/// What live commands did, a line each.
std::string changes_text(model::ServiceObserved const& service, Look const& look) {
    std::string text;
    if (service.changed)
        text += fmt::format("    {} by {}\n", service.configured ? "changed" : "made", author_text(*service.changed, look));
    for (auto const& server : service.servers)
        if (server.changed)
            text += fmt::format("    {} changed by {}\n", server.endpoint.text(), author_text(*server.changed, look));
    return text;
}

std::string rates_text(model::Rates const& rates) {
    return fmt::format("{} connections, {} packets, {} bytes a second", rates.connections, rates.packets, rates.bytes);
}

std::string service_text(model::ServiceObserved const& service, std::vector<model::CheckObserved> const& checks,
                         Look const& look) {
    auto text = fmt::format("  {} {} {}", upper_name(service.key.protocol), service.key.endpoint.text(),
                            model::name(service.scheduler));
    text += options_text(service);
    text += gate_text(service, look) + "\n";
    auto const lines = server_lines(service, checks);
    if (lines.empty())
        return text + "    " + look.paint(Hue::bad, "no real servers: new connections are dropped") + "\n" +
               changes_text(service, look);
    text += look.paint(Hue::faint, fmt::format("    {:<24} {:>6} {:>10} {:>10}  {:<20} {}", "SERVER", "WEIGHT",
                                               "ACTIVECONN", "INACTCONN", "HEALTH", "NEXT HOP")) +
            "\n";
    for (auto const& line : lines) text += server_text(line, look);
    text += changes_text(service, look);
    if (service.rates != model::Rates{}) text += look.paint(Hue::faint, "    " + rates_text(service.rates)) + "\n";
    if (service.unreachable)
        text += "    " +
                look.paint(Hue::bad, "the MAC address of none of its servers is known: all its packets are dropped") + "\n";
    auto const serves = [](model::ServerObserved const& server) { return server.weight > 0; };
    if (std::ranges::none_of(service.servers, serves))
        text += "    " + look.paint(Hue::bad, "no server takes new connections") + "\n";
    return text;
}

std::string verdicts_text(std::vector<model::VerdictCount> const& verdicts, Look const& look) {
    std::string text;
    for (std::string_view const action : {"forward", "pass", "answer", "drop"}) {
        std::uint64_t total = 0;
        std::vector<std::string> reasons;
        for (auto const& verdict : verdicts) {
            if (verdict.action != action || verdict.packets == 0) continue;
            total += verdict.packets;
            reasons.push_back(fmt::format("{} {}", verdict.reason, verdict.packets));
        }
        auto const shown = action == "drop" && total > 0 ? Hue::warning : Hue::plain;
        text += fmt::format("  packets {} {}{}\n", look.cell(shown, action, 8), total,
                            reasons.empty() ? "" : fmt::format(" ({})", fmt::join(reasons, ", ")));
    }
    return text;
}

std::string table_text(model::DataplaneObserved const& dataplane, Look const& look) {
    auto text = fmt::format("  connections     {} of {}", dataplane.entries, dataplane.capacity);
    std::vector<std::string> tables, evictions;
    for (auto const& table : dataplane.tables)
        tables.push_back(fmt::format("{} {} of {}", table.name, table.entries, table.slots));
    if (!tables.empty()) text += fmt::format(" ({})", fmt::join(tables, ", "));
    if (dataplane.live_evictions > 0)
        text += ", " + look.paint(Hue::warning, fmt::format("{} live ones thrown out because the table was full",
                                                            dataplane.live_evictions));
    for (auto const& eviction : dataplane.evictions)
        if (eviction.entries > 0) evictions.push_back(fmt::format("{} {}", eviction.kind, eviction.entries));
    if (!evictions.empty()) text += fmt::format("\n  slots taken     {}", fmt::join(evictions, ", "));
    return text + "\n";
}

std::string limits_text(model::DataplaneObserved const& dataplane, Look const& look) {
    std::string text;
    auto const& [tcp, tcpfin, udp] = dataplane.timeouts;
    if (dataplane.timeouts_changed)
        text += fmt::format("  timeouts        {} {} {} (tcp tcpfin udp), set by {}\n", tcp, tcpfin, udp,
                            author_text(*dataplane.timeouts_changed, look));
    auto const& limits = dataplane.limits;
    if (limits.conn_max > 0) text += fmt::format("  conn_max        {}\n", limits.conn_max);
    if (limits.drop_entry > 0) text += fmt::format("  drop_entry      {}\n", limits.drop_entry);
    if (limits.flood_rate > 0)
        text += fmt::format("  flood_rate      {} new flows a second and CPU: {}\n", limits.flood_rate,
                            dataplane.flood.lasts
                                ? look.paint(Hue::bad, fmt::format("FLOOD since {} ({})",
                                                                   look.clock_text(dataplane.flood.since_unix_us),
                                                                   look.age(dataplane.flood.since_unix_us)))
                                : "no flood");
    return text;
}

std::string dataplane_text(model::DataplaneObserved const& dataplane, Look const& look) {
    std::string text;
    if (dataplane.attachments.empty())
        text += "  " + look.paint(Hue::bad, "attached to no interface: nothing is forwarded") + "\n";
    for (auto const& attachment : dataplane.attachments) {
        auto const mode = attachment.mode == "native" ? Hue::good : Hue::warning;
        text += fmt::format("  {:<15} {}{}\n", attachment.interface,
                            attachment.mode == name(model::Taking::tc) ? look.paint(mode, "tc ingress")
                                                                       : "XDP " + look.paint(mode, attachment.mode),
                            attachment.reason.empty() ? "" : ": " + attachment.reason);
    }
    text += table_text(dataplane, look);
    text += limits_text(dataplane, look);
    text += fmt::format("  rates           {}\n", rates_text(dataplane.rates));
    return text + verdicts_text(dataplane.verdicts, look);
}

std::string group_text(model::SyncChannel const& group) {
    return fmt::format("{} port {} on {}, id {}{}", group.group.text(), group.port, group.interface, group.id,
                       group.instance.empty() ? "" : ", with instance " + group.instance);
}

/// What was heard and not taken, by why.
std::string not_taken_text(model::SyncObserved const& sync) {
    auto const& taken = sync.taken;
    std::vector<std::string> reasons;
    for (auto const& [count, text] : std::initializer_list<std::pair<std::uint64_t, std::string_view>>{
             {taken.kept, "known better here"}, {taken.unknown_service, "of unknown services"},
             {taken.unknown_server, "of unknown servers"}, {taken.firewall_mark, "by firewall mark"},
             {taken.busy, "busy"}, {taken.no_room, "without room"}})
        if (count > 0) reasons.push_back(fmt::format("{} {}", count, text));
    for (auto const& refusal : sync.refused) reasons.push_back(fmt::format("{} refused ({})", refusal.messages, refusal.reason));
    return fmt::format("{}", fmt::join(reasons, ", "));
}

std::string peering_text(model::SyncPeeringObserved const& peering, Look const& look) {
    if (!peering.has_key)
        return remark(look, "  ", "no sync_key: a director that joins does not get the connections that are there already, and nothing is handed over");
    auto const when = [&](std::int64_t at) { return look.clock_text(at) + " (" + look.age(at) + " ago)"; };
    std::string text;
    if (peering.served_unix_us != 0)
        text += fmt::format("  {:<15} complete at {}: {} connections\n", "peer " + peering.served, when(peering.served_unix_us),
                            peering.served_connections);
    if (peering.joined_unix_us != 0)
        text += fmt::format("  {:<15} {} connections from {}, {}\n", "took over", peering.joined_connections, peering.joined,
                            when(peering.joined_unix_us));
    if (peering.strangers > 0)
        text += remark(look, "  ", fmt::format("{} came in without the key", peering.strangers));
    if (!peering.trouble.empty()) text += remark(look, "  ", peering.trouble);
    return text;
}

std::string handover_text(model::HandoverObserved const& last, Look const& look) {
    auto const text = fmt::format("  {:<15} {}\n", "handover", last.outlook);
    if (last.ended_unix_us == 0 || last.only_asked) return text;
    return text + fmt::format("{:18}{} ago {}\n", "", look.age(last.ended_unix_us),
                              last.refusal.empty() ? fmt::format("{} went to {}", fmt::join(last.instances, ", "), last.peer)
                                                   : "nothing was handed over: " + last.refusal);
}

std::string sync_text(model::SyncObserved const& sync, Look const& look) {
    std::string text;
    if (!sync.master.interface.empty()) {
        text += fmt::format("  {:<15} {}: {}\n", "tells", sync.tells ? look.paint(Hue::good, "now") : "not now",
                            group_text(sync.master));
        text += fmt::format("{:18}{} connections in {} messages, {} waiting, lag {} ms\n", "", sync.connections_sent,
                            sync.messages_sent, sync.waiting, (sync.lag_us + 500) / 1000);
        if (sync.missed + sync.send_errors + sync.held_back > 0)
            text += remark(look, "                  ",
                           fmt::format("{} new connections came too fast and {} messages could not be sent; {} times more "
                                       "was to be told than the rate allows",
                                       sync.missed, sync.send_errors, sync.held_back));
    }
    if (!sync.backup.interface.empty()) {
        text += fmt::format("  {:<15} {}, last {}\n", "hears", group_text(sync.backup),
                            sync.heard_unix_us == 0 ? "never" : look.age(sync.heard_unix_us) + " ago");
        text += fmt::format("{:18}{} connections in {} messages: {} made, {} confirmed, {} replaced, {} ended\n", "",
                            sync.connections_received, sync.messages_received, sync.taken.made, sync.taken.confirmed,
                            sync.taken.replaced, sync.taken.ended);
        if (auto const reasons = not_taken_text(sync); !reasons.empty()) text += fmt::format("{:18}not taken: {}\n", "", reasons);
    }
    if (!text.empty()) text += peering_text(sync.peering, look);
    if (!text.empty() && sync.peering.has_key) text += handover_text(sync.handover, look);
    for (auto const& note : sync.notes) text += remark(look, "  ", note);
    return text;
}

std::string without_trailing_blanks(std::string const& text) {
    std::string result;
    for (char const c : text) {
        if (c == '\n')
            while (!result.empty() && result.back() == ' ') result.pop_back();
        result += c;
    }
    return result;
}

}  // namespace

std::string status_text(Status const& status, Look const& look) {
    auto text = who(status.about, look);
    text += heading(look, "Instances");
    if (status.instances.empty()) text += "  none: every service is open\n";
    for (auto const& instance : status.instances) text += instance_text(instance, look);
    text += heading(look, "Services");
    if (status.dataplane.services.empty()) text += "  none\n";
    for (auto const& service : status.dataplane.services) text += service_text(service, status.checks, look);
    text += heading(look, "Packet path");
    text += dataplane_text(status.dataplane, look);
    if (auto const sync = sync_text(status.sync, look); !sync.empty()) text += heading(look, "Connection sync") + sync;
    if (!status.about.notes.empty()) text += heading(look, "Notes");
    for (auto const& note : status.about.notes) text += "  " + note + "\n";
    return without_trailing_blanks(text);
}

std::string connections_heading(Look const& look) {
    return look.paint(Hue::bold, fmt::format("{:<5} {:<11} {:>8}  {:<24} {:<24} {}", "PROTO", "STATE", "EXPIRES",
                                             "CLIENT", "VIRTUAL", "REAL SERVER")) +
           "\n";
}

std::string connection_text(model::ConnectionRow const& row, Look const& look) {
    auto const state = row.state == model::ConnectionState::established ? Hue::good : Hue::plain;
    // A template stands for every connection of its client (or client network): it has no port.
    auto const client = row.is_template ? row.client.address.text() + " (template)" : row.client.text();
    return fmt::format("{:<5} {} {:>8}  {:<24} {:<24} {}\n", upper_name(row.protocol),
                       look.cell(state, model::name(row.state), 11),
                       fmt::format("{}:{:02}", row.expires / 60, row.expires % 60), client, row.virtual_server.text(),
                       row.real_server.text());
}

}  // namespace drover::control
