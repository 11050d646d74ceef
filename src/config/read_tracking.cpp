#include "config/read_tracking.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "config/script.h"

namespace drover::config {

namespace {

constexpr std::int64_t largest_weight = 253;
constexpr Duration longest_interval = std::chrono::hours(24 * 365);

/// "weight N [reverse]" behind the name; nothing when it is wrong, and the line does not count.
std::optional<model::TrackedInterface> read_line(Reading& reading, Statement const& line) {
    model::TrackedInterface tracked;
    tracked.name = line.name();
    tracked.origin = reading.origin(line);
    for (std::size_t i = 1; i < line.words.size(); ++i) {
        auto const& option = line.words[i];
        if (option.text == "reverse") {
            tracked.reverse = true;
            continue;
        }
        if (option.text != "weight") {
            reading.reporter.warn(
                option.position, "unknown-option",
                fmt::format("`{}` is no option of what is tracked (weight, reverse): {} is not tracked",
                            option.text, tracked.name));
            return std::nullopt;
        }
        auto const* const value = line.argument(++i);
        auto const weight = value == nullptr ? std::nullopt : parse_number(value->text);
        if (!weight || std::abs(*weight) > largest_weight) {
            reading.reporter.warn(
                value == nullptr ? option.position : value->position, "bad-number",
                fmt::format("a weight is a number from -{0} to {0}: {1} is not tracked", largest_weight, tracked.name));
            return std::nullopt;
        }
        tracked.weight = static_cast<int>(*weight);
    }
    return tracked;
}

struct Definition {
    int weight = 0;
    bool reverse = false;
    bool usable = false;
};

std::optional<Definition> find_definition(model::Tracking const& defined, model::TrackKind kind, std::string_view name) {
    auto const in = [&](auto const& all, auto&& usable) -> std::optional<Definition> {
        for (auto const& one : all)
            if (one.name == name) return Definition{one.weight, one.reverse, usable(one)};
        return std::nullopt;
    };
    switch (kind) {
        case model::TrackKind::script: return in(defined.scripts, [](auto const& one) { return !one.script.empty(); });
        case model::TrackKind::file: return in(defined.files, [](auto const& one) { return !one.path.empty(); });
        case model::TrackKind::process: break;
    }
    return in(defined.processes, [](auto const& one) { return !one.program.empty(); });
}

}  // namespace

void read_tracked_interfaces(Reading& reading, Statement const& list, std::string const& own,
                             std::vector<model::TrackedInterface>& all) {
    for (auto const& line : list.block) {
        auto tracked = read_line(reading, line);
        if (!tracked) continue;
        if (tracked->name == own) {
            reading.reporter.warn(line.keyword().position, "own-interface",
                                  fmt::format("{} is the instance's own interface, which is tracked anyway (unless "
                                              "dont_track_primary says not): this line is ignored",
                                              own));
            continue;
        }
        if (!reading.has_interface(tracked->name))
            reading.reporter.warn(
                line.keyword().position, "no-interface",
                fmt::format("there is no interface {} on this host: it is tracked from the moment it appears",
                            tracked->name));
        if (std::ranges::find(all, tracked->name, &model::TrackedInterface::name) == all.end())
            all.push_back(std::move(*tracked));
    }
}

void read_tracked_objects(Reading& reading, Statement const& list, model::Tracking const& defined,
                          std::vector<model::Tracked>& all) {
    struct Row {
        std::string_view word;
        model::TrackKind kind;
        std::string_view definition;
    };
    static constexpr std::array rows{
        Row{"track_script", model::TrackKind::script, "vrrp_script"},
        Row{"track_file", model::TrackKind::file, "track_file"},
        Row{"track_process", model::TrackKind::process, "vrrp_track_process"},
    };
    auto const row = std::ranges::find(rows, list.name(), &Row::word);
    if (row == rows.end()) return;
    for (auto const& line : list.block) {
        auto const definition = find_definition(defined, row->kind, line.name());
        if (!definition) {
            reading.reporter.warn(line.keyword().position, "no-such-script",
                                  fmt::format("there is no {} {}", row->definition, line.name()));
            continue;
        }
        auto const option = read_line(reading, line);
        if (!option || !definition->usable) continue;
        model::Tracked tracked{row->kind, std::string(line.name()), definition->weight, definition->reverse,
                               reading.origin(line)};
        if (line.words.size() > 1) {
            tracked.weight = option->weight;
            tracked.reverse = option->reverse;
        }
        if (std::ranges::none_of(all, [&](auto const& other) {
                return other.kind == tracked.kind && other.name == tracked.name;
            }))
            all.push_back(std::move(tracked));
    }
}

namespace {

/// "weight N [reverse]" in a definition.
void read_weight(Reading& reading, Statement const& s, int& weight, bool& reverse) {
    if (auto const number = read_number(reading, s, -largest_weight, largest_weight))
        weight = static_cast<int>(*number);
    if (s.argument(2) == nullptr) return;
    reverse = s.argument(2)->text == "reverse";
    if (!reverse)
        reading.reporter.warn(s.argument(2)->position, "unknown-option",
                              fmt::format("`{}` is ignored: behind a weight only `reverse` can stand",
                                          s.argument(2)->text));
}

void read_count(Reading& reading, Statement const& s, int& count) {
    if (auto const number = read_number(reading, s, 1, std::numeric_limits<int>::max()))
        count = static_cast<int>(*number);
}

void read_script_words(Reading& reading, Statement const& s, model::TrackScript& script) {
    auto const name = s.name();
    if (name == "init_fail")
        script.init_fail = true;
    else if (s.argument(1) == nullptr)
        return;
    else if (name == "script")
        script.script = script.script.empty() ? read_script(reading, s) : script.script;
    else if (name == "interval")
        script.interval = read_timer(reading, s, 1ms, longest_interval).value_or(script.interval);
    else if (name == "timeout")
        script.timeout = read_timer(reading, s, 0s, longest_interval).value_or(script.timeout);
    else if (name == "weight")
        read_weight(reading, s, script.weight, script.reverse);
    else if (name == "rise")
        read_count(reading, s, script.rise);
    else if (name == "fall")
        read_count(reading, s, script.fall);
}

void read_user(Reading& reading, Statement const& s, model::Script& script) {
    auto const user = std::string(s.argument(1)->text);
    if (!reading.host.has_user(user)) {
        reading.reporter.warn(s.argument(1)->position, "no-such-user",
                              fmt::format("there is no user `{}` on this host: the script is not run", user));
        script = {};
        return;
    }
    script.user = user;
    if (s.argument(2) != nullptr) script.group = s.argument(2)->text;
}

model::TrackScript read_definition_of_script(Reading& reading, Statement const& block, bool script_security) {
    model::TrackScript script;
    script.name = block.argument(1)->text;
    script.origin = reading.origin(block);
    for (auto const& s : block.block)
        if (s.known != nullptr && !s.is_void) read_script_words(reading, s, script);
    if (auto const* const user = block.find("user"); user != nullptr && user->argument(1) != nullptr)
        read_user(reading, *user, script.script);
    if (script.script.empty()) return script;
    // Said by check_scripts(); keepalived switches the tracking off, and does not count it as a failure.
    auto const state = reading.host.script(script.script.argv.front());
    bool const as_root = script.script.user.empty() || script.script.user == "root";
    if (state == ScriptState::missing || state == ScriptState::not_executable ||
        (state == ScriptState::changeable && script_security && as_root))
        script.script = {};
    return script;
}

void read_init_file(Reading& reading, Statement const& s, model::TrackFile& file) {
    file.init = 0;
    for (std::size_t i = 1; i < s.words.size(); ++i) {
        auto const number = parse_number(s.words[i].text);
        if (s.words[i].text == "overwrite")
            file.overwrite = true;
        else if (number && std::abs(*number) <= std::numeric_limits<int>::max())
            file.init = static_cast<int>(*number);
        else
            reading.reporter.warn(s.words[i].position, "bad-word",
                                  fmt::format("`{}` is no number and not `overwrite`: it is ignored", s.words[i].text));
    }
}

model::TrackFile read_definition_of_file(Reading& reading, Statement const& block) {
    model::TrackFile file;
    file.name = block.argument(1)->text;
    file.origin = reading.origin(block);
    for (auto const& s : block.block) {
        if (s.known == nullptr || s.is_void) continue;
        if (s.name() == "init_file") read_init_file(reading, s, file);
        if (s.argument(1) == nullptr) continue;
        if (s.name() == "file") file.path = s.argument(1)->text;
        if (s.name() == "weight") read_weight(reading, s, file.weight, file.reverse);
    }
    if (file.path.empty())
        reading.reporter.warn(block.keyword().position, "no-file",
                              fmt::format("track_file {} has no file: it is left out", file.name));
    return file;
}

void read_process_words(Reading& reading, Statement const& s, model::TrackProcess& process) {
    auto const name = s.name();
    if (s.argument(1) == nullptr) return;
    if (name == "process") {
        auto const words = script_words(whole_line(s));
        process.program = words.front();
        process.parameters.assign(words.begin() + 1, words.end());
        if (process.match == model::TrackProcess::Match::none && !process.parameters.empty())
            process.match = model::TrackProcess::Match::exact;
    } else if (name == "param_match") {
        auto const word = s.argument(1)->text;
        if (word == "initial")
            process.match = model::TrackProcess::Match::initial;
        else if (word == "partial")
            process.match = model::TrackProcess::Match::partial;
        else if (word == "exact")
            process.match = model::TrackProcess::Match::exact;
        else
            reading.reporter.warn(s.argument(1)->position, "bad-word",
                                  fmt::format("`{}` is no param_match (initial, partial, exact)", word));
    } else if (name == "weight") {
        read_weight(reading, s, process.weight, process.reverse);
    } else if (name == "quorum") {
        read_count(reading, s, process.quorum);
    } else if (name == "quorum_max") {
        if (auto const number = read_number(reading, s, 0, std::numeric_limits<int>::max()))
            process.quorum_max = static_cast<int>(*number);
    } else if (name == "delay") {
        process.fork_delay = process.terminate_delay = read_timer(reading, s, 0s, longest_interval).value_or(0s);
    } else if (name == "fork_delay") {
        process.fork_delay = read_timer(reading, s, 0s, longest_interval).value_or(0s);
    } else if (name == "terminate_delay") {
        process.terminate_delay = read_timer(reading, s, 0s, longest_interval).value_or(0s);
    }
}

model::TrackProcess read_definition_of_process(Reading& reading, Statement const& block) {
    model::TrackProcess process;
    process.name = block.argument(1)->text;
    process.origin = reading.origin(block);
    for (auto const& s : block.block)
        if (s.known != nullptr && !s.is_void) read_process_words(reading, s, process);
    if (process.program.empty())
        reading.reporter.warn(block.keyword().position, "no-process",
                              fmt::format("vrrp_track_process {} has no process: it is left out", process.name));
    return process;
}

template <class T>
void add(Reading& reading, Statement const& block, T definition, std::vector<T>& all) {
    if (std::ranges::find(all, definition.name, &T::name) == all.end())
        all.push_back(std::move(definition));
    else
        reading.reporter.warn(
            block.keyword().position, "duplicate-definition",
            fmt::format("there is a {} {} already: this one is ignored", block.name(), definition.name));
}

}  // namespace

model::Tracking read_tracking(Reading& reading, std::span<Statement const> tree, bool script_security) {
    model::Tracking tracking;
    for (auto const& block : tree) {
        if (block.known == nullptr || !block.has_block || block.is_void || block.argument(1) == nullptr) continue;
        auto const name = block.name();
        if (name == "vrrp_script")
            add(reading, block, read_definition_of_script(reading, block, script_security), tracking.scripts);
        else if (name == "track_file" || name == "vrrp_track_file")
            add(reading, block, read_definition_of_file(reading, block), tracking.files);
        else if (name == "vrrp_track_process")
            add(reading, block, read_definition_of_process(reading, block), tracking.processes);
    }
    return tracking;
}

}  // namespace drover::config
