#include "config/read_instance.h"

#include <algorithm>
#include <functional>
#include <map>

#include "config/read_addresses.h"

#include "config/script.h"

namespace drover::config {

namespace {

constexpr Duration kLongestGarp = std::chrono::hours(24);
constexpr std::size_t kPasswordLength = 8;  // RFC 2338 5.3.6

void read_authentication(Reading& reading, Statement const& block, model::Instance& instance) {
    auto const* type = block.find("auth_type");
    auto const* password = block.find("auth_pass");
    if (type != nullptr && type->argument(1) != nullptr) {
        auto const& word = type->argument(1)->text;
        if (word == "AH")
            reading.reporter.warn(type->argument(1)->position, "not-yet", "auth_type AH is not carried out yet: adverts go without authentication");
        else if (word != "PASS")
            reading.reporter.warn(type->argument(1)->position, "bad-word", "auth_type is PASS or AH, not `" + word + "`: adverts go without authentication");
        if (word != "PASS") return;
    }
    if (password == nullptr || password->argument(1) == nullptr) {
        if (type != nullptr)
            reading.reporter.warn(block.keyword().position, "no-password",
                                  "there is no auth_pass here: adverts go without authentication, and a peer that wants it refuses them");
        return;
    }
    auto text = password->argument(1)->text;
    if (text.size() > kPasswordLength) {
        reading.reporter.warn(password->argument(1)->position, "password-cut", "auth_pass is cut to its first 8 bytes, which are all that VRRP sends");
        text.resize(kPasswordLength);
    }
    instance.authentication = {model::Authentication::Type::pass, text};
}

void read_tracked(Reading& reading, Statement const& list, model::Instance& instance) {
    auto const interfaces = reading.host.interfaces();
    for (auto const& line : list.block) {
        model::TrackedInterface tracked{line.keyword().text, 0, false, origin_of(line)};
        if (tracked.name == instance.interface) {
            reading.reporter.note(line.keyword().position, "own-interface",
                                  "the instance's own interface is tracked anyway; this line is ignored");
            continue;
        }
        for (std::size_t i = 1; i < line.words.size(); ++i) {
            if (line.words[i].text == "weight" && i + 1 < line.words.size()) {
                Statement const weight{{line.words[i], line.words[i + 1]}, false, {}};
                tracked.weight = static_cast<int>(read_number(reading, weight, -253, 253).value_or(0));
            }
            if (line.words[i].text == "reverse") tracked.reverse = true;
        }
        if (interfaces && !interfaces->contains(tracked.name))
            reading.reporter.warn(line.keyword().position, "no-interface",
                                  "interface " + tracked.name + " does not exist: it is left out until it appears, and from then on its fall is a fault");
        instance.track_interfaces.push_back(std::move(tracked));
    }
}

void read_state(Reading& reading, Statement const& statement, model::Instance& instance) {
    auto const& word = statement.argument(1)->text;
    if (word == "MASTER" || word == "BACKUP")
        instance.state = word == "MASTER" ? model::StateHint::master : model::StateHint::backup;
    else
        reading.reporter.warn(statement.argument(1)->position, "bad-word", "state is MASTER or BACKUP; `" + word + "` is taken as BACKUP");
}

void read_source(Reading& reading, Statement const& statement, model::Instance& instance) {
    auto const address = read_address(reading, statement);
    if (!address) return;
    instance.source = address;
    auto const addresses = reading.host.addresses();
    auto const is_it = [&](Prefix const& own) { return own.address == *address; };
    if (addresses && std::ranges::none_of(*addresses, is_it))
        reading.reporter.advise(statement.argument(1)->position, "foreign-source",
                              address->text() + " is no address of this host: adverts are sent from the primary address of the interface instead (keepalived sends "
                              "them from the address given, and the other director's kernel drops them as martian if it is its own: two masters)");
}

using Reader = std::function<void(Reading&, Statement const&, model::Instance&)>;

Reader notify(model::Script model::NotifyScripts::* script) {
    return [script](Reading& reading, Statement const& statement, model::Instance& instance) {
        instance.notify.*script = read_script(reading, statement);
    };
}

std::map<std::string, Reader, std::less<>> const& readers() {
    static std::map<std::string, Reader, std::less<>> const table{
        {"interface", [](Reading&, Statement const& s, model::Instance& i) { i.interface = s.argument(1)->text; }},
        {"state", read_state},
        {"virtual_router_id", [](Reading& r, Statement const& s, model::Instance& i) { i.virtual_router_id = static_cast<std::uint8_t>(read_number(r, s, 1, 255).value_or(0)); }},
        {"priority", [](Reading& r, Statement const& s, model::Instance& i) { i.priority = static_cast<std::uint8_t>(read_number(r, s, 1, 255).value_or(100)); }},
        {"advert_int", [](Reading& r, Statement const& s, model::Instance& i) { i.advert_interval = read_timer(r, s, 10ms, 255s).value_or(1s); }},
        {"version", [](Reading& r, Statement const& s, model::Instance& i) { i.version = static_cast<int>(read_number(r, s, 2, 3).value_or(2)); }},
        {"nopreempt", [](Reading&, Statement const&, model::Instance& i) { i.preempt = false; }},
        {"preempt", [](Reading&, Statement const&, model::Instance& i) { i.preempt = true; }},
        {"preempt_delay", [](Reading& r, Statement const& s, model::Instance& i) { i.preempt_delay = read_timer(r, s, 0s, 1000s).value_or(0s); }},
        {"dont_track_primary", [](Reading&, Statement const&, model::Instance& i) { i.track_primary = false; }},
        {"skip_check_adv_addr", [](Reading& r, Statement const& s, model::Instance& i) { i.skip_check_adv_addr = read_switch(r, s); }},
        {"mcast_src_ip", read_source},
        {"garp_master_delay", [](Reading& r, Statement const& s, model::Instance& i) { i.garp.delay = read_timer(r, s, 0s, kLongestGarp).value_or(i.garp.delay); }},
        {"garp_master_repeat", [](Reading& r, Statement const& s, model::Instance& i) { i.garp.repeat = static_cast<int>(read_number(r, s, 1, 255).value_or(i.garp.repeat)); }},
        {"garp_master_refresh", [](Reading& r, Statement const& s, model::Instance& i) { i.garp.refresh = read_timer(r, s, 0s, kLongestGarp).value_or(i.garp.refresh); }},
        {"garp_master_refresh_repeat", [](Reading& r, Statement const& s, model::Instance& i) { i.garp.refresh_repeat = static_cast<int>(read_number(r, s, 1, 255).value_or(1)); }},
        {"authentication", read_authentication},
        {"virtual_ipaddress", [](Reading& r, Statement const& s, model::Instance& i) { i.addresses = read_virtual_addresses(r, s); }},
        {"virtual_ipaddress_excluded", [](Reading& r, Statement const& s, model::Instance& i) { i.excluded = read_virtual_addresses(r, s); }},
        {"virtual_rules", [](Reading& r, Statement const& s, model::Instance&) { check_virtual_rules(r, s); }},
        {"virtual_routes", [](Reading& r, Statement const& s, model::Instance& i) { i.routes = read_virtual_routes(r, s); }},
        {"notify_master", notify(&model::NotifyScripts::master)},
        {"notify_backup", notify(&model::NotifyScripts::backup)},
        {"notify_fault", notify(&model::NotifyScripts::fault)},
        {"notify_stop", notify(&model::NotifyScripts::stop)},
        {"notify", notify(&model::NotifyScripts::any)},
    };
    return table;
}

/// What one word alone cannot tell. False: the instance cannot run.
bool validate(Reading& reading, Statement const& block, model::Instance& instance) {
    auto const& at = block.keyword().position;
    if (instance.interface.empty()) {
        reading.reporter.warn(at, "no-interface", "vrrp_instance " + instance.name + " names no interface; it is left out");
        return false;
    }
    if (instance.virtual_router_id == 0) {
        reading.reporter.warn(at, "no-vrid", "vrrp_instance " + instance.name + " has no virtual_router_id; it is left out");
        return false;
    }
    if (auto const interfaces = reading.host.interfaces(); interfaces && !interfaces->contains(instance.interface))
        reading.reporter.warn(block.find("interface")->argument(1)->position, "no-interface",
                              "interface " + instance.interface + " does not exist: the instance is in FAULT until it appears");
    if (!instance.preempt && instance.state == model::StateHint::master) {
        reading.reporter.warn(block.find("nopreempt")->keyword().position, "nopreempt-master",
                              "nopreempt does not go with state MASTER: it is ignored, as in keepalived (write state BACKUP on both directors)");
        instance.preempt = true;
    }
    if (instance.version != 2) {
        reading.reporter.note(at, "not-yet", "VRRP version 3 is not carried out yet: vrrp_instance " + instance.name + " is left out");
        return false;
    }
    auto const whole = std::chrono::round<std::chrono::seconds>(instance.advert_interval);
    if (whole != instance.advert_interval) {
        instance.advert_interval = std::max<Duration>(whole, 1s);
        reading.reporter.warn(block.find("advert_int")->argument(1)->position, "advert-rounded", "VRRP version 2 counts advert_int in whole seconds: it is rounded");
    }
    if (instance.addresses.empty() && (block.find("virtual_ipaddress") == nullptr || block.find("virtual_ipaddress")->block.empty()))
        reading.reporter.warn(at, "no-vip", "vrrp_instance " + instance.name + " has no virtual_ipaddress");
    return true;
}

/// IPv6 VIPs need version 3, in an instance of their own.
void drop_ipv6(Reading& reading, std::vector<model::VirtualAddress>& addresses) {
    std::erase_if(addresses, [&](model::VirtualAddress const& address) {
        if (address.prefix.address.is_v4()) return false;
        reading.reporter.note({address.origin.file, address.origin.line, address.origin.column, 1}, "not-yet",
                              "IPv6 addresses are not carried out yet: " + address.prefix.address.text() + " is left out");
        return true;
    });
}

}  // namespace

std::optional<model::Instance> read_instance(Reading& reading, Statement const& block, InstanceDefaults const& defaults) {
    model::Instance instance;
    if (block.argument(1) == nullptr) return std::nullopt;
    instance.name = block.argument(1)->text;
    instance.version = defaults.version;
    instance.garp = defaults.garp;
    instance.multicast_group = defaults.multicast_group;
    instance.skip_check_adv_addr = defaults.skip_check_adv_addr;
    instance.origin = origin_of(block);
    auto const* interface = block.find("interface");  // other words are about it
    if (interface != nullptr && interface->argument(1) != nullptr) instance.interface = interface->argument(1)->text;
    for (auto const& statement : block.block) {
        auto const reader = readers().find(statement.keyword().text);
        if (reader == readers().end()) {
            if (statement.keyword().text == "track_interface") read_tracked(reading, statement, instance);
            continue;
        }
        bool const needs_argument = !statement.has_block && statement.keyword().text != "nopreempt" &&
                                    statement.keyword().text != "preempt" && statement.keyword().text != "dont_track_primary" &&
                                    statement.keyword().text != "skip_check_adv_addr";
        if (needs_argument && statement.argument(1) == nullptr) continue;  // said by check_words
        reader->second(reading, statement, instance);
    }
    if (instance.version == 2) {
        drop_ipv6(reading, instance.addresses);
        drop_ipv6(reading, instance.excluded);
    }
    if (!validate(reading, block, instance)) return std::nullopt;
    return instance;
}

}  // namespace drover::config
