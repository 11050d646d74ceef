#include "config/read_service.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <unordered_set>

#include "config/read_check.h"
#include "config/script.h"

namespace drover::config {

namespace {

constexpr std::uint32_t bare_persistence = 360;  // `persistence_timeout` without a number
constexpr std::int64_t longest_persistence = 2678400;
constexpr std::int64_t largest_weight = 2147483647;
constexpr std::int64_t largest_quorum = 4294967295;

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
}

class ServiceReader {
public:
    ServiceReader(Reading& reading, Statement const& block) : reading_(reading), block_(block) {
        service_.origin = reading.origin(block);
        service_.forwarding = model::Forwarding::nat;  // keepalived's default
        service_.key.protocol = Protocol::udp;         // the kernel's
    }

    std::optional<model::Service> read() {
        if (!read_key()) return std::nullopt;
        for (auto const& statement : block_.block)
            if (statement.known != nullptr && !statement.is_void && !defaults_.take(reading_, statement))
                read_word(statement);
        judge_words();
        for (auto const& statement : block_.block)
            if (statement.known != nullptr && statement.has_block && !statement.is_void &&
                statement.name() == "real_server")
                read_server(statement);
        judge_servers();
        if (usable_) judge_kind();
        if (!usable_) return std::nullopt;
        return std::move(service_);
    }

private:
    std::string name() const {
        std::string text = "virtual_server";
        for (auto const& word : block_.arguments().first(std::min<std::size_t>(2, block_.arguments().size())))
            text += fmt::format(" {}", word.text);
        return text;
    }
    Token const& keyword() const { return block_.keyword(); }

    bool read_key() {
        auto const& first = *block_.argument(1);
        auto const* const second = block_.argument(2);
        if (first.text == "fwmark" || first.text == "group") {
            by_ = first.text;
            return true;
        }
        auto const address = Address::parse(first.text);
        auto const port = second == nullptr ? std::optional<std::uint16_t>(0) : parse_port(second->text);
        if (address && port) {
            service_.key.endpoint = {*address, *port};
            return true;
        }
        auto const& wrong = address ? *second : first;
        reading_.reporter.warn(
            wrong.position, address ? "bad-port" : "bad-address",
            fmt::format("`{}` is no {}: the virtual_server is left out", wrong.text, address ? "port" : "IP address"));
        return false;
    }

    void read_word(Statement const& s) {
        auto const word = s.name();
        auto const* const argument = s.argument(1);
        if (word == "inhibit_on_failure")
            inhibit_ = read_switch(reading_, s).value_or(inhibit_);
        else if (word == "persistence_timeout")
            read_persistence(s);
        else if (argument == nullptr)
            return;
        else if (word == "lb_algo" || word == "lvs_sched")
            read_scheduler(*argument);
        else if (word == "lb_kind" || word == "lvs_method")
            read_forwarding(*argument);
        else if (word == "protocol")
            read_protocol(*argument);
        else if (word == "persistence_granularity")
            read_granularity(*argument);
        else if (word == "weight")
            weight_ = static_cast<std::int32_t>(read_number(reading_, s, 0, largest_weight).value_or(weight_));
        else if (word == "quorum")
            read_quorum(s);
        else if (word == "quorum_up")
            service_.quorum_up = read_later_script(s);
        else if (word == "quorum_down")
            service_.quorum_down = read_later_script(s);
        else if (word == "ip_family")
            family_ = argument->text == "inet6" ? Family::v6 : Family::v4;
    }

    model::Script read_later_script(Statement const& s) { return read_script(reading_, s); }

    void read_scheduler(Token const& word) {
        if (auto const scheduler = model::scheduler_named(word.text)) {
            service_.scheduler = *scheduler;
            has_scheduler_ = true;
            if (!model::is_supported(*scheduler))
                reading_.reporter.note_once(
                    fmt::format("not-yet scheduler {}", word.text), word.position, "not-yet",
                    fmt::format("lb_algo `{}` is known, but not carried out yet: services with it are refused",
                                word.text));
            return;
        }
        auto lower = std::string(word.text);
        for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        reading_.reporter.warn(word.position, "bad-word",
                               fmt::format("`{}` is no lb_algo: this line is ignored", word.text),
                               model::scheduler_named(lower) ? lower : std::string{});
    }

