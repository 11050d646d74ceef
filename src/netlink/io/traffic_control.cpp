#include "netlink/io/traffic_control.h"

#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>

#include "netlink/io/message.h"

namespace drover::netlink {

namespace {

/// A priority is also told of as a whole, with handle 0.
std::optional<Filter> read_filter(nlmsghdr const& message) {
    auto const* const header = header_of<tcmsg>(message);
    if (!header || message.nlmsg_type != RTM_NEWTFILTER || header->tcm_handle == 0) return std::nullopt;
    Attributes const attributes(message, sizeof *header);
    Filter filter;
    filter.priority = header->tcm_info >> 16;
    filter.handle = header->tcm_handle;
    filter.kind = attributes.text(TCA_KIND);
    if (auto const* const options = attributes.find(TCA_OPTIONS); options != nullptr && filter.kind == "bpf")
        filter.program = Attributes(*options).text(TCA_BPF_NAME);
    return filter;
}

/// The interface of a qdisc that can carry filters for packets that come in.
std::optional<int> read_qdisc(nlmsghdr const& message) {
    auto const* const header = header_of<tcmsg>(message);
    if (!header || message.nlmsg_type != RTM_NEWQDISC || header->tcm_parent != TC_H_CLSACT) return std::nullopt;
    return header->tcm_ifindex;
}

}  // namespace

Result<std::vector<Filter>> filters(Socket& socket, int ifindex, Hook hook) {
    Message message(RTM_GETTFILTER, 0);
    auto& header = message.header<tcmsg>();
    header.tcm_ifindex = ifindex;
    header.tcm_parent = TC_H_MAKE(TC_H_CLSACT, hook == Hook::ingress ? TC_H_MIN_INGRESS : TC_H_MIN_EGRESS);
    return dump<Filter>(socket, message, "list the tc filters", read_filter);
}

Result<bool> has_hooks(Socket& socket, int ifindex) {
    Message message(RTM_GETQDISC, 0);
    message.header<tcmsg>().tcm_ifindex = ifindex;
    auto const qdiscs = dump<int>(socket, message, "list the qdiscs", read_qdisc);
    if (!qdiscs) return std::unexpected(qdiscs.error());
    for (int const at : *qdiscs)
        if (at == ifindex) return true;
    return false;
}

}  // namespace drover::netlink
