// The services of this director as live commands and the configuration leave them, over restarts of the daemon.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "app/desired.h"
#include "app/live_file.h"
#include "base/result.h"
#include "live/table.h"
#include "model/author.h"
#include "model/edit.h"
#include "model/observed.h"

namespace drover::app {

class LiveServices {
public:
    explicit LiveServices(std::string file);

    /// Takes over what an earlier daemon has noted; before anything else.
    void restore();
    /// The configuration as it is now. Returns, logs, and keeps in notes(), what of the live changes ends with it.
    std::vector<std::string> const& configure(ConfiguredState const& state);

    /// What a batch of commands has touched.
    struct Touched {
        std::vector<ServiceKey> services;
        bool timeouts = false;
        bool empty() const { return services.empty() && !timeouts; }
    };
    /// Carries out what IPVS would and the packet path can. `program` brings the packet path in line; where it fails,
    /// or the changes cannot be noted for the next daemon, everything is as it was before.
    Result<std::vector<model::EditOutcome>> edit(std::span<model::Edit const> edits, model::Author const& author,
                                                 std::function<Result<void>(Touched const&)> const& program);
    /// Configured services, and the timeouts, are as configured again; a sentence for each that was not.
    std::vector<std::string> discard_changes();

    live::Table const& table() const { return table_; }
    /// Adds who changed what, and what listings alone show.
    void add_changes(model::DataplaneObserved& observed) const;
    /// What no row of a listing can tell, a sentence each.
    std::vector<std::string> notes() const;

private:
    void compact();

    live::Table table_;
    LiveFile file_;
    std::size_t compact_lines_ = 0;   // that the file had when it was written anew
    std::vector<std::string> ended_;  // changes that the last configuration has ended
};

}  // namespace drover::app