    void read_forwarding(Token const& word) {
        has_forwarding_ = true;
        if (word.text == "DR")
            service_.forwarding = model::Forwarding::direct_routing;
        else if (word.text == "TUN")
            service_.forwarding = model::Forwarding::tunnel;
        else if (word.text == "NAT")
            service_.forwarding = model::Forwarding::nat;
        else {
            auto const meant = upper(word.text);
            reading_.reporter.warn(word.position, "bad-word",
                                   fmt::format("`{}` is no lb_kind (DR, NAT or TUN, in capitals): the service is NAT "
                                               "then, as in keepalived, and left out",
                                               word.text),
                                   meant == "DR" || meant == "NAT" || meant == "TUN" ? meant : std::string{});
            forwarding_told_ = true;
        }
    }

    void read_protocol(Token const& word) {
        auto const protocol = upper(word.text);
        has_protocol_ = true;
        if (protocol == "TCP")
            service_.key.protocol = Protocol::tcp;
        else if (protocol == "UDP")
            service_.key.protocol = Protocol::udp;
        else if (protocol == "SCTP")
            service_.key.protocol = Protocol::sctp;
        else
            reading_.reporter.warn(
                word.position, "bad-word",
                fmt::format("`{}` is no protocol (TCP, UDP or SCTP): the service is UDP then, as in keepalived",
                            word.text));
    }

    void read_persistence(Statement const& s) {
        if (s.argument(1) == nullptr)
            service_.persistence_timeout = bare_persistence;
        else if (s.argument(1)->text == "0") {
            service_.persistence_timeout = 0;
            reading_.reporter.warn(
                s.argument(1)->position, "bad-number",
                "persistence is off; to say so, leave `persistence_timeout` out (it takes 1 to 2678400 seconds)");
        } else if (auto const seconds = read_number(reading_, s, 1, longest_persistence)) {
            service_.persistence_timeout = static_cast<std::uint32_t>(*seconds);
        }
    }

    void read_granularity(Token const& word) {
        if (auto const length = parse_netmask(word.text))
            service_.persistence_prefix = *length;
        else
            reading_.reporter.warn(
                word.position, "bad-netmask",
                fmt::format("`{}` is no netmask: this persistence_granularity is ignored", word.text));
    }

    void read_quorum(Statement const& s) {
        quorum_ = read_number(reading_, s, 1, largest_quorum).value_or(1);
        if (quorum_ > 1)
            reading_.reporter.note_once(
                "not-yet quorum", s.keyword().position, "not-yet",
                "`quorum` above 1 is known, but not carried out yet: a service stands as long as one server does");
    }

    void judge_words() {
        auto const& at = keyword().position;
        if (!has_protocol_ && by_.empty())
            reading_.reporter.warn(
                at, "no-protocol",
                fmt::format("{} names no protocol: it is UDP then, as in keepalived, which is hardly what was meant",
                            name()),
                "protocol TCP");
        if (!has_forwarding_ && !forwarding_told_) tell_no_forwarding();
        if (!has_scheduler_)
            reading_.reporter.warn(at, "no-scheduler",
                                   fmt::format("{} names no usable lb_algo: it is wlc then, as in keepalived", name()));
        if (by_.empty() && service_.key.endpoint.port == 0 && service_.persistence_timeout == 0) {
            reading_.reporter.warn(
                at, "zero-port",
                fmt::format("{} is for all ports, and such a service must be persistent: it is, for {} seconds", name(),
                            bare_persistence));
            service_.persistence_timeout = bare_persistence;
        }
    }

