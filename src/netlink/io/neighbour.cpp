#include "netlink/io/neighbour.h"

#include <linux/neighbour.h>

#include "netlink/io/message.h"
#include "netlink/io/read.h"

namespace drover::netlink {
namespace {

ndmsg& put_header(Message& message, int ifindex, Address const& address) {
    auto& header = message.header<ndmsg>();
    header.ndm_family = kernel_family(address);
    header.ndm_ifindex = ifindex;
    return header;
}

std::string sentence(std::string_view verb, int ifindex, Address const& address) {
    return std::string(verb) + " neighbour " + address.text() + " on interface " + std::to_string(ifindex);
}

/// In which the kernel tells ages: USER_HZ is 100 everywhere.
constexpr Duration kUserTick = 10ms;

bool is_fixed(NeighbourState state) {
    return state == NeighbourState::permanent || state == NeighbourState::noarp;
}

/// An entry that somebody set by hand: a probe would turn it into an ordinary one.
Result<bool> is_fixed(Socket& socket, int ifindex, Address const& address) {
    auto const known = neighbour_get(socket, ifindex, address);
    if (!known) return std::unexpected(known.error());
    return *known && is_fixed((*known)->state);
}

/// Without NUD_PROBE the kernel only resolves what it does not know, and checks a stale entry after five seconds.
Result<void> resolve(Socket& socket, int ifindex, Address const& address, bool managed) {
    Message message(RTM_NEWNEIGH, NLM_F_CREATE);
    put_header(message, ifindex, address).ndm_flags = NTF_USE;
    message.put(NDA_DST, address);
    if (managed) message.put(NDA_FLAGS_EXT, std::uint32_t{NTF_EXT_MANAGED});
    return socket.change(message, sentence("resolve", ifindex, address));
}

}  // namespace

bool Neighbour::usable() const {
    if (!mac) return false;
    switch (state) {
        case NeighbourState::reachable:
        case NeighbourState::stale:
        case NeighbourState::delay:
        case NeighbourState::probe:
        case NeighbourState::noarp:
        case NeighbourState::permanent:
            return true;
        case NeighbourState::none:
        case NeighbourState::incomplete:
        case NeighbourState::failed:
            return false;
    }
    return false;
}

std::optional<Neighbour> read_neighbour(nlmsghdr const& message) {
    auto const* const header = header_of<ndmsg>(message);
    if (!header || (header->ndm_family != AF_INET && header->ndm_family != AF_INET6)) return std::nullopt;
    if (header->ndm_flags & NTF_PROXY) return std::nullopt;
    Attributes const attributes(message, sizeof *header);
    auto const address = attributes.address(NDA_DST);
    if (!address) return std::nullopt;
    return Neighbour{header->ndm_ifindex, *address, attributes.mac(NDA_LLADDR),
                     static_cast<NeighbourState>(header->ndm_state)};
}

Result<std::vector<Neighbour>> neighbours(Socket& socket) {
    Message message(RTM_GETNEIGH, 0);
    message.header<ndmsg>();
    return dump<Neighbour>(socket, message, "list the neighbours", read_neighbour);
}

Result<std::optional<Neighbour>> neighbour_get(Socket& socket, int ifindex, Address const& address) {
    Message message(RTM_GETNEIGH, 0);
    put_header(message, ifindex, address);
    message.put(NDA_DST, address);
    std::optional<Neighbour> found;
    auto const asked = socket.ask(message, sentence("look up", ifindex, address),
                                  [&](nlmsghdr const& answer) { found = read_neighbour(answer); });
    if (!asked && asked.error().code != ENOENT) return std::unexpected(asked.error());
    return found;
}

Result<bool> heard_of(Socket& socket, int ifindex, Address const& address, Duration ago) {
    Message message(RTM_GETNEIGH, 0);
    put_header(message, ifindex, address);
    message.put(NDA_DST, address);
    bool heard = false;
    auto const asked = socket.ask(message, sentence("look up", ifindex, address), [&](nlmsghdr const& answer) {
        auto const neighbour = read_neighbour(answer);
        if (!neighbour) return;
        auto const* const times = Attributes(answer, sizeof(ndmsg)).find(NDA_CACHEINFO);
        heard = is_fixed(neighbour->state);
        if (heard || times == nullptr || mnl_attr_get_payload_len(times) < sizeof(nda_cacheinfo)) return;
        auto const ticks = static_cast<nda_cacheinfo const*>(mnl_attr_get_payload(times))->ndm_confirmed;
        heard = ticks * kUserTick <= ago;
    });
    if (!asked && asked.error().code != ENOENT) return std::unexpected(asked.error());
    return heard;
}

Result<void> replace_neighbour(Socket& socket, Neighbour const& neighbour) {
    Message message(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE);
    put_header(message, neighbour.ifindex, neighbour.address).ndm_state = static_cast<std::uint16_t>(neighbour.state);
    message.put(NDA_DST, neighbour.address);
    if (neighbour.mac) message.put(NDA_LLADDR, *neighbour.mac);
    return socket.change(message, sentence("set", neighbour.ifindex, neighbour.address));
}

Result<Outcome> delete_neighbour(Socket& socket, int ifindex, Address const& address) {
    Message message(RTM_DELNEIGH, 0);
    put_header(message, ifindex, address);
    message.put(NDA_DST, address);
    return change(socket, message, sentence("delete", ifindex, address), {ENOENT});
}

Result<void> probe_neighbour(Socket& socket, int ifindex, Address const& address) {
    auto const fixed = is_fixed(socket, ifindex, address);
    if (!fixed) return std::unexpected(fixed.error());
    if (*fixed) return {};
    Message message(RTM_NEWNEIGH, NLM_F_REPLACE);
    put_header(message, ifindex, address).ndm_state = NUD_PROBE;
    message.put(NDA_DST, address);
    auto const done = socket.change(message, sentence("probe", ifindex, address));
    if (done) return done;
    // ENOENT: no entry; EINVAL: an entry without a MAC address.
    if (done.error().code != ENOENT && done.error().code != EINVAL) return done;
    return resolve(socket, ifindex, address, false);
}

Result<void> manage_neighbour(Socket& socket, int ifindex, Address const& address) {
    auto const fixed = is_fixed(socket, ifindex, address);
    if (!fixed) return std::unexpected(fixed.error());
    if (*fixed) return {};
    return resolve(socket, ifindex, address, true);
}

}  // namespace drover::netlink
