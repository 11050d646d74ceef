#include "config/read_service.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
#include <unordered_set>

#include "config/read_mail.h"
#include "config/read_own.h"
#include "config/read_quorum.h"
#include "config/read_scheduler.h"
#include "config/read_server.h"

namespace drover::config {

namespace {

constexpr std::uint32_t bare_persistence = 360;  // `persistence_timeout` without a number
constexpr std::int64_t longest_persistence = 2678400;

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
}

class ServiceReader {
public:
    ServiceReader(Reading& reading, Statement const& block, ServiceSurroundings const& around)
        : reading_(reading), block_(block), around_(around) {
        service_.origin = reading.origin(block);
        service_.forwarding = model::Forwarding::nat;  // keepalived's default
        service_.key.protocol = Protocol::udp;         // the kernel's
        service_.behaviour = around.global.behaviour;
        auto const& mail = around.global.mail;
        service_.smtp_alert = mail.alert_checker.value_or(mail.alert.value_or(false));
        defaults_.smtp_alert = mail.alert_checker.value_or(mail.alert.value_or(true));
    }

    std::optional<model::Service> read() {
        if (!read_key()) return std::nullopt;
        for (auto const& statement : block_.block)
            if (statement.known != nullptr && !statement.is_void && !defaults_.checks.take(reading_, statement) &&
                !read_own_word(reading_, statement, service_))
                read_word(statement);
        read_additions();
        judge_words();
        name_members();
        service_.servers.reserve(static_cast<std::size_t>(std::ranges::count(block_.block, "real_server", &Statement::name)));
        for (auto const& statement : block_.block)
            if (statement.known != nullptr && statement.has_block && !statement.is_void &&
                statement.name() == "real_server")
                read_server(statement);
        judge_servers();
        if (usable_) judge_port();
        if (usable_) judge_kind();
        if (usable_) judge_members();
        if (!usable_) return std::nullopt;
        judge_own_words(reading_, keyword().position, service_);
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
            if (by_ == "group" && second != nullptr) find_group(*second);
            if (!members_.empty()) service_.key.endpoint = members_.front();
            defaults_.own_ports = members_.empty();
            start_family();
            return true;
        }
        auto const address = Address::parse(first.text);
        auto const port = second == nullptr ? std::optional<std::uint16_t>(0) : parse_port(second->text);
        if (address && port) {
            service_.key.endpoint = {*address, *port};
            defaults_.family = address->family();
            start_family();
            return true;
        }
        auto const& wrong = address ? *second : first;
        reading_.reporter.warn(
            wrong.position, address ? "bad-port" : "bad-address",
            fmt::format("`{}` is no {}: the virtual_server is left out", wrong.text, address ? "port" : "IP address"));
        return false;
    }

    void find_group(Token const& group) {
        auto const found = around_.groups.find(group.text);
        if (found != around_.groups.end()) {
            members_ = found->second;
            return;
        }
        usable_ = false;
        reading_.reporter.advise(
            group.position, "no-such-group",
            fmt::format("there is no virtual_server_group {}: the virtual_server is left out", group.text));
    }

    /// What depends on the family before any word is read.
    void start_family() {
        auto const& address = service_.key.endpoint.address;
        is_v4_ = (by_.empty() || !members_.empty()) ? address.is_v4() : true;
        service_.persistence_prefix = is_v4_ ? 32 : 128;
    }

    /// Words that drover.conf adds to a service of the file that it includes.
    void read_additions() {
        auto const named = around_.additions.find(key_text(block_));
        if (named == around_.additions.end()) return;
        for (auto const* const addition : named->second) {
            auto const protocol = protocol_text(*addition);
            if (!protocol.empty() && protocol != upper_name(service_.key.protocol)) continue;
            for (auto const& statement : addition->block) read_own_word(reading_, statement, service_);
        }
    }

    void read_word(Statement const& s) {
        auto const word = s.name();
        auto const* const argument = s.argument(1);
        if (read_scheduler_word(reading_, s, service_)) {
            has_scheduler_ = has_scheduler_ || names_scheduler(s);
            return;
        }
        if (read_quorum_word(reading_, s, service_.quorum)) return;
        if (word == "ops")
            service_.one_packet = true;
        else if (word == "inhibit_on_failure")
            defaults_.inhibit_on_failure = read_switch(reading_, s).value_or(defaults_.inhibit_on_failure);
        else if (word == "smtp_alert")
            service_.smtp_alert = read_alert(reading_, s);
        else if (word == "persistence_timeout")
            read_persistence(s);
        else if (argument == nullptr)
            return;
        else if (word == "lb_kind" || word == "lvs_method")
            read_forwarding(*argument);
        else if (word == "protocol")
            read_protocol(*argument);
        else if (word == "persistence_granularity")
            read_granularity(*argument);
        else if (word == "weight")
            defaults_.weight =
                static_cast<std::int32_t>(read_number(reading_, s, 0, largest_weight).value_or(defaults_.weight));
        else if (word == "ip_family" && !by_.empty())
            defaults_.family = argument->text == "inet6" ? Family::v6 : Family::v4;
    }

    void read_forwarding(Token const& word) {
        has_forwarding_ = true;
        if (word.text == "DR")
            service_.forwarding = model::Forwarding::direct_routing;
        else if (word.text == "TUN")
            service_.forwarding = model::Forwarding::tunnel;
        else if (word.text == "NAT")
            service_.forwarding = model::Forwarding::nat;
        else if (word.text == "REFLECT")
            service_.forwarding = model::Forwarding::reflect;
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
        auto const number = parse_number(word.text);
        auto const length = is_v4_                                     ? parse_netmask(word.text)
                            : number && *number >= 1 && *number <= 128 ? std::optional<std::uint8_t>(*number)
                                                                       : std::nullopt;
        if (length)
            service_.persistence_prefix = *length;
        else
            reading_.reporter.warn(word.position, "bad-netmask",
                                   fmt::format("`{}` is no {}: this persistence_granularity is ignored", word.text,
                                               is_v4_ ? "netmask" : "prefix length from 1 to 128"));
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
        judge_one_packet();
    }

