#include "app/trackers.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>

#include <fmt/core.h>

#include "base/log.h"
#include "loop/io/clock.h"

namespace drover::app {

namespace {

namespace fs = std::filesystem;

// A process is known to be gone after this long at the latest.
constexpr Duration kCountEvery = 250ms;

/// What some instance tracks, without the rest.
template <class T>
std::vector<T> used(std::vector<T> const& all, model::TrackKind kind, std::vector<model::Instance> const& instances) {
    std::set<std::string> names;
    for (auto const& instance : instances)
        for (auto const& tracked : instance.tracks)
            if (tracked.kind == kind) names.insert(tracked.name);
    std::vector<T> found;
    std::ranges::copy_if(all, std::back_inserter(found), [&](T const& one) { return names.contains(one.name); });
    return found;
}

/// How it ended, in keepalived's words.
std::string result_of(runner::Finished const& finished) {
    switch (finished.ending) {
        case runner::Ending::exited:
            return finished.code == 0 ? "succeeded" : fmt::format("failed (exited with status {})", finished.code);
        case runner::Ending::killed: return fmt::format("failed (due to signal {})", finished.code);
        case runner::Ending::timed_out: return "timed_out";
        case runner::Ending::not_started: return fmt::format("failed ({})", finished.reason);
        case runner::Ending::lost: break;
    }
    return {};
}

/// The first whole number in the file; 0 when there is none, as in keepalived.
int number_in(std::string const& path) {
    std::ifstream file(path);
    int number = 0;
    return file >> number ? number : 0;
}

void prepare(model::TrackFile const& file) {
    std::error_code error;
    if (!file.init || (!file.overwrite && fs::exists(file.path, error))) return;
    std::ofstream out(file.path, std::ios::trunc);
    if (!(out << *file.init << "\n")) log::warning("track_file {}: cannot write {}", file.name, file.path);
}

std::optional<int> as_number(std::optional<bool> good) { return good ? std::optional<int>(*good ? 1 : 0) : std::nullopt; }

std::string line_of(fs::path const& path) {
    std::string line;
    std::getline(std::ifstream(path), line);
    return line;
}

std::vector<std::string> arguments_of(fs::path const& process) {
    std::ifstream file(process / "cmdline");
    std::vector<std::string> words;
    for (std::string word; std::getline(file, word, '\0');) words.push_back(word);
    return words;
}

}  // namespace

Trackers::Trackers(loop::Loop& loop, Hooks hooks) : loop_(loop), hooks_(std::move(hooks)), next_count_(loop.context()) {}

void Trackers::apply(model::Configuration const& configuration) {
    auto const& tracking = configuration.tracking;
    apply_scripts(used(tracking.scripts, model::TrackKind::script, configuration.instances));
    apply_files(used(tracking.files, model::TrackKind::file, configuration.instances));
    apply_processes(used(tracking.processes, model::TrackKind::process, configuration.instances));
    tell();
}

void Trackers::apply_scripts(std::vector<model::TrackScript> const& scripts) {
    std::erase_if(scripts_, [&](Script const& known) {
        return std::ranges::find(scripts, known.script.name, &model::TrackScript::name) == scripts.end();
    });
    for (auto const& script : scripts) {
        auto known = std::ranges::find_if(scripts_, [&](Script const& s) { return s.script.name == script.name; });
        if (known != scripts_.end() && known->judge.good())
            log::info("VRRP_Script({}) considered {} on reload", script.name, *known->judge.good() ? "successful" : "unsuccessful");
        if (known != scripts_.end() && known->script == script) continue;
        if (known == scripts_.end()) {
            known = scripts_.emplace(scripts_.end(), script, loop_.context());
            if (auto const result = inherited(script.name)) known->judge.result(*result != 0);
        } else {
            known->script = script;
            known->judge.reconfigure(script);
            known->running.reset();  // what still runs is another script's
        }
        known->due = loop::now();
        run(*known);
    }
}

void Trackers::run(Script& script) {
    if (script.running)
        log::info("Track script {} is already running, expect idle - skipping run", script.script.name);
    else
        script.running = hooks_.run(script.script);
    // What was missed while the host did not run is not made up for.
    script.due = std::max(script.due + script.script.interval, loop::now());
    script.next.at(script.due, [this, &script] { run(script); });
}

void Trackers::finished(runner::Finished const& finished) {
    auto const script = std::ranges::find_if(scripts_, [&](Script const& s) { return s.running == finished.id; });
    if (script == scripts_.end()) return;
    script->running.reset();
    if (finished.ending == runner::Ending::lost) return;
    auto const result = result_of(finished);
    auto const& name = script->script.name;
    // As keepalived, which takes it that a script returned 0 before it ran first.
    bool const is_news = script->last_result.empty() ? finished.code != 0 : result != script->last_result;
    if (finished.ending == runner::Ending::exited && is_news)
        log::info("Script `{}` now returning {}", name, finished.code);
    script->last_result = result;
    if (!script->judge.result(finished.succeeded())) return;
    log::info("VRRP_Script({}) {}", name, result);
    tell();
}

void Trackers::apply_files(std::vector<model::TrackFile> const& files) {
    std::vector<File> now;
    for (auto const& file : files) {
        auto const known = std::ranges::find_if(files_, [&](File const& f) { return f.file == file; });
        if (known == files_.end()) prepare(file);
        now.push_back({file});
    }
    files_ = std::move(now);
    if (!files_.empty()) watch_files();
    for (auto& file : files_) read(file);
}

/// The directories are watched: a file may be replaced, deleted and made again.
void Trackers::watch_files() {
    if (!file_watch_) {
        file_watch_ = loop::Fd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
        if (!file_watch_) return log::error("files cannot be tracked: inotify: errno {}", errno);
        loop_.watch(file_watch_.get(), [this] { files_have_changed(); });
    }
    for (auto& file : files_) {
        auto directory = fs::path(file.file.path).parent_path().string();
        if (directory.empty()) directory = ".";
        // As keepalived: a file is read when its writer has closed it. Before, it may be empty, or half of a number.
        constexpr auto events = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE;
        file.directory = ::inotify_add_watch(file_watch_.get(), directory.c_str(), events);
        if (file.directory < 0)
            log::warning("track_file {}: {} cannot be watched ({}): its changes are not seen", file.file.name, directory,
                         std::generic_category().message(errno));
    }
}

/// Reads those that the events name and no other: another may be about to be written.
void Trackers::files_have_changed() {
    bool changed = false;
    alignas(inotify_event) char events[4096];
    for (ssize_t length; (length = ::read(file_watch_.get(), events, sizeof events)) > 0;) {
        for (auto const* at = events; at < events + length;) {
            auto const& event = *reinterpret_cast<inotify_event const*>(at);
            at += sizeof event + event.len;
            auto const is_named = [&](File const& f) {
                return event.wd == f.directory && event.len > 0 && fs::path(f.file.path).filename() == event.name;
            };
            for (auto& file : files_)
                if ((event.mask & IN_Q_OVERFLOW) || is_named(file)) changed |= read(file);
        }
    }
    if (changed) tell();
}

/// Whether it says another number now.
bool Trackers::read(File& file) {
    auto const now = number_in(file.file.path);
    if (file.value == now) return false;
    if (file.value) log::info("track_file {} says {} (before: {})", file.file.name, now, *file.value);
    file.value = now;
    return true;
}

void Trackers::apply_processes(std::vector<model::TrackProcess> const& processes) {
    std::vector<Process> now;
    for (auto const& process : processes) {
        auto const known = std::ranges::find_if(processes_, [&](Process const& p) { return p.process.name == process.name; });
        now.push_back({process, known == processes_.end() ? vrrp::QuorumJudge() : known->judge, 0});
    }
    processes_ = std::move(now);
    next_count_.cancel();
    if (!processes_.empty()) count_processes();
}

void Trackers::count_processes() {
    std::vector<int> running(processes_.size());
    std::error_code error;
    for (auto const& entry : fs::directory_iterator("/proc", error)) {
        auto const pid = entry.path().filename().string();
        if (!std::ranges::all_of(pid, [](char c) { return c >= '0' && c <= '9'; })) continue;
        auto const name = line_of(entry.path() / "comm");
        std::optional<std::vector<std::string>> arguments;
        for (std::size_t i = 0; i < processes_.size(); ++i) {
            if (!vrrp::may_be_meant(processes_[i].process, name)) continue;
            if (!arguments) arguments = arguments_of(entry.path());
            running[i] += vrrp::is_meant(processes_[i].process, name, *arguments) ? 1 : 0;
        }
    }
    bool changed = false;
    for (std::size_t i = 0; i < processes_.size(); ++i) {
        auto& [process, judge, last_count] = processes_[i];
        last_count = running[i];
        if (!judge.count(process, running[i], loop::now())) continue;
        changed = true;
        log::info("vrrp_track_process {}: {} of it run, {} its quorum", process.name, running[i],
                  *judge.good() ? "which is" : "which is not");
    }
    if (changed) tell();
    next_count_.after(kCountEvery, [this] { count_processes(); });
}

std::vector<vrrp::SeenTrack> Trackers::script_results() const {
    std::vector<vrrp::SeenTrack> results;
    for (auto const& script : scripts_)
        results.push_back({model::TrackKind::script, script.script.name, as_number(script.judge.good())});
    return results;
}

std::optional<int> Trackers::inherited(std::string const& script) const {
    auto const found = std::ranges::find(inherited_, script, &vrrp::SeenTrack::name);
    return found == inherited_.end() ? std::nullopt : found->value;
}

std::vector<model::TrackObserved> Trackers::observed() const {
    std::vector<model::TrackObserved> seen;
    for (auto const& script : scripts_)
        seen.push_back({model::TrackKind::script, script.script.name, as_number(script.judge.good()), script.judge.against(),
                        script.running.has_value(), 0});
    for (auto const& file : files_)
        seen.push_back({model::TrackKind::file, file.file.name, file.value, 0, false, 0});
    for (auto const& [process, judge, running] : processes_)
        seen.push_back({model::TrackKind::process, process.name, as_number(judge.good()), 0, false, running});
    return seen;
}

void Trackers::tell() {
    std::vector<vrrp::SeenTrack> seen;
    for (auto const& track : observed()) seen.push_back({track.kind, track.name, track.value});
    hooks_.on_change(std::move(seen));
}

}  // namespace drover::app
