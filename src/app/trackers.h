// Looks after what instances track, on the main thread: runs scripts by the script runner, reads numbers in files when they
// change, counts processes. What it finds goes to the VRRP thread.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "loop/io/fd.h"
#include "loop/io/loop.h"
#include "loop/io/timer.h"
#include "model/configuration.h"
#include "model/observed.h"
#include "runner/message.h"
#include "vrrp/conditions.h"
#include "vrrp/track_process.h"
#include "vrrp/track_script.h"

namespace drover::app {

class Trackers {
public:
    struct Hooks {
        /// Starts the script; its end is told to finished() under this id. Nothing: it cannot be started now.
        std::function<std::optional<std::uint64_t>(model::TrackScript const&)> run;
        /// Called within apply(), too.
        std::function<void(std::vector<vrrp::SeenTrack>)> on_change;
    };
    Trackers(loop::Loop& loop, Hooks hooks);

    /// What the instances of the configuration track from now on. What was tracked before keeps its result until it has
    /// another.
    void apply(model::Configuration const& configuration);
    /// What an earlier daemon had found out of scripts counts until they have run; before apply().
    void inherit(std::vector<vrrp::SeenTrack> results) { inherited_ = std::move(results); }
    std::vector<vrrp::SeenTrack> script_results() const;
    void finished(runner::Finished const& finished);
    std::vector<model::TrackObserved> observed() const;

private:
    struct Script {
        Script(model::TrackScript s, boost::asio::io_context& context) : script(std::move(s)), judge(script), next(context) {}
        model::TrackScript script;
        vrrp::ScriptJudge judge;
        loop::Timer next;
        TimePoint due;
        std::optional<std::uint64_t> running;
        std::string last_result;
    };
    struct File {
        model::TrackFile file;
        std::optional<int> value = {};
        int directory = -1;  ///< inotify's watch of it
    };
    struct Process {
        model::TrackProcess process;
        vrrp::QuorumJudge judge;
        int running = 0;  ///< when they were counted last
    };

    void apply_scripts(std::vector<model::TrackScript> const& scripts);
    void apply_files(std::vector<model::TrackFile> const& files);
    void apply_processes(std::vector<model::TrackProcess> const& processes);
    void run(Script& script);
    void watch_files();
    void files_have_changed();
    bool read(File& file);
    void count_processes();
    void tell();

    loop::Loop& loop_;
    Hooks hooks_;
    std::optional<int> inherited(std::string const& script) const;

    std::vector<vrrp::SeenTrack> inherited_;
    std::list<Script> scripts_;  // timers refer to them
    std::vector<File> files_;
    std::vector<Process> processes_;
    loop::Timer next_count_;
    loop::Fd file_watch_;  ///< inotify
};

}  // namespace drover::app
