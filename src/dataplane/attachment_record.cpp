#include "dataplane/attachment_record.h"

namespace drover::dataplane {

std::string text(AttachmentRecord const& record) {
    std::string line;
    for (auto const& feature : record.switched_off) line += (line.empty() ? "" : " ") + feature;
    return line + ": " + record.reason;
}

AttachmentRecord attachment_record(std::string_view text) {
    AttachmentRecord record;
    auto const colon = text.find(": ");
    auto features = text.substr(0, colon);
    if (colon != std::string_view::npos) record.reason = text.substr(colon + 2);
    while (!features.empty()) {
        auto const end = features.find(' ');
        if (end != 0) record.switched_off.emplace_back(features.substr(0, end));
        features.remove_prefix(end == std::string_view::npos ? features.size() : end + 1);
    }
    return record;
}

}  // namespace drover::dataplane
