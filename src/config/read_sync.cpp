#include "config/read_sync.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace drover::config {

namespace {

constexpr std::int64_t largest_id = 255, largest_ttl = 255, largest_port = 65535;
constexpr std::int64_t longest_message = 65507;  // of UDP over IPv4
constexpr std::int64_t shortest_message = 80;    // a header and an entry of IPv6

constexpr std::array options{std::string_view("id"), std::string_view("maxlen"), std::string_view("port"),
                             std::string_view("ttl"), std::string_view("group")};

bool is_option(std::string_view word) { return std::ranges::find(options, word) != options.end(); }

class DaemonReader {
public:
    DaemonReader(Reading& reading, Statement const& statement) : reading_(reading), statement_(statement) {}

    /// Options that are wrong are named and stay what they are by default, as keepalived does.
    model::SyncChannel read() {
        daemon_.interface = statement_.argument(1)->text;
        std::size_t at = 2;
        if (auto const* word = statement_.argument(at); word != nullptr && word->text == "inst") ++at;
        if (auto const* word = statement_.argument(at); word != nullptr && !is_option(word->text)) {
            daemon_.instance = word->text;
            ++at;
        }
        for (; statement_.argument(at) != nullptr; at += 2) read_option(*statement_.argument(at), statement_.argument(at + 1));
        return daemon_;
    }
    bool has_id() const { return has_id_; }

private:
    void read_option(Token const& option, Token const* value) {
        if (!is_option(option.text) || value == nullptr)
            return complain(option, "takes an interface, an instance, and id, maxlen, port, ttl and group with a value each");
        if (option.text == "group") return read_group(*value);
        if (option.text == "id") {
            has_id_ = read_number(*value, option, 0, largest_id, daemon_.id);
        } else if (option.text == "maxlen") {
            read_number(*value, option, shortest_message, longest_message, daemon_.longest);
        } else if (option.text == "port") {
            read_number(*value, option, 1, largest_port, daemon_.port);
        } else {
            read_number(*value, option, 1, largest_ttl, daemon_.ttl);
        }
    }

    template <class Number>
    bool read_number(Token const& word, Token const& option, std::int64_t least, std::int64_t most, Number& value) {
        auto const number = parse_number(word.text);
        if (number && *number >= least && *number <= most) {
            value = static_cast<Number>(*number);
            return true;
        }
        complain(word, fmt::format("takes {} from {} to {}", option.text, least, most));
        return false;
    }

    void read_group(Token const& word) {
        auto const group = Address::parse(word.text);
        if (group && group->is_multicast())
            daemon_.group = *group;
        else
            complain(word, "takes a multicast address as its group");
    }

    void complain(Token const& word, std::string_view what) {
        reading_.reporter.warn(word.position, "bad-sync",
                               fmt::format("`lvs_sync_daemon` {}: `{}` is ignored", what, word.text));
    }

    Reading& reading_;
    Statement const& statement_;
    model::SyncChannel daemon_;
    bool has_id_ = false;
};

/// The last one outside, else the first inside an instance, which then is the one that it goes by.
Statement const* find_statement(std::span<Statement const> tree) {
    Statement const* found = nullptr;
    for (auto const& block : tree)
        if (block.known != nullptr && !block.is_void && block.name() == "global_defs")
            if (auto const* const statement = block.find("lvs_sync_daemon"); statement != nullptr && statement->argument(1) != nullptr)
                found = statement;
    return found;
}

void read_of_instances(std::span<Statement const> tree, model::SyncChannel& daemon) {
    for (auto const& block : tree) {
        if (block.known == nullptr || block.is_void || block.name() != "vrrp_instance" || block.argument(1) == nullptr) continue;
        auto const* const statement = block.find("lvs_sync_daemon_interface");
        if (statement == nullptr || statement->argument(1) == nullptr) continue;
        daemon.interface = statement->argument(1)->text;
        daemon.instance = block.argument(1)->text;
        return;
    }
}

void read_peers(Reading& reading, Statement const& s, std::vector<Address>& peers) {
    for (auto const& word : s.arguments()) {
        auto const address = Address::parse(word.text);
        if (address && !address->is_multicast() && !address->is_unspecified())
            peers.push_back(*address);
        else
            reading.reporter.warn(word.position, "bad-address",
                                  fmt::format("`{}` is no address of a director: this part of `sync_peer` is ignored", word.text));
    }
}

}  // namespace

bool read_sync_word(Reading& reading, Statement const& s, model::Sync& sync) {
    constexpr std::int64_t longest_period = 4294967295;
    if (s.name() == "sync_refresh_period")
        sync.refresh_period =
            static_cast<std::uint32_t>(config::read_number(reading, s, 0, longest_period).value_or(sync.refresh_period));
    else if (s.name() == "sync_threshold")
        reading.reporter.note_once("sync_threshold", s.keyword().position, "no-effect",
                                   "`sync_threshold` has no effect: packets are not counted by connection; each is told at "
                                   "its first acknowledgement, whenever its state changes, and after sync_refresh_period");
    else if (s.name() == "sync_peer")
        read_peers(reading, s, sync.peering.peers);
    else if (s.name() == "sync_key" && s.argument(1) != nullptr)
        sync.peering.key_file = s.argument(1)->text;
    else if (s.name() == "sync_port")
        sync.peering.port =
            static_cast<std::uint16_t>(config::read_number(reading, s, 1, largest_port).value_or(sync.peering.port));
    else if (s.name() == "sync_patience")
        sync.peering.patience = read_timer(reading, s, 100ms, 60s).value_or(sync.peering.patience);
    else
        return s.name() == "sync_key";
    return true;
}

void read_sync(Reading& reading, std::span<Statement const> tree, model::Configuration& configuration) {
    auto& daemon = configuration.global.sync.daemon;
    auto const* const statement = find_statement(tree);
    bool has_id = false;
    if (statement != nullptr) {
        DaemonReader reader(reading, *statement);
        daemon = reader.read();
        has_id = reader.has_id();
    } else {
        read_of_instances(tree, daemon);
    }
    if (daemon.instance.empty()) return;
    auto const instance = std::ranges::find(configuration.instances, daemon.instance, &model::Instance::name);
    if (instance != configuration.instances.end()) {
        if (!has_id) daemon.id = instance->virtual_router_id;  // keepalived's default
        return;
    }
    if (statement != nullptr)
        reading.reporter.warn(statement->keyword().position, "no-such-instance",
                              fmt::format("there is no vrrp_instance {}: `lvs_sync_daemon` is ignored", daemon.instance));
    daemon = {};
}

}  // namespace drover::config
