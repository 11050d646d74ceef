#include "config/read_instance.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "config/garp_words.h"
#include "config/read_addresses.h"
#include "config/read_routes.h"
#include "config/read_tracking.h"
#include "config/script.h"

namespace drover::config {

namespace {

constexpr std::size_t longest_password = 8;         // bytes on the wire (RFC 2338 5.3.6)
constexpr auto longest_v2_interval = 255s;          // 8 bits of seconds
constexpr auto longest_v3_interval = 40'950'000us;  // 12 bits of centiseconds
constexpr int owner = 255;

class InstanceReader {
public:
    InstanceReader(Reading& reading, Statement const& block, InstanceDefaults const& defaults)
        : reading_(reading), block_(block), strict_(defaults.strict) {
        instance_.name = block.argument(1)->text;
        instance_.interface = defaults.interface;
        instance_.version = defaults.version;
        instance_.garp = defaults.garp;
        instance_.multicast_group = defaults.multicast_group;
        instance_.skip_check_adv_addr = defaults.skip_check_adv_addr;
        instance_.origin = reading.origin(block);
    }

    std::optional<model::Instance> read() {
        // Other words are about these.
        if (auto const* const s = block_.find("interface"); s != nullptr && s->argument(1) != nullptr)
            instance_.interface = s->argument(1)->text;
        if (auto const* const s = block_.find("version"))
            instance_.version = static_cast<int>(read_number(reading_, *s, 2, 3).value_or(instance_.version));
        for (auto const& statement : block_.block)
            if (statement.known != nullptr && !statement.is_void) read_word(statement);
        keep_one_family();
        judge_interface();
        judge_state();
        judge_interval();
        judge_authentication();
        if (instance_.addresses.empty())
            reading_.reporter.warn(block_.keyword().position, "no-vip",
                                   fmt::format("vrrp_instance {} has no virtual_ipaddress", instance_.name));
        judge_peers();
        if (!usable_) return std::nullopt;
        return std::move(instance_);
    }

private:
    void read_word(Statement const& s) {
        auto const name = s.name();
        if (name == "track_interface")
            read_tracked_interfaces(reading_, s, instance_.interface, instance_.track_interfaces);
        else if (name == "virtual_ipaddress")
            read_virtual_addresses(reading_, s, instance_.addresses);
        else if (name == "virtual_ipaddress_excluded")
            read_virtual_addresses(reading_, s, instance_.excluded);
        else if (name == "virtual_routes")
            read_virtual_routes(reading_, s, instance_.routes);
        else if (name == "virtual_rules")
            check_rules(reading_, s);
        else if (name == "authentication")
            authentication_ = &s;
        else if (name == "nopreempt")
            instance_.preempt = false;
        else if (name == "preempt")
            instance_.preempt = true;
        else if (name == "dont_track_primary")
            instance_.track_primary = false;
        else if (name == "skip_check_adv_addr")
            instance_.skip_check_adv_addr = read_switch(reading_, s).value_or(instance_.skip_check_adv_addr);
        else if (name == "strict_mode")
            strict_ = read_switch(reading_, s).value_or(strict_);
        else if (s.argument(1) != nullptr)
            read_argument(s);
    }

    void read_argument(Statement const& s) {
        auto const name = s.name();
        if (name == "state")
            read_state(*s.argument(1));
        else if (name == "virtual_router_id")
            read_small(s, instance_.virtual_router_id);
        else if (name == "priority")
            read_priority(s);
        else if (name == "advert_int")
            instance_.advert_interval =
                read_timer(reading_, s, 10ms, longest_v2_interval).value_or(instance_.advert_interval);
        else if (name == "preempt_delay")
            instance_.preempt_delay = read_timer(reading_, s, 0s, 1000s).value_or(instance_.preempt_delay);
        else if (name == "mcast_src_ip")
            read_source(s);
        else if (!read_garp_word(reading_, s, "", instance_.garp))
            read_notify(s);
    }

    void read_small(Statement const& s, std::uint8_t& value) {
        if (auto const number = read_number(reading_, s, 1, 255)) value = static_cast<std::uint8_t>(*number);
    }

    /// keepalived goes back to 100 even when an earlier line was right.
    void read_priority(Statement const& s) {
        instance_.priority = 100;
        read_small(s, instance_.priority);
    }

    void read_state(Token const& word) {
        instance_.state = model::StateHint::backup;
        if (word.text == "MASTER")
            instance_.state = model::StateHint::master;
        else if (word.text != "BACKUP")
            reading_.reporter.warn(
                word.position, "bad-word",
                fmt::format("`{}` is no state (MASTER or BACKUP, in capitals): BACKUP is used", word.text),
                word.text == "master" || word.text == "Master" ? "MASTER" : "");
    }

