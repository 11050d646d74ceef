#include "config/read_instance.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/mac.h"
#include "config/notify_words.h"
#include "config/read_addresses.h"
#include "config/read_authentication.h"
#include "config/read_mail.h"
#include "config/read_routes.h"
#include "config/read_rules.h"
#include "config/read_tracking.h"
#include "config/read_unicast.h"
#include "config/shared_words.h"

namespace drover::config {

namespace {

constexpr auto longest_v2_interval = 255s;          // 8 bits of seconds
constexpr auto longest_v3_interval = 40'950'000us;  // 12 bits of centiseconds
constexpr int owner = 255;
constexpr std::size_t longest_interface = 15;  // IFNAMSIZ - 1

class InstanceReader {
public:
    InstanceReader(Reading& reading, Statement const& block, InstanceDefaults const& defaults)
        : reading_(reading),
          block_(block),
          defaults_(defaults),
          strict_(defaults.strict),
          instance_(defaults.instance) {
        instance_.name = block.argument(1)->text;
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
        choose_group();
        read_unicast(reading_, block_.find("unicast_peer"), block_.find("unicast_src_ip"),
                     block_.find("unicast_fault_no_peer"), instance_);
        choose_vmac();
        judge_interface();
        judge_state();
        judge_interval();
        if (authentication_ != nullptr) read_authentication(reading_, *authentication_, strict_, instance_);
        if (strict_) judge_strict();
        choose_acceptance();
        if (instance_.addresses.empty() && block_.find("no_virtual_ipaddress") == nullptr)
            reading_.reporter.warn(block_.keyword().position, "no-vip",
                                   fmt::format("vrrp_instance {} has no virtual_ipaddress", instance_.name));
        if (!usable_) return std::nullopt;
        return std::move(instance_);
    }

private:
    void read_word(Statement const& s) {
        auto const name = s.name();
        if (name == "track_interface")
            read_tracked_interfaces(reading_, s, instance_.interface, instance_.track_interfaces);
        else if (name == "track_script" || name == "track_file" || name == "track_process")
            read_tracked_objects(reading_, s, defaults_.tracking, instance_.tracks);
        else if (name == "virtual_ipaddress")
            read_virtual_addresses(reading_, s, instance_.addresses);
        else if (name == "virtual_ipaddress_excluded")
            read_virtual_addresses(reading_, s, instance_.excluded);
        else if (name == "virtual_routes")
            read_virtual_routes(reading_, s, instance_.routes);
        else if (name == "virtual_rules")
            read_rules(reading_, s, instance_.rules);
        else if (name == "authentication")
            authentication_ = &s;
        else if (name == "nopreempt")
            instance_.preempt = false;
        else if (name == "preempt")
            instance_.preempt = true;
        else if (name == "dont_track_primary")
            instance_.track_primary = false;
        else if (name == "native_ipv6")
            native_ipv6_ = true;
        else if (name == "track_src_ip")
            instance_.track_source = true;
        else if (name == "promote_secondaries")
            instance_.promote_secondaries = true;
        else if (name == "use_vmac")
            vmac_ = &s;
        else if (name == "vmac_xmit_base")
            xmit_base_ = &s;
        else if (name == "accept" || name == "no_accept")
            accepts_ = name == "accept";
        else if (name == "timer_expired_backup")
            read_rival(s);
        else if (name == "smtp_alert")
            instance_.smtp_alert = read_alert(reading_, s);
        else if (name == "strict_mode")
            strict_ = read_switch(reading_, s).value_or(strict_);
        else if (name.starts_with("notify"))
            read_notify_word(reading_, s, instance_.notify);
        else if (!read_shared_word(reading_, s, "", instance_) && s.argument(1) != nullptr)
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
        else if (name == "mcast_dst_ip")
            group_ = read_address(reading_, s);
        else if (name == "unicast_ttl")
            instance_.unicast_ttl =
                static_cast<std::uint8_t>(read_number(reading_, s, 0, 255).value_or(instance_.unicast_ttl));
    }

    void read_small(Statement const& s, std::uint8_t& value) {
        if (auto const number = read_number(reading_, s, 1, 255)) value = static_cast<std::uint8_t>(*number);
    }

    /// keepalived goes back to 100 even when an earlier line was right.
    void read_priority(Statement const& s) {
        instance_.priority = 100;
        read_small(s, instance_.priority);
    }

