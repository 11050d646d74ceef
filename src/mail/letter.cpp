#include "mail/letter.h"

#include <fmt/format.h>

#include <algorithm>

namespace drover::mail {

namespace {

/// One line for a header, whatever a configuration file has in its quotes.
std::string on_one_line(std::string_view text) {
    std::string line(text);
    for (auto& c : line)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    return line;
}

/// CRLF at each line's end, and a dot more where a line begins with one (RFC 5321 4.5.2).
std::string body_lines(std::string_view body) {
    std::string lines;
    for (std::size_t from = 0; from < body.size();) {
        auto const end = std::min(body.find('\n', from), body.size());
        auto const line = body.substr(from, end - from);
        lines += fmt::format("{}{}\r\n", line.starts_with('.') ? "." : "", on_one_line(line));
        from = end + 1;
    }
    return lines;
}

}  // namespace

Letter letter_about(bool of_group, std::string_view name, model::VrrpState state) {
    auto const word = model::name(state);
    auto subject = fmt::format("VRRP {} {} - Entering {} state", of_group ? "Group" : "Instance", name, word);
    if (of_group) return {std::move(subject), fmt::format("=> All VRRP group instances are now in {} state <=", word)};
    bool const is_master = state == model::VrrpState::master;
    return {std::move(subject),
            fmt::format("=> VRRP Instance is {} owning VRRP VIPs <=", is_master ? "now" : "no longer")};
}

Letter letter_about_server(Endpoint const& server, ServiceKey const& service, bool server_up, bool of_http, bool passed) {
    return {fmt::format("Realserver {} of virtual server {} - {}", keepalived_text(server, service.protocol),
                        service.keepalived_text(), server_up ? "UP" : "DOWN"),
            of_http ? (passed ? "=> CHECK succeed on service <=" : "=> CHECK failed on service : HTTP request failed <=")
                    : (passed ? "=> TCP CHECK succeed on service <=" : "=> TCP CHECK failed on service <=")};
}

Letter letter_about_service(ServiceKey const& service, model::Quorum const& quorum, bool stands, std::uint64_t weight) {
    // The signs are keepalived's, in both cases.
    return {fmt::format("Virtualserver {} - {}", service.keepalived_text(), stands ? "UP" : "DOWN"),
            fmt::format("=> {} quorum {}+{}={} <= {} <=", stands ? "Gained" : "Lost", quorum.weight, quorum.hysteresis,
                        std::uint64_t{quorum.weight} + quorum.hysteresis, weight)};
}

std::string from_address(model::MailSettings const& settings, std::string_view host) {
    return settings.from.empty() ? fmt::format("root@{}", host) : on_one_line(settings.from);
}

std::string message(Letter const& letter, model::MailSettings const& settings, Sender const& sender) {
    auto const& router_id = sender.router_id.empty() ? sender.host : sender.router_id;
    return fmt::format("Date: {}\r\nFrom: {}\r\nSubject: {}\r\nX-Mailer: drover\r\nTo: {}\r\n\r\n{}", sender.date,
                       from_address(settings, sender.host), on_one_line(fmt::format("[{}] {}", router_id, letter.subject)),
                       on_one_line(fmt::format("{}", fmt::join(settings.to, ", "))), body_lines(letter.body));
}

}  // namespace drover::mail
