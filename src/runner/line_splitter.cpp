#include "runner/line_splitter.h"

#include <fmt/core.h>

#include <utility>

namespace drover::runner {

namespace {

/// A log line cannot be made to forge another or to steer a terminal; letters of any language pass as they are.
std::string visible(std::string_view line) {
    std::string text;
    for (char const c : line) {
        if (c == '\t' || static_cast<unsigned char>(c) >= 0x80 || (c >= ' ' && c != 0x7f))
            text += c;
        else
            text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
    return text;
}

}  // namespace

void LineSplitter::complete(std::vector<std::string>& lines) {
    if (line_.ends_with('\r')) line_.pop_back();
    if (overlong_) line_ += "...";
    auto line = visible(std::exchange(line_, {}));
    overlong_ = false;
    if (line.empty()) return;
    if (given_ < kMostLines) {
        ++given_;
        lines.push_back(std::move(line));
    } else {
        ++dropped_;
    }
}

std::vector<std::string> LineSplitter::feed(std::string_view bytes) {
    std::vector<std::string> lines;
    while (!bytes.empty()) {
        auto const end = bytes.find('\n');
        auto const piece = bytes.substr(0, end);
        auto const room = kLongestLine - line_.size();
        overlong_ = overlong_ || piece.size() > room;
        line_.append(piece.substr(0, room));
        if (end == std::string_view::npos) break;
        complete(lines);
        bytes.remove_prefix(end + 1);
    }
    return lines;
}

std::vector<std::string> LineSplitter::finish() {
    std::vector<std::string> lines;
    complete(lines);
    return lines;
}

}  // namespace drover::runner
