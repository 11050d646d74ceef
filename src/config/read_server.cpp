#include "config/read_server.h"

#include <fmt/core.h>

#include <algorithm>

#include "config/read_mail.h"
#include "config/script.h"

namespace drover::config {

namespace {

constexpr std::int64_t largest_threshold = 2147483647;       // IPVS's
constexpr std::int64_t largest_threshold_word = 4294967295;  // keepalived's

class ServerReader {
public:
    ServerReader(Reading& reading, Statement const& block, model::Service const& service,
                 ServerDefaults const& defaults)
        : reading_(reading), block_(block), service_(service), defaults_(defaults), checks_(defaults.checks) {
        server_.origin = reading.origin(block);
        server_.weight = defaults.weight;
        server_.inhibit_on_failure = defaults.inhibit_on_failure;
        server_.smtp_alert = defaults.smtp_alert;
    }

    std::optional<model::RealServer> read() {
        if (block_.argument(1) == nullptr || !read_endpoint()) return std::nullopt;
        for (auto const& statement : block_.block)
            if (statement.known != nullptr && !statement.is_void && !checks_.take(reading_, statement))
                read_word(statement);
        judge_thresholds();
        for (auto const& statement : block_.block)
            if (is_check(statement)) read_check_of(statement);
        return std::move(server_);
    }

private:
    bool read_endpoint() {
        auto const* const port_word = block_.argument(2);
        auto const address = Address::parse(block_.argument(1)->text);
        auto const port =
            port_word == nullptr ? std::optional(service_.key.endpoint.port) : parse_port(port_word->text);
        if (!address || !port) {
            auto const& wrong = address ? *port_word : *block_.argument(1);
            reading_.reporter.warn(
                wrong.position, address ? "bad-port" : "bad-address",
                fmt::format("`{}` is no {}: the real_server is left out", wrong.text, address ? "port" : "IP address"));
            return false;
        }
        if (defaults_.family && address->family() != *defaults_.family &&
            service_.forwarding != model::Forwarding::tunnel) {
            reading_.reporter.warn(
                block_.argument(1)->position, "mixed-families",
                fmt::format("real_server {} is not of the family of its virtual_server: it is left out",
                            address->text()));
            return false;
        }
        server_.endpoint = {*address, *port};
        if (port_word != nullptr) judge_port(*port_word);
        return true;
    }

    void judge_port(Token const& word) {
        if (defaults_.own_ports || service_.forwarding == model::Forwarding::nat) return;
        auto const own_port = service_.key.endpoint.port;
        if (!service_.group.empty()) return judge_port_of_group(word);
        if (server_.endpoint.port == own_port) return;
        reading_.reporter.warn(word.position, "port-reset",
                               fmt::format("direct routing cannot change the port: the server is used with port {}, "
                                           "and checked there unless connect_port says otherwise",
                                           own_port));
        server_.endpoint.port = own_port;
    }

    /// Its members may have several ports; the server's own one tells where it is checked.
    void judge_port_of_group(Token const& word) {
        auto const other = std::ranges::find_if(
            service_.group, [&](ServiceKey const& member) { return member.endpoint.port != server_.endpoint.port; });
        if (other == service_.group.end()) return;
        reading_.reporter.warn(word.position, "port-mismatch",
                               fmt::format("direct routing cannot change the port: for {} of its group the server is "
                                           "used with port {}",
                                           other->endpoint.text(), other->endpoint.port));
    }

    void read_word(Statement const& s) {
        auto const word = s.name();
        if (word == "weight")
            server_.weight =
                static_cast<std::int32_t>(read_number(reading_, s, 0, largest_weight).value_or(server_.weight));
        else if (word == "inhibit_on_failure")
            server_.inhibit_on_failure = read_switch(reading_, s).value_or(server_.inhibit_on_failure);
        else if (word == "smtp_alert")
            server_.smtp_alert = read_alert(reading_, s);
        else if (word == "uthreshold")
            read_threshold(s, server_.upper_threshold);
        else if (word == "lthreshold")
            read_threshold(s, server_.lower_threshold);
        else if (word == "notify_up")
            server_.notify_up = read_script(reading_, s);
        else if (word == "notify_down")
            server_.notify_down = read_script(reading_, s);
        else if ((word == "lb_kind" || word == "lvs_method") && s.argument(1) != nullptr)
            read_forwarding(*s.argument(1));
    }

    void read_threshold(Statement const& s, std::uint32_t& threshold) {
        auto const number = read_number(reading_, s, 0, largest_threshold_word);
        if (number && *number <= largest_threshold)
            threshold = static_cast<std::uint32_t>(*number);
        else if (number)
            reading_.reporter.advise(s.argument(1)->position, "bad-number",
                                     fmt::format("`{}` is above {}: this `{}` is ignored", s.argument(1)->text,
                                                 largest_threshold, s.name()));
    }

    /// keepalived passes them on, and the kernel refuses such a server as a whole.
    void judge_thresholds() {
        if (server_.lower_threshold <= server_.upper_threshold) return;
        auto const* const lower = block_.find("lthreshold");
        reading_.reporter.advise(
            (lower == nullptr ? block_ : *lower).keyword().position, "bad-thresholds",
            server_.upper_threshold == 0
                ? std::string("an lthreshold without an uthreshold is ignored: there is nothing to come back from")
                : fmt::format("the lthreshold {} is above the uthreshold {}: it is ignored, and three quarters of the "
                              "uthreshold are taken",
                              server_.lower_threshold, server_.upper_threshold));
        server_.lower_threshold = 0;
    }

    void read_forwarding(Token const& word) {
        bool const same = (word.text == "DR" && service_.forwarding == model::Forwarding::direct_routing) ||
                          (word.text == "NAT" && service_.forwarding == model::Forwarding::nat) ||
                          (word.text == "TUN" && service_.forwarding == model::Forwarding::tunnel);
        if (same) return;
        reading_.reporter.note_once(
            "not-yet server forwarding", word.position, "not-yet",
            "a server's own lb_kind is known, but not carried out yet: that of the virtual_server counts");
    }

    void read_check_of(Statement const& s) {
        auto check = read_check(reading_, s, checks_, server_.endpoint);
        if (!check) return;
        if (check->target.port == 0 && !defaults_.own_ports)
            reading_.reporter.advise_once(
                "check of port 0", s.keyword().position, "check-of-port-0",
                fmt::format("a server for all ports has no port to be checked at: this {} always fails; give it a "
                            "connect_port",
                            s.name()));
        server_.checks.push_back(std::move(*check));
    }

    Reading& reading_;
    Statement const& block_;
    model::Service const& service_;
    ServerDefaults const& defaults_;
    CheckDefaults checks_;
    model::RealServer server_;
};

}  // namespace

std::optional<model::RealServer> read_server(Reading& reading, Statement const& block, model::Service const& service,
                                             ServerDefaults const& defaults) {
    return ServerReader(reading, block, service, defaults).read();
}

}  // namespace drover::config
