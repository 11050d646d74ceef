#include "config/read_global.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "config/read_mail.h"
#include "config/read_own.h"
#include "config/script.h"
#include "config/shared_words.h"

namespace drover::config {

namespace {

constexpr auto longest_pace = Duration(4'294'967'295);     // 2^32 - 1 microseconds
constexpr std::int64_t largest_timeout_word = 86400 * 31;  // keepalived's and ipvsadm's
constexpr std::int64_t largest_timeout = 86400 * 24;       // IPVS's bound: signed milliseconds in 32 bits

void read_script_user(Reading& reading, Statement const& statement, model::Global& global) {
    auto const& user = *statement.argument(1);
    if (!reading.host.has_user(std::string(user.text))) {
        reading.reporter.warn(
            user.position, "no-such-user",
            fmt::format("there is no user `{}` on this host: this script_user is ignored", user.text));
        return;
    }
    global.script_user = user.text;
    global.script_group = statement.argument(2) == nullptr ? std::string_view{} : statement.argument(2)->text;
}

void read_multicast_group(Reading& reading, Statement const& statement, Family family, Address& group) {
    auto const address = read_address(reading, statement);
    if (!address) return;
    if (address->family() == family && address->is_multicast())
        group = *address;
    else
        reading.reporter.warn(statement.argument(1)->position, "no-multicast",
                              fmt::format("{} is no {} multicast address: {} is used", address->text(),
                                          family == Family::v4 ? "IPv4" : "IPv6", group.text()));
}

void read_timeouts(Reading& reading, Statement const& statement, model::Timeouts& timeouts) {
    for (std::size_t i = 1; i < statement.words.size(); i += 2) {
        auto const& kind = statement.words[i];
        auto* const timeout = kind.text == "tcp"      ? &timeouts.tcp
                              : kind.text == "tcpfin" ? &timeouts.tcpfin
                              : kind.text == "udp"    ? &timeouts.udp
                                                      : nullptr;
        auto const* const value = statement.argument(i + 1);
        auto const seconds = value == nullptr ? std::nullopt : parse_number(value->text);
        bool const is_usable = timeout != nullptr && seconds && *seconds >= 0 && *seconds <= largest_timeout_word;
        if (!is_usable)
            reading.reporter.warn(
                value == nullptr || timeout == nullptr ? kind.position : value->position, "bad-timeout",
                fmt::format(
                    "lvs_timeouts takes tcp, tcpfin and udp, each with seconds from 0 to {}: this one is ignored",
                    largest_timeout_word));
        else if (*seconds > largest_timeout)
            reading.reporter.advise(value->position, "bad-timeout",
                                    fmt::format("a timeout of more than {} seconds cannot be had, nor in the kernel: "
                                                "this one is ignored",
                                                largest_timeout));
        else if (*seconds > 0)  // 0 leaves it as it is
            *timeout = static_cast<std::uint32_t>(*seconds);
    }
}

/// One round of one frame.
void read_minimum(Reading& reading, Statement const& statement, model::GarpSchedule& garp) {
    if (!read_switch(reading, statement).value_or(false)) return;
    garp.repeat = 1;
    garp.delay = Duration{0};
    garp.refresh = Duration{0};
}

void read_fifo(Reading& reading, Statement const& s, model::NotifyFifo& fifo) {
    fifo.path = s.argument(1)->text;
    if (s.argument(2) == nullptr) return;
    fifo.user = s.argument(2)->text;
    if (s.argument(3) != nullptr) fifo.group = s.argument(3)->text;
    if (reading.host.has_user(fifo.user)) return;
    reading.reporter.warn(s.argument(2)->position, "no-such-user",
                          fmt::format("there is no user `{}` on this host: the FIFO is made as the daemon's own", fifo.user));
    fifo.user.clear();
    fifo.group.clear();
}

void read_word(Reading& reading, Statement const& s, model::Global& global, InstanceDefaults& defaults) {
    auto const name = s.name();
    if (read_mail_word(reading, s, global.mail)) return;
    if (name == "enable_script_security")
        global.enable_script_security = true;
    else if (name == "vrrp_strict")
        defaults.strict = true;
    else if (name == "v3_checksum_as_v2")
        defaults.instance.checksum_as_v2 = read_switch(reading, s).value_or(false);
    else if (name == "fifo_write_vrrp_states_on_reload")
        global.states_on_reload = true;
    else if (name == "vrrp_notify_priority_changes")
        defaults.instance.notify.priority_changes = read_switch(reading, s).value_or(false);
    else if (name == "vrrp_min_garp")
        read_minimum(reading, s, defaults.instance.garp);
    else if (read_shared_word(reading, s, "vrrp_", defaults.instance) || s.argument(1) == nullptr)
        return;
    else if (name == "router_id")
        global.router_id = s.argument(1)->text;
    else if (name == "notify_fifo")
        read_fifo(reading, s, global.fifo);
    else if (name == "vrrp_notify_fifo")
        read_fifo(reading, s, global.vrrp_fifo);
    else if (name == "lvs_notify_fifo")
        read_fifo(reading, s, global.lvs_fifo);
    else if (name == "notify_fifo_script")
        global.fifo.script = read_script(reading, s);
    else if (name == "vrrp_notify_fifo_script")
        global.vrrp_fifo.script = read_script(reading, s);
    else if (name == "lvs_notify_fifo_script")
        global.lvs_fifo.script = read_script(reading, s);
    else if (name == "json_version")
        global.dump_files.json_version = static_cast<int>(read_number(reading, s, 1, 2).value_or(1));
    else if (name == "state_dump_file")
        global.dump_files.state = s.argument(1)->text;
    else if (name == "stats_dump_file")
        global.dump_files.stats = s.argument(1)->text;
    else if (name == "json_dump_file")
        global.dump_files.json = s.argument(1)->text;
    else if (name == "script_user")
        read_script_user(reading, s, global);
    else if (name == "lvs_timeouts")
        read_timeouts(reading, s, global.timeouts);
    else if (name == "vrrp_version")
        defaults.instance.version = static_cast<int>(read_number(reading, s, 2, 3).value_or(defaults.instance.version));
    else if (name == "vrrp_mcast_group4")
        read_multicast_group(reading, s, Family::v4, defaults.instance.multicast_group);
    else if (name == "vrrp_mcast_group6")
        read_multicast_group(reading, s, Family::v6, defaults.multicast_group6);
    else if (name == "vmac_prefix")
        defaults.vmac_prefix = s.argument(1)->text;
    else if (name == "default_interface")
        defaults.instance.interface = s.argument(1)->text;
    else if (name == "vrrp_startup_delay")
        global.startup_delay = read_timer(reading, s, 1ms, longest_pace).value_or(global.startup_delay);
    else if (name == "vrrp_delay_after_boot")
        global.delay_after_boot = read_timer(reading, s, 1ms, longest_pace).value_or(global.delay_after_boot);
    // 0, which many files have, is an error to keepalived.
    else if (name == "vrrp_garp_interval")
        defaults.instance.garp.pace = read_timer(reading, s, 1us, longest_pace).value_or(0s);
    else if (name == "vrrp_gna_interval")
        defaults.instance.garp.na_pace = read_timer(reading, s, 1us, longest_pace).value_or(0s);
}

}  // namespace

void read_global(Reading& reading, Statement const& block, model::Global& global, InstanceDefaults& defaults) {
    for (auto const& statement : block.block)
        if (statement.known != nullptr && !statement.is_void && !read_own_word(reading, statement, global))
            read_word(reading, statement, global, defaults);
    defaults.instance.smtp_alert = global.mail.alert_vrrp.value_or(global.mail.alert.value_or(false));
}

}  // namespace drover::config
