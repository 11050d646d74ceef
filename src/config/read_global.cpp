#include "config/read_instance.h"

namespace drover::config {

namespace {

constexpr Duration kLongestGarp = std::chrono::hours(24);

void read_emails(Reading& reading, Statement const& list, model::Global& global) {
    for (auto const& line : list.block)
        for (auto const& word : line.words) global.notification_email.push_back(word.text);
    if (global.notification_email.empty())
        reading.reporter.warn(list.keyword().position, "empty-list", "`notification_email` names no address");
    reading.reporter.note_once("mail", list.keyword().position, "not-yet",
                               "no mail is sent yet: notification by mail is known, but not carried out by this version");
}

void read_timeouts(Reading& reading, Statement const& statement, model::Timeouts& timeouts) {
    for (std::size_t i = 1; i + 1 < statement.words.size(); i += 2) {
        auto const& word = statement.words[i].text;
        Statement const value{{statement.words[i], statement.words[i + 1]}, false, {}};
        auto const seconds = read_number(reading, value, 1, 2678400);
        if (!seconds) continue;
        if (word == "tcp") timeouts.tcp = static_cast<std::uint32_t>(*seconds);
        if (word == "tcpfin") timeouts.tcpfin = static_cast<std::uint32_t>(*seconds);
        if (word == "udp") timeouts.udp = static_cast<std::uint32_t>(*seconds);
    }
}

/// The words that hold for every instance unless it says otherwise.
void read_instance_default(Reading& reading, Statement const& statement, InstanceDefaults& defaults) {
    auto const& word = statement.keyword().text;
    if (word == "vrrp_version") defaults.version = static_cast<int>(read_number(reading, statement, 2, 3).value_or(2));
    if (word == "vrrp_garp_master_delay") defaults.garp.delay = read_timer(reading, statement, 0s, kLongestGarp).value_or(5s);
    if (word == "vrrp_garp_master_repeat") defaults.garp.repeat = static_cast<int>(read_number(reading, statement, 1, 255).value_or(5));
    if (word == "vrrp_garp_master_refresh") defaults.garp.refresh = read_timer(reading, statement, 0s, kLongestGarp).value_or(0s);
    if (word == "vrrp_garp_master_refresh_repeat")
        defaults.garp.refresh_repeat = static_cast<int>(read_number(reading, statement, 1, 255).value_or(1));
    if (word == "vrrp_skip_check_adv_addr") defaults.skip_check_adv_addr = read_switch(reading, statement);
    if (word == "vrrp_garp_interval" || word == "vrrp_gna_interval") (void)read_timer(reading, statement, 1us, 4294s);
    if (word == "vrrp_mcast_group4")
        if (auto const group = read_address(reading, statement); group && group->is_v4() && group->is_multicast())
            defaults.multicast_group = *group;
}

}  // namespace

void read_global(Reading& reading, Statement const& block, model::Global& global, InstanceDefaults& defaults) {
    for (auto const& statement : block.block) {
        auto const& word = statement.keyword().text;
        auto const* argument = statement.argument(1);
        if (word == "notification_email") read_emails(reading, statement, global);
        else if (word == "lvs_timeouts") read_timeouts(reading, statement, global.timeouts);
        else if (word == "enable_script_security") global.enable_script_security = read_switch(reading, statement);
        else if (word == "smtp_connect_timeout") global.smtp_connect_timeout = read_timer(reading, statement, 1us, 4294s).value_or(30s);
        else if (argument == nullptr) continue;
        else if (word == "router_id") global.router_id = argument->text;
        else if (word == "notification_email_from") global.notification_email_from = argument->text;
        else if (word == "smtp_server") global.smtp_server = argument->text;
        else if (word == "script_user") {
            global.script_user = argument->text;
            global.script_group = statement.argument(2) != nullptr ? statement.argument(2)->text : "";
        } else read_instance_default(reading, statement, defaults);
    }
}

}  // namespace drover::config