    void read_source(Statement const& s) {
        auto const address = read_address(reading_, s);
        if (!address) return;
        instance_.source = address;
        auto const own = reading_.host.addresses();
        if (own && std::ranges::none_of(*own, [&](Prefix const& prefix) { return prefix.address == *address; }))
            reading_.reporter.advise(s.argument(1)->position, "foreign-source",
                                     fmt::format("{} is no address of this host: adverts are sent from the primary "
                                                 "address of {} instead (the director that does "
                                                 "own it would drop them as martian, and both would be MASTER)",
                                                 address->text(), instance_.interface));
    }

    /// Of scripts, unlike other words, keepalived takes the first.
    void read_notify(Statement const& s) {
        struct Row {
            std::string_view name;
            model::Script model::NotifyScripts::*script;
        };
        static constexpr std::array rows{
            Row{"notify_master", &model::NotifyScripts::master}, Row{"notify_backup", &model::NotifyScripts::backup},
            Row{"notify_fault", &model::NotifyScripts::fault},   Row{"notify_stop", &model::NotifyScripts::stop},
            Row{"notify", &model::NotifyScripts::any},
        };
        auto const row = std::ranges::find(rows, s.name(), &Row::name);
        if (row == rows.end()) return;
        auto& script = instance_.notify.*row->script;
        if (script.empty())
            script = read_script(reading_, s);
        else
            reading_.reporter.warn(
                s.keyword().position, "repeated-script",
                fmt::format("`{}` was given before: of scripts the first one counts, this one is ignored", s.name()));
    }

    /// keepalived: the first address tells the family. IPv6 needs VRRP version 3.
    void keep_one_family() {
        if (instance_.addresses.empty()) return;
        auto const family = instance_.addresses.front().prefix.address.family();
        if (family == Family::v6) {
            instance_.version = 3;
            reading_.reporter.note_once(
                "not-yet ipv6", block_.keyword().position, "not-yet",
                "IPv6 addresses are known, but not carried out yet: instances with them stay in FAULT");
        }
        auto const other_family = [&](model::VirtualAddress const& address) {
            return address.prefix.address.family() != family;
        };
        for (auto const* list : {block_.find("virtual_ipaddress")})
            if (list != nullptr && std::ranges::any_of(instance_.addresses, other_family))
                complain_family(*list, family);
        std::erase_if(instance_.addresses, other_family);
        std::erase_if(instance_.excluded, [&](model::VirtualAddress const& address) {
            if (address.prefix.address.is_v4()) return false;
            reading_.reporter.note_once(
                "not-yet ipv6 excluded", block_.keyword().position, "not-yet",
                "IPv6 addresses are known, but not carried out yet: those in virtual_ipaddress_excluded are left out");
            return true;
        });
    }

    void complain_family(Statement const& list, Family family) {
        for (auto const& line : list.block) {
            auto const address = Address::parse(line.name().substr(0, line.name().find('/')));
            if (address && address->family() != family)
                reading_.reporter.warn(
                    line.keyword().position, "mixed-families",
                    fmt::format("the addresses of an instance are of one family, that of the first: {} is left out",
                                address->text()));
        }
    }

    void judge_interface() {
        auto const* const given = block_.find("interface");
        if (instance_.interface.empty()) return leave_out("no-interface", "names no interface");
        if (instance_.virtual_router_id == 0) leave_out("no-vrid", "has no usable virtual_router_id");
        if (reading_.has_interface(instance_.interface)) return;
        auto const place = given == nullptr || given->argument(1) == nullptr ? block_.keyword().position
                                                                             : given->argument(1)->position;
        reading_.reporter.warn_once(
            "interface " + instance_.interface, place, "no-interface",
            fmt::format("there is no interface {} on this host: the instance is in FAULT until it appears",
                        instance_.interface));
    }

    Position place_of(std::string_view word) const {
        auto const* const statement = block_.find(word);
        return statement == nullptr ? block_.keyword().position : statement->keyword().position;
    }

    void judge_state() {
        if (strict_ && instance_.state == model::StateHint::master && instance_.priority != owner) {
            reading_.reporter.warn(
                place_of("state"), "strict-state",
                "with vrrp_strict only the owner of the addresses (priority 255) may begin as MASTER: BACKUP is used");
            instance_.state = model::StateHint::backup;
        }
        bool const master = instance_.state == model::StateHint::master;
        if (!instance_.preempt && master) {
            reading_.reporter.warn(
                place_of("nopreempt"), "nopreempt-master",
                "`nopreempt` does not go with `state MASTER`: it is ignored (write `state BACKUP` on both directors)");
            instance_.preempt = true;
        }
        if (instance_.preempt_delay == Duration{0} || (!master && instance_.preempt)) return;
        reading_.reporter.warn(
            place_of("preempt_delay"), "preempt-delay",
            fmt::format("`preempt_delay` does not go with `{}`: it is ignored", master ? "state MASTER" : "nopreempt"));
        instance_.preempt_delay = Duration{0};
    }