    void read_rival(Statement const& s) {
        constexpr std::uint8_t highest = owner - 1;
        instance_.rival_priority = highest;
        if (s.argument(1) != nullptr)
            instance_.rival_priority = static_cast<std::uint8_t>(read_number(reading_, s, 1, highest).value_or(highest));
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

    /// keepalived: the first address tells the family. IPv6 needs VRRP version 3.
    void keep_one_family() {
        auto const family = instance_.addresses.empty() ? family_without_address()
                                                        : instance_.addresses.front().prefix.address.family();
        instance_.family = family;
        if (family == Family::v6) instance_.version = 3;
        auto const is_other = [&](model::VirtualAddress const& address) {
            return address.prefix.address.family() != family;
        };
        auto const* const list = block_.find("virtual_ipaddress");
        if (list != nullptr && std::ranges::any_of(instance_.addresses, is_other)) complain_family(*list, family);
        std::erase_if(instance_.addresses, is_other);
        bool const has_v6 = family == Family::v6 && list != nullptr && !instance_.addresses.empty();
        if (strict_ && has_v6 && !is_link_local(instance_.addresses.front()))
            reading_.reporter.warn(list->keyword().position, "strict-link-local",
                                   "with vrrp_strict the first IPv6 address must be a link-local one (RFC 5798 5.2.9)");
    }

    static bool is_link_local(model::VirtualAddress const& address) {
        static Prefix const link_local{*Address::parse("fe80::"), 10};
        return link_local.contains(address.prefix.address);
    }

    Family family_without_address() const {
        auto const* const peers = block_.find("unicast_peer");
        auto const peer = peers == nullptr || peers->block.empty() ? std::nullopt
                                                                   : Address::parse(peers->block.front().name());
        return native_ipv6_ || (peer && !peer->is_v4()) ? Family::v6 : Family::v4;
    }

    void choose_group() {
        if (instance_.family == Family::v6) instance_.multicast_group = defaults_.multicast_group6;
        if (!group_) return;
        if (group_->is_multicast() && group_->family() == instance_.family)
            instance_.multicast_group = *group_;
        else
            reading_.reporter.warn(place_of("mcast_dst_ip"), "no-multicast",
                                   fmt::format("{} is no multicast address of the family of the virtual addresses: {} "
                                               "is used",
                                               group_->text(), instance_.multicast_group.text()));
    }

    void choose_vmac() {
        if (vmac_ == nullptr) {
            if (xmit_base_ != nullptr)
                reading_.reporter.warn(xmit_base_->keyword().position, "no-vmac",
                                       "`vmac_xmit_base` without `use_vmac` is without effect");
            return;
        }
        auto name = fmt::format("{}{}.{}", defaults_.vmac_prefix, instance_.family == Family::v6 ? "6" : "",
                                instance_.virtual_router_id);
        for (std::size_t i = 1; i < vmac_->words.size() && i <= 2; ++i) {
            auto const& word = vmac_->words[i];
            if (Mac::parse(word.text))
                reading_.reporter.note_once("not-yet vmac address", word.position, "not-yet",
                                            "a MAC address of one's own for `use_vmac` is known, but not carried out "
                                            "yet: it is 00:00:5e:00:01:VRID, or 02 for IPv6");
            else if (word.text.size() <= longest_interface)
                name = word.text;
            else
                reading_.reporter.warn(word.position, "long-name",
                                       fmt::format("an interface's name has at most {} characters: {} is used",
                                                   longest_interface, name));
        }
        instance_.vmac = model::VirtualMac{std::move(name), xmit_base_ != nullptr};
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

    /// keepalived 2.2.7 puts right what RFC 3768 and RFC 5798 do not know.
    void judge_strict() {
        auto const reset = [this](std::string_view word, auto& value, auto const& allowed) {
            if (value == allowed) return;
            value = allowed;
            reading_.reporter.warn(place_of(word), "strict", fmt::format("`{}` does not go with vrrp_strict: it is ignored", word));
        };
        reset("preempt_delay", instance_.preempt_delay, Duration{0});
        reset("down_timer_adverts", instance_.down_adverts, model::Instance{}.down_adverts);
        reset("higher_prio_send_advert", instance_.higher_prio_send_advert, false);
        if (block_.find("lower_prio_no_advert") == nullptr) instance_.lower_prio_no_advert = true;
        reset("lower_prio_no_advert", instance_.lower_prio_no_advert, true);
        forgo_lower("garp_lower_prio_repeat");
        forgo_lower("garp_lower_prio_delay");
        if (instance_.vmac) reset("vmac_xmit_base", instance_.vmac->xmit_base, false);
        if (instance_.version == 2 && accepts_ == true) {
            reading_.reporter.warn(place_of("accept"), "strict", "RFC 3768 has no accept mode: `accept` is ignored");
            accepts_.reset();
        }
    }

    /// A strict master answers an advert of lower priority with nothing at all.
    void forgo_lower(std::string_view word) {
        instance_.garp.lower_repeat = 0;
        instance_.garp.lower_delay = Duration{0};
        if (block_.find(word) != nullptr)
            reading_.reporter.warn(place_of(word), "strict", fmt::format("`{}` does not go with vrrp_strict: it is ignored", word));
    }

    void choose_acceptance() {
        bool const is_owner = instance_.priority == owner;
        instance_.accepts = is_owner || accepts_.value_or(!strict_);
    }

    void leave_out(std::string_view code, std::string_view why) {
        reading_.reporter.warn(block_.keyword().position, code,
                               fmt::format("vrrp_instance {} {}: it is left out", instance_.name, why));
        usable_ = false;
    }

    Reading& reading_;
    Statement const& block_;
    InstanceDefaults const& defaults_;
    bool strict_;
    bool usable_ = true;
    bool native_ipv6_ = false;
    std::optional<bool> accepts_;  ///< accept, no_accept
    std::optional<Address> group_;  ///< mcast_dst_ip
    Statement const* authentication_ = nullptr;
    Statement const* vmac_ = nullptr;
    Statement const* xmit_base_ = nullptr;
    model::Instance instance_;
};

}  // namespace

std::optional<model::Instance> read_instance(Reading& reading, Statement const& block,
                                             InstanceDefaults const& defaults) {
    if (block.argument(1) == nullptr || !block.has_block || block.is_void) return std::nullopt;
    return InstanceReader(reading, block, defaults).read();
}

}  // namespace drover::config
