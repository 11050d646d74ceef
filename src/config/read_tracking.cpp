#include "config/read_tracking.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

namespace drover::config {

namespace {

constexpr std::int64_t largest_weight = 253;

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
                fmt::format("`{}` is no option of a tracked interface (weight, reverse): {} is not tracked",
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

void check_tracked_scripts(Reading& reading, Statement const& list, std::set<std::string, std::less<>> const& scripts) {
    for (auto const& line : list.block)
        if (!scripts.contains(line.name()))
            reading.reporter.warn(line.keyword().position, "no-such-script",
                                  fmt::format("there is no vrrp_script {}", line.name()));
}

void check_sync_group(Reading& reading, Statement const& group, std::set<std::string, std::less<>> const& instances) {
    auto const* const members = group.find("group");
    std::size_t known = 0;
    if (members != nullptr)
        for (auto const& line : members->block)
            for (auto const& word : line.words) {
                if (instances.contains(word.text))
                    ++known;
                else
                    reading.reporter.warn(word.position, "no-such-instance",
                                          fmt::format("there is no vrrp_instance {}", word.text));
            }
    auto const name = group.argument(1) == nullptr ? std::string_view{} : group.argument(1)->text;
    if (known == 0)
        reading.reporter.warn(group.keyword().position, "empty-sync-group",
                              fmt::format("vrrp_sync_group {} has no member: it is left out", name));
    else if (known == 1)
        reading.reporter.warn(
            group.keyword().position, "small-sync-group",
            fmt::format("vrrp_sync_group {} has only one member, with nothing to keep in step with", name));
}

}  // namespace drover::config