    void tell_no_forwarding() {
        constexpr std::string_view consequence = "; the service is NAT then, as in keepalived, and left out";
        for (auto const& statement : block_.block)
            if (statement.complaint && (statement.name().starts_with("lb") || statement.name().starts_with("lvs")))
                return reading_.reporter.extend(*statement.complaint, consequence);
        reading_.reporter.warn(keyword().position, "no-forwarding",
                               fmt::format("{} names no lb_kind{}", name(), consequence), "lb_kind DR");
    }

    void read_server(Statement const& s) {
        model::RealServer server;
        server.origin = reading_.origin(s);
        if (s.argument(1) == nullptr || !read_endpoint(s, server.endpoint)) return;
        server.weight = weight_;
        server.inhibit_on_failure = inhibit_;
        read_server_words(s, server);
        if (endpoints_.insert(server.endpoint).second)
            service_.servers.push_back(std::move(server));
        else
            reading_.reporter.warn(
                s.keyword().position, "duplicate-server",
                fmt::format("real_server {} stands in this virtual_server twice: the second is left out",
                            server.endpoint.text()));
    }

    bool read_endpoint(Statement const& s, Endpoint& endpoint) {
        auto const own_port = service_.key.endpoint.port;
        auto const* const port_word = s.argument(2);
        auto const address = Address::parse(s.argument(1)->text);
        auto const port = port_word == nullptr ? std::optional(own_port) : parse_port(port_word->text);
        if (!address || !port) {
            auto const& wrong = address ? *port_word : *s.argument(1);
            reading_.reporter.warn(
                wrong.position, address ? "bad-port" : "bad-address",
                fmt::format("`{}` is no {}: the real_server is left out", wrong.text, address ? "port" : "IP address"));
            return false;
        }
        auto const family = by_.empty() ? std::optional(service_.key.endpoint.address.family()) : family_;
        if (family && address->family() != *family && service_.forwarding != model::Forwarding::tunnel) {
            reading_.reporter.warn(
                s.argument(1)->position, "mixed-families",
                fmt::format("real_server {} is not of the family of its virtual_server: it is left out",
                            address->text()));
            return false;
        }
        endpoint = {*address, *port};
        if (!by_.empty() || service_.forwarding == model::Forwarding::nat || *port == own_port) return true;
        reading_.reporter.warn(port_word->position, "port-reset",
                               fmt::format("direct routing cannot change the port: the server is used with port {}, "
                                           "and checked there unless connect_port says otherwise",
                                           own_port));
        endpoint.port = own_port;
        return true;
    }

    void read_server_words(Statement const& s, model::RealServer& server) {
        auto defaults = defaults_;
        for (auto const& inner : s.block) {
            if (inner.known == nullptr || inner.is_void || defaults.take(reading_, inner)) continue;
            auto const word = inner.name();
            if (word == "weight")
                server.weight =
                    static_cast<std::int32_t>(read_number(reading_, inner, 0, largest_weight).value_or(server.weight));
            if (word == "inhibit_on_failure")
                server.inhibit_on_failure = read_switch(reading_, inner).value_or(server.inhibit_on_failure);
            if (word == "notify_up") server.notify_up = read_script(reading_, inner);
            if (word == "notify_down") server.notify_down = read_script(reading_, inner);
            if ((word == "lb_kind" || word == "lvs_method") && inner.argument(1) != nullptr)
                read_server_forwarding(*inner.argument(1));
        }
        for (auto const& inner : s.block)
            if (is_check(inner))
                if (auto check = read_check(reading_, inner, defaults, server.endpoint))
                    server.checks.push_back(std::move(*check));
    }

    void read_server_forwarding(Token const& word) {
        bool const same = (word.text == "DR" && service_.forwarding == model::Forwarding::direct_routing) ||
                          (word.text == "NAT" && service_.forwarding == model::Forwarding::nat) ||
                          (word.text == "TUN" && service_.forwarding == model::Forwarding::tunnel);
        if (same) return;
        reading_.reporter.note_once(
            "not-yet server forwarding", word.position, "not-yet",
            "a server's own lb_kind is known, but not carried out yet: that of the virtual_server counts");
    }