    /// What has no servers is left out, and said to be: its port does not matter any more.
    void judge_port() {
        bool const any_port = by_.empty() ? service_.key.endpoint.port == 0
                                          : std::ranges::any_of(members_, [](auto const& m) { return m.port == 0; });
        if (any_port && service_.persistence_timeout == 0) {
            reading_.reporter.warn(
                keyword().position, "zero-port",
                fmt::format("{} is for all ports, and such a service must be persistent: it is, for {} seconds", name(),
                            bare_persistence));
            service_.persistence_timeout = bare_persistence;
        }
    }

    void judge_one_packet() {
        if (!service_.one_packet || service_.key.protocol == Protocol::udp) return;
        auto const* const word = block_.find("ops");
        reading_.reporter.warn((word == nullptr ? block_ : *word).keyword().position, "no-effect",
                               "`ops` is for protocol UDP alone: it is ignored");
        service_.one_packet = false;
    }

    void name_members() {
        for (auto const& member : members_) service_.group.push_back({member, service_.key.protocol});
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
        auto server = config::read_server(reading_, s, service_, defaults_);
        if (!server) return;
        auto const endpoint = server->endpoint;
        if (endpoints_.insert(endpoint).second)
            service_.servers.push_back(std::move(*server));
        else
            reading_.reporter.warn(
                s.keyword().position, "duplicate-server",
                fmt::format("real_server {} stands in this virtual_server twice: the second is left out",
                            endpoint.text()));
    }

    void judge_servers() {
        if (service_.servers.empty()) {
            reading_.reporter.warn(keyword().position, "no-servers",
                                   fmt::format("{} has no real_server: it is left out", name()));
            usable_ = false;
            return;
        }
        judge_quorum(reading_, block_, name(), service_);
    }

    /// Members whose family none of the servers is of have nobody to serve them.
    void judge_members() {
        if (members_.empty()) {
            usable_ = by_.empty();  // a group of firewall marks alone: the marks were named
            return;
        }
        auto const is_served = [&](ServiceKey const& member) {
            return std::ranges::any_of(service_.servers, [&](model::RealServer const& server) {
                return server.endpoint.address.family() == member.endpoint.address.family();
            });
        };
        if (std::erase_if(service_.group, std::not_fn(is_served)) == 0) return;
        reading_.reporter.advise(
            keyword().position, "mixed-families",
            fmt::format("{} has no real_server of the family of some of its group's addresses: they are left out",
                        name()));
        if (service_.group.empty())
            usable_ = false;
        else
            service_.key = service_.group.front();
    }

    /// Of the kinds that this version does not carry out, each is said once.
    void judge_kind() {
        std::string kind;
        if (by_ == "fwmark")
            kind = "virtual_server fwmark";
        else if (service_.forwarding == model::Forwarding::nat)
            kind = "lb_kind NAT";
        else if (service_.forwarding == model::Forwarding::tunnel)
            kind = "lb_kind TUN";
        else if (service_.forwarding == model::Forwarding::reflect)
            kind = "lb_kind REFLECT";
        if (kind.empty()) return;
        usable_ = false;
        if (by_ != "fwmark" && service_.forwarding == model::Forwarding::nat && (!has_forwarding_ || forwarding_told_))
            return;
        reading_.reporter.advise_once(
            "not-yet " + kind, kind_place(), "service-left-out",
            fmt::format("{} is known, but not carried out yet: such services are left out", kind));
    }

    Position kind_place() const {
        for (std::string_view const word : {"lb_kind", "lvs_method"})
            if (auto const* const s = block_.find(word);
                s != nullptr && by_ != "fwmark" && service_.forwarding != model::Forwarding::direct_routing)
                return s->keyword().position;
        return keyword().position;
    }

    Reading& reading_;
    Statement const& block_;
    ServiceSurroundings const& around_;
    std::string by_;                 // "fwmark" or "group"
    std::vector<Endpoint> members_;  // of the group
    model::Service service_;
    ServerDefaults defaults_;
    std::unordered_set<Endpoint> endpoints_;
    bool is_v4_ = true;
    bool has_protocol_ = false, has_scheduler_ = false, has_forwarding_ = false, forwarding_told_ = false;
    bool usable_ = true;
};

}  // namespace

std::string key_text(Statement const& block) {
    auto const& first = block.argument(1)->text;
    auto const* const second = block.argument(2);
    if (first == "group" || first == "fwmark")
        return fmt::format("{} {}", first, second == nullptr ? "" : second->text);
    auto const address = Address::parse(first);
    auto const port = second == nullptr ? std::optional<std::uint16_t>(0) : parse_port(second->text);
    return address && port ? Endpoint{*address, *port}.text() : std::string{};
}

std::string protocol_text(Statement const& block) {
    auto const* const protocol = block.find("protocol");
    return protocol == nullptr || protocol->argument(1) == nullptr ? std::string{} : upper(protocol->argument(1)->text);
}

std::optional<model::Service> read_service(Reading& reading, Statement const& block,
                                           ServiceSurroundings const& around) {
    if (block.argument(1) == nullptr || !block.has_block || block.is_void) return std::nullopt;
    return ServiceReader(reading, block, around).read();
}

}  // namespace drover::config
