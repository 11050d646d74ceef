#include "config/read_sync_group.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "config/notify_words.h"
#include "config/read_mail.h"
#include "config/read_tracking.h"

namespace drover::config {

namespace {

class GroupReader {
public:
    GroupReader(Reading& reading, InstanceDefaults const& defaults, std::vector<Read<model::Instance>>& instances)
        : reading_(reading),
          tracking_(defaults.tracking),
          smtp_alert_(defaults.instance.smtp_alert),
          instances_(instances) {}

    /// Nothing without a member.
    std::optional<model::SyncGroup> read(Statement const& block) {
        model::SyncGroup group;
        group.name = block.argument(1)->text;
        group.origin = reading_.origin(block);
        group.smtp_alert = smtp_alert_;
        for (auto const& statement : block.block) {
            if (statement.known == nullptr || statement.is_void) continue;
            if (statement.name() == "group")
                read_members(statement, group);
            else if (statement.name() == "smtp_alert")
                group.smtp_alert = read_alert(reading_, statement);
            else
                read_notify_word(reading_, statement, group.notify);
        }
        if (block.find("notify_priority_changes") != nullptr) share_notices(group);
        complain_size(block, group);
        if (group.members.empty()) return std::nullopt;
        if (block.find("sync_group_tracking_weight") == nullptr) drop_weights(block, group);
        for (auto const& statement : block.block)
            if (statement.known != nullptr && !statement.is_void) share_tracks(statement, group);
        return group;
    }

private:
    model::Instance* instance_named(std::string_view name) {
        auto const found = std::ranges::find_if(instances_, [&](auto const& read) { return read.value.name == name; });
        return found == instances_.end() ? nullptr : &found->value;
    }

    void read_members(Statement const& list, model::SyncGroup& group) {
        for (auto const& line : list.block)
            for (auto const& word : line.words) {
                if (instance_named(word.text) == nullptr)
                    reading_.reporter.warn(word.position, "no-such-instance",
                                           fmt::format("there is no vrrp_instance {}", word.text));
                else if (!members_.insert(std::string(word.text)).second)
                    reading_.reporter.warn(
                        word.position, "in-two-groups",
                        fmt::format("vrrp_instance {} is in a sync group already: the first one counts", word.text));
                else
                    group.members.emplace_back(word.text);
            }
    }

    void complain_size(Statement const& block, model::SyncGroup const& group) {
        if (group.members.empty())
            reading_.reporter.warn(block.keyword().position, "empty-sync-group",
                                   fmt::format("vrrp_sync_group {} has no member: it is left out", group.name));
        else if (group.members.size() == 1)
            reading_.reporter.warn(
                block.keyword().position, "small-sync-group",
                fmt::format("vrrp_sync_group {} has only one member, with nothing to keep in step with", group.name));
    }

    /// For its members that do not say otherwise themselves.
    void share_notices(model::SyncGroup const& group) {
        for (auto& read : instances_)
            if (std::ranges::find(group.members, read.value.name) != group.members.end() &&
                read.block->find("notify_priority_changes") == nullptr)
                read.value.notify.priority_changes = group.notify.priority_changes;
    }

    void drop_weights(Statement const& block, model::SyncGroup const& group) {
        for (auto const& name : group.members) {
            auto& instance = *instance_named(name);
            bool any = false;
            auto const drop = [&](auto& tracked) { any |= std::exchange(tracked.weight, 0) != 0; };
            std::ranges::for_each(instance.tracks, drop);
            std::ranges::for_each(instance.track_interfaces, drop);
            if (any)
                reading_.reporter.advise(
                    block.keyword().position, "weight-in-group",
                    fmt::format("vrrp_instance {} is in this group, whose members move together: what it tracks with a "
                                "weight is a fault when it fails (sync_group_tracking_weight keeps the weights)",
                                name));
        }
    }

    void share_tracks(Statement const& list, model::SyncGroup const& group) {
        std::vector<model::Tracked> tracks;
        std::vector<model::TrackedInterface> interfaces;
        if (list.name() == "track_interface")
            read_tracked_interfaces(reading_, list, "", interfaces);
        else
            read_tracked_objects(reading_, list, tracking_, tracks);
        for (auto const& name : group.members) {
            auto& instance = *instance_named(name);
            for (auto const& tracked : tracks)
                if (std::ranges::none_of(instance.tracks, [&](auto const& own) {
                        return own.kind == tracked.kind && own.name == tracked.name;
                    }))
                    instance.tracks.push_back(tracked);
            for (auto const& tracked : interfaces)
                if (tracked.name != instance.interface &&
                    std::ranges::find(instance.track_interfaces, tracked.name, &model::TrackedInterface::name) ==
                        instance.track_interfaces.end())
                    instance.track_interfaces.push_back(tracked);
        }
    }

    Reading& reading_;
    model::Tracking const& tracking_;
    bool smtp_alert_;  // of groups that do not say themselves
    std::vector<Read<model::Instance>>& instances_;
    std::set<std::string> members_;  // of all groups
};

}  // namespace

std::vector<model::SyncGroup> read_sync_groups(Reading& reading, std::span<Statement const> tree,
                                               InstanceDefaults const& defaults,
                                               std::vector<Read<model::Instance>>& instances) {
    GroupReader reader(reading, defaults, instances);
    std::vector<model::SyncGroup> groups;
    for (auto const& block : tree) {
        if (block.known == nullptr || !block.has_block || block.is_void || block.name() != "vrrp_sync_group" ||
            block.argument(1) == nullptr)
            continue;
        if (auto group = reader.read(block)) groups.push_back(std::move(*group));
    }
    return groups;
}

}  // namespace drover::config
