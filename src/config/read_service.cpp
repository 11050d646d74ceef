#include "config/script.h"
#include "config/read_service.h"

#include <algorithm>
#include <bit>

#include "config/read_check.h"

namespace drover::config {

namespace {

constexpr std::uint32_t kBarePersistence = 360;  // `persistence_timeout` without a number

struct ServiceReader {
    Reading& reading;
    Statement const& block;
    model::Service service;
    CheckDefaults defaults;
    bool inhibit = false;
    std::int32_t weight = 1;

    std::string name() const { return "virtual_server " + block.argument(1)->text + (block.argument(2) != nullptr ? " " + block.argument(2)->text : ""); }

    bool read_key() {
        auto const& first = *block.argument(1);
        if (first.text == "fwmark" || first.text == "group") {
            reading.reporter.note_once("virtual_server " + first.text, first.position, "not-yet",
                                       "virtual_server " + first.text + " is known, but not carried out yet: such services are left out");
            return false;
        }
        auto const address = Address::parse(first.text);
        auto const port = block.argument(2) != nullptr ? parse_port(block.argument(2)->text) : std::optional<std::uint16_t>(0);
        if (!address || !port) {
            auto const& wrong = address ? *block.argument(2) : first;
            reading.reporter.warn(wrong.position, "bad-address", "`" + wrong.text + "` is no " + (address ? "port" : "IP address") + "; the virtual_server is left out");
            return false;
        }
        service.key.endpoint = {*address, *port};
        service.origin = origin_of(block);
        return true;
    }

    void read_words() {
        service.forwarding = model::Forwarding::nat;  // keepalived's default
        service.key.protocol = Protocol::udp;         // and the kernel's
        for (auto const& statement : block.block)
            if (!defaults.take(reading, statement)) read_word(statement);
        auto const& at = block.keyword().position;
        if (block.find("protocol") == nullptr)
            reading.reporter.warn(at, "no-protocol", name() + " names no protocol: it is UDP then, as in keepalived, which is hardly what was meant (protocol TCP)");
        if (block.find("lb_kind") == nullptr && block.find("lvs_method") == nullptr)
            reading.reporter.warn(at, "no-lb-kind", name() + " names no lb_kind: it is NAT then, as in keepalived, and this version carries out DR only");
        if (block.find("lb_algo") == nullptr && block.find("lvs_sched") == nullptr)
            reading.reporter.warn(at, "no-lb-algo", name() + " names no lb_algo: it is wlc then, as in keepalived");
    }

    void read_word(Statement const& statement) {
        auto const& word = statement.keyword().text;
        auto const* argument = statement.argument(1);
        if (word == "inhibit_on_failure") inhibit = read_switch(reading, statement);
        else if (word == "persistence_timeout") read_persistence(statement);
        else if (argument == nullptr) return;
        else if (word == "lb_algo" || word == "lvs_sched") read_scheduler(*argument);
        else if (word == "lb_kind" || word == "lvs_method") read_forwarding(*argument);
        else if (word == "protocol") read_protocol(*argument);
        else if (word == "persistence_granularity") read_granularity(*argument);
        else if (word == "weight") weight = static_cast<std::int32_t>(read_number(reading, statement, 0, 2147483647).value_or(1));
        else if (word == "quorum") (void)read_number(reading, statement, 1, 4294967295);
        else if (word == "quorum_up") service.quorum_up = read_script(reading, statement);
        else if (word == "quorum_down") service.quorum_down = read_script(reading, statement);
    }

    void read_scheduler(Token const& word) {
        if (auto const scheduler = model::scheduler_named(word.text)) {
            service.scheduler = *scheduler;
            if (!model::is_supported(*scheduler))
                reading.reporter.note_once("lb_algo " + word.text, word.position, "not-yet",
                                           "lb_algo " + word.text + " is known, but not carried out yet: services with it are left out");
        } else {
            reading.reporter.warn(word.position, "bad-word", "`" + word.text + "` is no lb_algo; wlc is used");
        }
    }

    void read_forwarding(Token const& word) {
        if (word.text == "DR") service.forwarding = model::Forwarding::direct_routing;
        else if (word.text == "TUN") service.forwarding = model::Forwarding::tunnel;
        else if (word.text != "NAT")
            reading.reporter.warn(word.position, "bad-word", "lb_kind is DR, NAT or TUN, in capitals; `" + word.text + "` is taken as NAT, as in keepalived", word.text == "dr" ? "DR" : "");
        if (word.text == "NAT" || word.text == "TUN")
            reading.reporter.note_once("lb_kind " + word.text, word.position, "not-yet", "lb_kind " + word.text + " is known, but not carried out yet: services with it are left out");
    }