    void judge_servers() {
        if (service_.servers.empty()) {
            reading_.reporter.warn(keyword().position, "no-servers",
                                   fmt::format("{} has no real_server: it is left out", name()));
            usable_ = false;
            return;
        }
        std::int64_t weight = 0;
        for (auto const& server : service_.servers) weight += server.weight;
        if (quorum_ <= weight) return;
        auto const* const quorum = block_.find("quorum");
        reading_.reporter.warn(
            quorum == nullptr ? keyword().position : quorum->keyword().position, "quorum-too-high",
            fmt::format("the quorum of {} is {}, but all its servers together weigh {}", name(), quorum_, weight));
    }

    /// Of the kinds that this version does not carry out, each is said once.
    void judge_kind() {
        auto const& key = service_.key;
        std::string kind;
        if (!by_.empty())
            kind = fmt::format("virtual_server {}", by_);
        else if (service_.forwarding == model::Forwarding::nat)
            kind = "lb_kind NAT";
        else if (service_.forwarding == model::Forwarding::tunnel)
            kind = "lb_kind TUN";
        else if (!key.endpoint.address.is_v4())
            kind = "a virtual_server of IPv6";
        else if (key.protocol == Protocol::sctp)
            kind = "protocol SCTP";
        if (kind.empty()) return;
        usable_ = false;
        if (by_.empty() && service_.forwarding == model::Forwarding::nat && (!has_forwarding_ || forwarding_told_))
            return;
        reading_.reporter.advise_once(
            "not-yet " + kind, kind_place(), "service-left-out",
            fmt::format("{} is known, but not carried out yet: such services are left out", kind));
    }

    Position kind_place() const {
        for (std::string_view const word : {"lb_kind", "lvs_method"})
            if (auto const* const s = block_.find(word);
                s != nullptr && by_.empty() && service_.forwarding != model::Forwarding::direct_routing)
                return s->keyword().position;
        return keyword().position;
    }

    Reading& reading_;
    Statement const& block_;
    std::string by_;  // "fwmark" or "group"
    model::Service service_;
    CheckDefaults defaults_;
    std::unordered_set<Endpoint> endpoints_;
    std::optional<Family> family_;
    std::int64_t quorum_ = 1;
    std::int32_t weight_ = 1;
    bool inhibit_ = false;
    bool has_protocol_ = false, has_scheduler_ = false, has_forwarding_ = false, forwarding_told_ = false;
    bool usable_ = true;
};

/// "10.0.0.1", "10.0.0.1-9" or "10.0.0.1/29" (of IPv6 the last part in hexadecimal).
bool is_range(std::string_view text) {
    auto const dash = text.find('-');
    if (dash == std::string_view::npos) return Address::parse(text.substr(0, text.find('/'))).has_value();
    auto const first = Address::parse(text.substr(0, dash));
    auto const last = text.substr(dash + 1);
    if (!first || last.empty()) return false;
    if (first->is_v4()) return parse_number(last) && *parse_number(last) >= 0 && *parse_number(last) <= 255;
    return last.size() <= 4 && std::ranges::all_of(last, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

}  // namespace

std::optional<model::Service> read_service(Reading& reading, Statement const& block) {
    if (block.argument(1) == nullptr || !block.has_block || block.is_void) return std::nullopt;
    return ServiceReader(reading, block).read();
}

void check_server_group(Reading& reading, Statement const& group) {
    for (auto const& line : group.block) {
        if (line.name() == "fwmark") continue;
        if (!is_range(line.name()))
            reading.reporter.warn(
                line.keyword().position, "bad-address",
                fmt::format("`{}` is no IP address or range such as 10.0.0.1-9: the line is ignored", line.name()));
        else if (line.argument(1) != nullptr && !parse_port(line.argument(1)->text))
            reading.reporter.warn(line.argument(1)->position, "bad-port",
                                  fmt::format("`{}` is no port: the line is ignored", line.argument(1)->text));
    }
}

}  // namespace drover::config
