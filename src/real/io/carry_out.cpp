#include "real/io/carry_out.h"

#include <optional>

#include "netlink/io/address.h"
#include "netlink/io/link.h"
#include "netlink/io/sysctl.h"
#include "real/host.h"

namespace drover::real {
namespace {

class Hand {
public:
    explicit Hand(netlink::Socket& socket) : socket_(socket) {}

    Result<void> operator()(SetLoopback const& c) {
        auto const lo = netlink::link_named(socket_, loopback);
        if (!lo) return std::unexpected(lo.error());
        return netlink::set_up(socket_, *lo, c.up);
    }

    Result<void> operator()(SetSysctl const& c) { return netlink::set_ipv4_conf(c.interface, c.name, c.value); }

    Result<void> operator()(AddAddress const& c) {
        auto const address = on_loopback(c.prefix, c.label);
        if (!address) return std::unexpected(address.error());
        return whatever_the_outcome(netlink::add_address(socket_, *address, loopback));
    }

    Result<void> operator()(DeleteAddress const& c) {
        auto const address = on_loopback(c.prefix, c.label);
        if (!address) return std::unexpected(address.error());
        return whatever_the_outcome(netlink::delete_address(socket_, *address, loopback));
    }

private:
    Result<netlink::InterfaceAddress> on_loopback(Prefix const& prefix, std::string const& label) {
        auto const lo = netlink::link_named(socket_, loopback);
        if (!lo) return std::unexpected(lo.error());
        netlink::InterfaceAddress address;
        address.ifindex = lo->index;
        address.prefix = prefix;
        address.label = label;
        address.scope = netlink::Scope::host;
        address.no_dad = !prefix.address.is_v4();
        return address;
    }
    static Result<void> whatever_the_outcome(Result<netlink::Outcome> const& result) {
        if (!result) return std::unexpected(result.error());
        return {};
    }

    netlink::Socket& socket_;
};

Result<void> carry_out(netlink::Socket& socket, Change const& change) { return std::visit(Hand(socket), change); }

/// What remains of the first `count` changes after taking them back, as the end of a sentence.
std::string take_back(netlink::Socket& socket, std::vector<Change> const& changes, std::size_t count) {
    std::string left;
    for (auto i = count; i-- > 0;)
        if (auto const undone = carry_out(socket, opposite(changes[i])); !undone)
            left += "; " + done_text(changes[i]) + " and could not be taken back: " + undone.error().message;
    if (!left.empty()) return left;
    return count == 0 ? "; nothing was changed" : "; what was done before was taken back";
}

}  // namespace

Result<void> carry_out_all(netlink::Socket& socket, std::vector<Change> const& changes) {
    for (std::size_t i = 0; i < changes.size(); ++i)
        if (auto const done = carry_out(socket, changes[i]); !done)
            return fail(done.error().message + take_back(socket, changes, i), done.error().code);
    return {};
}

Result<void> carry_out_most(netlink::Socket& socket, std::vector<Change> const& changes) {
    std::optional<Error> failed;
    for (auto const& change : changes)
        if (auto const done = carry_out(socket, change); !done)
            failed = Error{(failed ? failed->message + "; " : "") + done.error().message, done.error().code};
    if (failed) return std::unexpected(*failed);
    return {};
}

}  // namespace drover::real