    void read_protocol(Token const& word) {
        auto upper = word.text;  // keepalived compares without case
        std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        if (upper == "TCP") service.key.protocol = Protocol::tcp;
        else if (upper == "SCTP") service.key.protocol = Protocol::sctp;
        else if (upper != "UDP") reading.reporter.warn(word.position, "bad-word", "protocol is TCP, UDP or SCTP; `" + word.text + "` is taken as UDP");
    }

    void read_persistence(Statement const& statement) {
        service.persistence_timeout = kBarePersistence;
        if (statement.argument(1) == nullptr) return;
        if (statement.argument(1)->text == "0")
            reading.reporter.warn(statement.argument(1)->position, "no-persistence", "persistence_timeout 0 means no persistence; leave the line out");
        service.persistence_timeout = statement.argument(1)->text == "0" ? 0 : static_cast<std::uint32_t>(read_number(reading, statement, 1, 2678400).value_or(0));
    }

    void read_granularity(Token const& word) {
        auto const mask = Address::parse(word.text);
        if (mask && mask->is_v4()) {
            auto const bits = mask->v4();
            auto const length = static_cast<std::uint8_t>(std::popcount(bits));
            if (bits == (length == 0 ? 0 : ~std::uint32_t{0} << (32 - length))) {
                service.persistence_prefix = length;
                return;
            }
        }
        reading.reporter.warn(word.position, "bad-mask", "`" + word.text + "` is no netmask; persistence_granularity is ignored");
    }

    std::optional<model::RealServer> read_server(Statement const& statement) {
        model::RealServer server;
        server.origin = origin_of(statement);
        auto const address = Address::parse(statement.argument(1)->text);
        auto const* port_word = statement.argument(2);
        auto const port = port_word != nullptr ? parse_port(port_word->text) : std::optional(service.key.endpoint.port);
        if (!address || !port) {
            auto const& wrong = address ? *port_word : *statement.argument(1);
            reading.reporter.warn(wrong.position, "bad-address", "`" + wrong.text + "` is no " + (address ? "port" : "IP address") + "; the real_server is left out");
            return std::nullopt;
        }
        if (address->family() != service.key.endpoint.address.family()) {
            reading.reporter.warn(statement.argument(1)->position, "mixed-families", "real_server " + address->text() + " is not of the family of its virtual_server; it is left out");
            return std::nullopt;
        }
        server.endpoint = {*address, *port};
        if (service.forwarding != model::Forwarding::nat && *port != service.key.endpoint.port) {
            reading.reporter.warn(port_word->position, "port-reset", "direct routing cannot change the port: " + std::to_string(service.key.endpoint.port) + " is used, as in keepalived");
            server.endpoint.port = service.key.endpoint.port;
        }
        server.weight = weight;
        server.inhibit_on_failure = inhibit;
        read_server_words(statement, server);
        return server;
    }

    void read_server_words(Statement const& statement, model::RealServer& server) {
        auto server_defaults = defaults;
        for (auto const& inner : statement.block) {
            auto const& word = inner.keyword().text;
            if (server_defaults.take(reading, inner)) continue;
            if (word == "weight") server.weight = static_cast<std::int32_t>(read_number(reading, inner, 0, 2147483647).value_or(weight));
            if (word == "inhibit_on_failure") server.inhibit_on_failure = read_switch(reading, inner);
            if (word == "notify_up") server.notify_up = read_script(reading, inner);
            if (word == "notify_down") server.notify_down = read_script(reading, inner);
        }
        for (auto const& inner : statement.block)
            if (inner.has_block)
                if (auto check = read_check(reading, inner, server_defaults, server.endpoint)) server.checks.push_back(std::move(*check));
    }

    void read_servers() {
        for (auto const& statement : block.block) {
            if (statement.keyword().text != "real_server" || statement.argument(1) == nullptr) continue;
            auto server = read_server(statement);
            if (!server) continue;
            auto const twin = std::ranges::find(service.servers, server->endpoint, &model::RealServer::endpoint);
            if (twin == service.servers.end()) service.servers.push_back(std::move(*server));
            else reading.reporter.warn(statement.keyword().position, "duplicate-server", "real_server " + server->endpoint.text() + " stands in this virtual_server twice; the second is left out");
        }
    }
};

}  // namespace

std::optional<model::Service> read_service(Reading& reading, Statement const& block) {
    if (block.argument(1) == nullptr) return std::nullopt;
    ServiceReader reader{reading, block, {}, {}};
    if (!reader.read_key()) return std::nullopt;
    reader.read_words();
    if (reader.service.key.endpoint.port == 0 && reader.service.persistence_timeout == 0)
        reading.reporter.warn(block.keyword().position, "zero-port", reader.name() + " without a port is for all ports, and such a service must be persistent");
    reader.read_servers();
    if (reader.service.servers.empty()) {
        reading.reporter.warn(block.keyword().position, "no-servers", reader.name() + " has no real_server; it is left out");
        return std::nullopt;
    }
    return std::move(reader.service);
}

}  // namespace drover::config
