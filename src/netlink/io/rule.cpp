#include "netlink/io/rule.h"

#include <linux/fib_rules.h>

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

}  // namespace

Result<Outcome> add_rule(Socket& socket, Rule const& rule) {
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
