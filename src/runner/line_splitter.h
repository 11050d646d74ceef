// Cuts what a script writes into lines fit for the log: bounded in length and number.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace drover::runner {

inline constexpr std::size_t kLongestLine = 1000;  ///< the rest of a longer line is cut off, marked by "..."
inline constexpr std::size_t kMostLines = 200;     ///< of one script; what comes after is counted and dropped

class LineSplitter {
public:
    /// The lines completed by these bytes; empty ones are left out, control characters are shown as \xNN.
    std::vector<std::string> feed(std::string_view bytes);
    /// The last line, if the output did not end with a line end.
    std::vector<std::string> finish();
    /// Lines dropped so far because there were more than kMostLines.
    std::size_t dropped() const { return dropped_; }

private:
    void complete(std::vector<std::string>& lines);

    std::string line_;
    bool overlong_ = false;
    std::size_t given_ = 0;
    std::size_t dropped_ = 0;
};

}  // namespace drover::runner
