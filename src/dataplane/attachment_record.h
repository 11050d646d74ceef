// What has to be known of an attachment for as long as it lives, whichever daemon made it: what was done to the interface
// for it, to be undone at its end, and why it is not in a better mode.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace drover::dataplane {

struct AttachmentRecord {
    std::vector<std::string> switched_off;  ///< names as the kernel spells them: "rx-gro"
    std::string reason;                     ///< model::AttachmentObserved::reason
    bool tc_filter = false;                 ///< it is a filter at tc ingress ...
    bool clsact = false;                    ///< ... and the qdisc was made for it
    bool operator==(AttachmentRecord const&) const = default;
};

/// One line: "rx-lro rx-gro: native XDP refused by veth: ...", "tc-filter clsact rx-lro: ...". Never empty.
std::string text(AttachmentRecord const& record);
AttachmentRecord attachment_record(std::string_view text);

}  // namespace drover::dataplane
