#include "dataplane/attachment_record.h"

namespace drover::dataplane {

namespace {

constexpr std::string_view kTcFilter = "tc-filter";
constexpr std::string_view kClsact = "clsact";

void add(std::string& line, std::string_view word) {
    if (!line.empty()) line += ' ';
    line += word;
}

}  // namespace

std::string text(AttachmentRecord const& record) {
    std::string line;
    if (record.tc_filter) add(line, kTcFilter);
    if (record.clsact) add(line, kClsact);
    for (auto const& feature : record.switched_off) add(line, feature);
    return line + ": " + record.reason;
}

AttachmentRecord attachment_record(std::string_view text) {
    AttachmentRecord record;
    auto const colon = text.find(": ");
    auto words = text.substr(0, colon);
    if (colon != std::string_view::npos) record.reason = text.substr(colon + 2);
    while (!words.empty()) {
        auto const end = words.find(' ');
        auto const word = words.substr(0, end);
        if (word == kTcFilter)
            record.tc_filter = true;
        else if (word == kClsact)
            record.clsact = true;
        else if (!word.empty())
            record.switched_off.emplace_back(word);
        words.remove_prefix(end == std::string_view::npos ? words.size() : end + 1);
    }
    return record;
}

}  // namespace drover::dataplane
