#include "config/read_mail.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

namespace drover::config {

namespace {

constexpr auto longest_timeout = Duration(4'294'967'295);  // 2^32 - 1 microseconds

void read_recipients(Reading& reading, Statement const& list, model::MailSettings& mail) {
    if (!list.has_block) return;
    for (auto const& line : list.block)
        for (auto const& word : line.words) mail.to.emplace_back(word.text);
    if (list.block.empty())
        reading.reporter.warn(list.keyword().position, "empty-block", "this notification_email block is empty");
}

bool is_host_name(std::string_view text) {
    auto const fits = [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' || c == ':';
    };
    return !text.empty() && std::ranges::all_of(text, fits);
}

void read_server(Reading& reading, Statement const& statement, model::MailSettings& mail) {
    auto const& host = *statement.argument(1);
    if (!is_host_name(host.text)) {
        reading.reporter.warn(
            host.position, "bad-host",
            fmt::format("`{}` is no host name or IP address: this smtp_server is ignored", host.text));
        return;
    }
    mail.server = host.text;
    auto const* const port = statement.argument(2);
    if (port == nullptr) return;
    if (auto const number = parse_port(port->text); number && *number != 0)
        mail.port = *number;
    else
        reading.reporter.warn(port->position, "bad-port", fmt::format("`{}` is no port: {} is used", port->text, mail.port));
}

}  // namespace

bool read_mail_word(Reading& reading, Statement const& s, model::MailSettings& mail) {
    auto const name = s.name();
    if (name == "notification_email")
        read_recipients(reading, s, mail);
    else if (name == "smtp_alert")
        mail.alert = read_switch(reading, s);
    else if (name == "smtp_alert_vrrp")
        mail.alert_vrrp = read_switch(reading, s);
    else if (name == "smtp_alert_checker")
        mail.alert_checker = read_switch(reading, s);
    else if (name == "no_email_faults")
        mail.faults = false;
    else if (name == "no_checker_emails")
        mail.each_check = false;
    else if (s.argument(1) == nullptr)
        return false;
    else if (name == "notification_email_from")
        mail.from = s.argument(1)->text;
    else if (name == "smtp_server")
        read_server(reading, s, mail);
    else if (name == "smtp_helo_name")
        mail.helo_name = s.argument(1)->text;
    else if (name == "smtp_connect_timeout")
        mail.connect_timeout = read_timer(reading, s, 1s, longest_timeout).value_or(mail.connect_timeout);
    else
        return false;
    return true;
}

bool read_alert(Reading& reading, Statement const& statement) { return read_switch(reading, statement).value_or(true); }

}  // namespace drover::config
