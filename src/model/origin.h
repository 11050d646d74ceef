// Where in which file a thing was defined, so that every later message can say so.
#pragma once

#include <memory>
#include <string>

namespace drover::model {

struct Origin {
    std::shared_ptr<std::string const> file;  ///< its path, one string for all that stands in it; none without a line
    int line = 0;    ///< from 1; 0 = not from a file (made by a command)
    int column = 0;  ///< from 1, in characters

    /// "keepalived.conf:12:5", or "" when it did not come from a file.
    std::string text() const {
        return line == 0 ? std::string{} : *file + ":" + std::to_string(line) + ":" + std::to_string(column);
    }
    /// Two definitions are the same whatever line they stand on: a moved block is no change.
    bool operator==(Origin const&) const { return true; }
};

}  // namespace drover::model
