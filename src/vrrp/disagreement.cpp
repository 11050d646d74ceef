#include "vrrp/disagreement.h"

#include <algorithm>

#include <fmt/core.h>

namespace drover::vrrp {

namespace {

std::string joined(std::vector<Address> const& addresses) {
    std::string text;
    for (auto const& address : addresses) text += (text.empty() ? "" : ", ") + address.text();
    return text.empty() ? "none" : text;
}

}  // namespace

// keepalived up to 2.3.0 drops such an advert, and then both are master; later ones only say it, as we do.
std::string other_addresses(Address const& from, std::vector<Address> const& theirs, std::vector<Address> const& ours) {
    if (std::ranges::is_permutation(theirs, ours)) return {};
    return fmt::format("{} advertises other virtual addresses ({}) than are configured here ({})", from.text(),
                       joined(theirs), joined(ours));
}

// Both kinds are believed here; the peer may be less generous.
std::string other_checksums(Address const& from, Coverage theirs, model::Instance const& instance) {
    if (instance.version != 3 || instance.family != Family::v4 || theirs == dialect_of(instance).coverage) return {};
    bool const bare = theirs == Coverage::message;
    return fmt::format("{} sends checksums {} the pseudo-header (RFC {}), unlike this director: see v3_checksum_as_v2",
                       from.text(), bare ? "without" : "with", bare ? "9568" : "5798");
}

}  // namespace drover::vrrp
