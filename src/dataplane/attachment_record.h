// What has to be known of an attachment for as long as it lives, whichever daemon made it: the offloads that were
// switched off for it, to be switched on again at its end, and why it is not in a better mode.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace drover::dataplane {

struct AttachmentRecord {
    std::vector<std::string> switched_off;  ///< names as the kernel spells them: "rx-gro"
    std::string reason;                     ///< model::AttachmentObserved::reason
    bool operator==(AttachmentRecord const&) const = default;
};

/// One line: "rx-lro rx-gro: native XDP refused by veth: ...". Never empty.
std::string text(AttachmentRecord const& record);
AttachmentRecord attachment_record(std::string_view text);

}  // namespace drover::dataplane
