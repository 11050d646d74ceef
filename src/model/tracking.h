// What the state of an instance depends on besides its own interface: scripts, numbers in files, processes; and which
// instances change their states together.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/origin.h"
#include "model/script.h"

namespace drover::model {

/// vrrp_script
struct TrackScript {
    std::string name;
    Script script;
    Duration interval = 1s;
    Duration timeout{0};  ///< 0: the interval
    int weight = 0;       ///< of the instances that do not give one of their own, as is `reverse`
    bool reverse = false;
    int rise = 1;  ///< so many successes in a row make it good
    int fall = 1;  ///< so many failures in a row make it bad
    bool init_fail = false;  ///< bad until it has been good
    Origin origin;
    bool operator==(TrackScript const&) const = default;
};

/// track_file: a whole number in a file, times the weight, is added to the priority.
struct TrackFile {
    std::string name;
    std::string path;
    int weight = 1;
    bool reverse = false;
    std::optional<int> init;  ///< init_file: written to the file at the start if there is none
    bool overwrite = false;   ///< ... and also if there is one
    Origin origin;
    bool operator==(TrackFile const&) const = default;
};

/// vrrp_track_process: enough processes of a name run.
struct TrackProcess {
    enum class Match { none, initial, partial, exact };
    std::string name;
    std::string program;  ///< as in argv[0], with its path or without
    std::vector<std::string> parameters;
    Match match = Match::none;  ///< how the parameters are compared
    int weight = 0;
    bool reverse = false;
    int quorum = 1;
    std::optional<int> quorum_max;
    Duration fork_delay{0};       ///< so long the quorum must have been reached before it counts
    Duration terminate_delay{0};  ///< so long it must have been missed
    Origin origin;
    bool operator==(TrackProcess const&) const = default;
};

enum class TrackKind { script, file, process };

/// One line of track_script, track_file or track_process in an instance, or of its sync group.
struct Tracked {
    TrackKind kind = TrackKind::script;
    std::string name;
    int weight = 0;  ///< 0: its failure is a fault
    bool reverse = false;
    Origin origin;
    bool operator==(Tracked const&) const = default;
};

struct Tracking {
    std::vector<TrackScript> scripts;
    std::vector<TrackFile> files;
    std::vector<TrackProcess> processes;
    bool operator==(Tracking const&) const = default;
};

}  // namespace drover::model
