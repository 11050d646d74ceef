// Where live changes outlive the daemon: beside the control socket, in a directory that the next boot empties, as it
// empties kernel IPVS. A record a line, added before the command is answered; the file is written anew, and put in its
// place by a rename, when most of its records are over.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/live_record.h"

namespace drover::app {

class LiveFile {
public:
    explicit LiveFile(std::string path) : path_(std::move(path)) {}
    /// "/run/drover/drover.live" for the socket "/run/drover/drover.sock".
    static std::string beside(std::string const& socket);

    struct Contents {
        std::vector<model::LiveRecord> records;
        std::vector<std::string> damage;  ///< a sentence for each line that is none
    };
    /// Without a file there is nothing. A last line without its end was never answered, and does not count.
    Result<Contents> read();
    Result<void> append(std::vector<model::LiveRecord> const& records);
    /// So many lines are in it.
    std::size_t lines() const { return lines_; }
    /// The file holds these and nothing else, or, on an error, what it held.
    Result<void> replace(std::vector<model::LiveRecord> const& records);

private:
    std::string path_;
    std::size_t lines_ = 0;
};

}  // namespace drover::app
