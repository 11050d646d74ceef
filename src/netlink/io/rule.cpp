#include "netlink/io/rule.h"

#include <linux/fib_rules.h>

#include <algorithm>

#include "netlink/io/message.h"

namespace drover::netlink {
namespace {

std::string sentence(std::string_view verb, Rule const& rule) {
    auto text = std::string(verb) + " rule from " + (rule.from ? rule.from->text() : "all");
    if (rule.to) text += " to " + rule.to->text();
    if (rule.action == RuleAction::table) text += " lookup " + std::to_string(rule.table);
    return text;
}

void fill(Message& message, Rule const& rule) {
    auto& header = message.header<fib_rule_hdr>();
    header.family = rule.family == Family::v4 ? AF_INET : AF_INET6;
    header.src_len = rule.from ? rule.from->length : 0;
    header.dst_len = rule.to ? rule.to->length : 0;
    header.tos = rule.tos;
    header.action = static_cast<std::uint8_t>(rule.action);
    message.put(FRA_PROTOCOL, protocol_keepalived);
    if (rule.from) message.put(FRA_SRC, rule.from->address);
    if (rule.to) message.put(FRA_DST, rule.to->address);
    if (rule.preference) message.put(FRA_PRIORITY, *rule.preference);
    if (rule.mark) message.put(FRA_FWMARK, *rule.mark);
    if (rule.mask) message.put(FRA_FWMASK, *rule.mask);
    if (!rule.iif.empty()) message.put(FRA_IIFNAME, rule.iif);
    if (!rule.oif.empty()) message.put(FRA_OIFNAME, rule.oif);
    if (rule.action == RuleAction::table) message.put(FRA_TABLE, rule.table);
}

std::optional<Prefix> prefix_of(Attributes const& attributes, std::uint16_t type, std::uint8_t length) {
    auto const address = attributes.address(type);
    return address ? std::optional(Prefix{*address, length}) : std::nullopt;
}

std::optional<Rule> read_rule(nlmsghdr const& message) {
    auto const* const header = header_of<fib_rule_hdr>(message);
    if (!header || (header->family != AF_INET && header->family != AF_INET6)) return std::nullopt;
    Attributes const attributes(message, sizeof *header);
    Rule rule;
    rule.family = header->family == AF_INET ? Family::v4 : Family::v6;
    rule.from = prefix_of(attributes, FRA_SRC, header->src_len);
    rule.to = prefix_of(attributes, FRA_DST, header->dst_len);
    rule.preference = attributes.u32(FRA_PRIORITY);
    rule.mark = attributes.u32(FRA_FWMARK);
    rule.mask = attributes.u32(FRA_FWMASK);
    rule.tos = header->tos;
    rule.iif = attributes.text(FRA_IIFNAME);
    rule.oif = attributes.text(FRA_OIFNAME);
    rule.action = static_cast<RuleAction>(header->action);
    rule.table = attributes.u32(FRA_TABLE).value_or(header->table);
    return rule;
}

/// But for the preference, which the kernel has chosen.
bool is_same(Rule is, Rule wanted) {
    is.preference = wanted.preference;
    if (!wanted.mask) is.mask.reset();  // the kernel's is all ones then
    if (wanted.action != RuleAction::table) is.table = wanted.table;
    return is == wanted;
}

/// Asked for one without preference: the kernel would make one beside the other.
Result<bool> has_rule(Socket& socket, Rule const& rule) {
    Message message(RTM_GETRULE, 0);
    message.header<fib_rule_hdr>().family = rule.family == Family::v4 ? AF_INET : AF_INET6;
    auto const all = dump<Rule>(socket, message, "list the rules", read_rule);
    if (!all) return std::unexpected(all.error());
    return std::ranges::any_of(*all, [&](Rule const& is) { return is_same(is, rule); });
}

}  // namespace

Result<Outcome> add_rule(Socket& socket, Rule const& rule) {
    if (!rule.preference) {
        auto const has = has_rule(socket, rule);
        if (!has) return std::unexpected(has.error());
        if (*has) return Outcome::unchanged;
    }
    Message message(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL);
    fill(message, rule);
    return change(socket, message, sentence("add", rule), {EEXIST});
}

Result<Outcome> delete_rule(Socket& socket, Rule const& rule) {
    Message message(RTM_DELRULE, 0);
    fill(message, rule);
    return change(socket, message, sentence("delete", rule), {ENOENT});
}

}  // namespace drover::netlink