    void judge_interval() {
        auto& interval = instance_.advert_interval;
        if (instance_.version == 3) {
            if (interval <= longest_v3_interval) return;
            interval = longest_v3_interval;
            reading_.reporter.warn(place_of("advert_int"), "advert-interval",
                                   "VRRP version 3 has at most 40.95 seconds: that is used");
            return;
        }
        auto const whole = std::max<Duration>(std::chrono::round<std::chrono::seconds>(interval), 1s);
        if (whole == interval) return;
        reading_.reporter.warn(place_of("advert_int"), "advert-interval",
                               fmt::format("VRRP version 2 counts in whole seconds: {} is used", in_seconds(whole)));
        interval = whole;
    }

    void judge_authentication() {
        if (authentication_ == nullptr) return;
        auto const* const type = authentication_->find("auth_type");
        auto const* const pass = authentication_->find("auth_pass");
        auto const* const kind = type == nullptr ? nullptr : type->argument(1);
        auto const* const password = pass == nullptr ? nullptr : pass->argument(1);
        if (kind == nullptr) {
            if (password != nullptr)
                reading_.reporter.advise(
                    pass->keyword().position, "no-auth-type",
                    "without `auth_type PASS` the password is not used: adverts go out without authentication");
            return;
        }
        if (kind->text == "AH") {
            reading_.reporter.note_once(
                "not-yet AH", kind->position, "not-yet",
                "`auth_type AH` is known, but not carried out yet: instances with it are left out");
            usable_ = false;
        } else if (kind->text != "PASS") {
            reading_.reporter.warn(
                kind->position, "bad-word",
                fmt::format("`{}` is no auth_type (PASS or AH, in capitals): adverts go out without authentication",
                            kind->text));
        } else if (password == nullptr) {
            complain_no_password(*type);
        } else if (instance_.version == 3 || strict_) {
            reading_.reporter.warn(type->keyword().position, "no-authentication",
                                   fmt::format("{} has no authentication: it is ignored",
                                               strict_ && instance_.version == 2 ? "vrrp_strict" : "VRRP version 3"));
        } else {
            take_password(*password);
        }
    }

    /// One message is enough: if a misspelt word is the reason, that is where the consequence is told.
    void complain_no_password(Statement const& type) {
        constexpr std::string_view consequence = "; without a password the instance runs without authentication";
        for (auto const& statement : authentication_->block)
            if (statement.complaint) return reading_.reporter.extend(*statement.complaint, consequence);
        if (authentication_->find("auth_pass") == nullptr)
            reading_.reporter.warn(type.keyword().position, "no-password",
                                   "`auth_type PASS` without `auth_pass`: the instance runs without authentication");
    }

    void take_password(Token const& password) {
        instance_.authentication.type = model::Authentication::Type::pass;
        instance_.authentication.password = password.text.substr(0, longest_password);
        if (password.text.size() > longest_password)
            reading_.reporter.warn(
                password.position, "long-password",
                fmt::format("only the first {} characters of a password go on the wire", longest_password));
    }

    /// Adverts that the peers would not hear make two masters: better none from here.
    void judge_peers() {
        auto const* const peers = block_.find("unicast_peer");
        auto const* const source = block_.find("unicast_src_ip");
        if (usable_peers(peers, source) == 0) return;
        reading_.reporter.advise_once("unicast left out", peers->keyword().position, "unicast-left-out",
                                      "this version would send by multicast, which the peers do not hear: an instance "
                                      "with unicast_peer is left out");
        usable_ = false;
    }

    std::size_t usable_peers(Statement const* peers, Statement const* source) {
        std::size_t usable = 0;
        if (peers != nullptr)
            for (auto const& line : peers->block) usable += check_unicast_address(line.keyword()) ? 1 : 0;
        if (source != nullptr && source->argument(1) != nullptr) check_unicast_address(*source->argument(1));
        if ((peers != nullptr || source != nullptr) && usable == 0)
            reading_.reporter.warn((peers != nullptr ? peers : source)->keyword().position, "no-unicast-peer",
                                   "unicast without a peer: multicast is used");
        return usable;
    }

    bool check_unicast_address(Token const& word) {
        auto const address = Address::parse(word.text.substr(0, word.text.find('/')));
        bool const fits = address && (instance_.addresses.empty() ||
                                      address->family() == instance_.addresses.front().prefix.address.family());
        if (!fits)
            reading_.reporter.warn(word.position, "bad-address",
                                   fmt::format("`{}` is no IP address{}; it is ignored", word.text,
                                               address ? " of the family of the virtual ones" : ""));
        return fits;
    }

    void leave_out(std::string_view code, std::string_view why) {
        reading_.reporter.warn(block_.keyword().position, code,
                               fmt::format("vrrp_instance {} {}: it is left out", instance_.name, why));
        usable_ = false;
    }

    Reading& reading_;
    Statement const& block_;
    bool strict_;
    bool usable_ = true;
    Statement const* authentication_ = nullptr;
    model::Instance instance_;
};

}  // namespace

std::optional<model::Instance> read_instance(Reading& reading, Statement const& block,
                                             InstanceDefaults const& defaults) {
    if (block.argument(1) == nullptr || !block.has_block || block.is_void) return std::nullopt;
    return InstanceReader(reading, block, defaults).read();
}

}  // namespace drover::config
