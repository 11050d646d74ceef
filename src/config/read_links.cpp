#include "config/read_links.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

namespace drover::config {

namespace {

constexpr auto longest_delay = Duration(255s);
constexpr auto longest_pace = Duration(4'294'967'295);  // 2^32 - 1 microseconds

class LinksReader {
public:
    LinksReader(Reading& reading, std::vector<model::Instance> const& instances)
        : reading_(reading), instances_(instances) {}

    void read_delays(Statement const& block) {
        for (auto const& line : block.block) read_delay(line);
    }

    void read_garp_group(Statement const& block) {
        model::GarpGroup group;
        for (auto const& statement : block.block) {
            if (statement.known == nullptr || statement.is_void) continue;
            if (statement.name() == "garp_interval")
                group.pace = read_timer(reading_, statement, 1us, longest_pace).value_or(0s);
            else if (statement.name() == "gna_interval")
                group.na_pace = read_timer(reading_, statement, 1us, longest_pace).value_or(0s);
            else
                read_members(statement, group);
        }
        if (group.pace == 0s && group.na_pace == 0s)
            reading_.reporter.warn(block.keyword().position, "no-delay",
                                   "this garp_group has neither garp_interval nor gna_interval: it is left out");
        else if (group.interfaces.empty())
            reading_.reporter.warn(block.keyword().position, "no-interface",
                                   "this garp_group names no interface: it is left out");
        else
            links_.garp_groups.push_back(std::move(group));
    }

    model::Links take() { return std::move(links_); }

private:
    void read_delay(Statement const& line) {
        auto const name = std::string(line.name());
        if (!reading_.has_interface(name))
            return void(reading_.reporter.warn(line.keyword().position, "no-interface",
                                               fmt::format("there is no interface {} on this host: its delay is ignored", name)));
        if (line.argument(1) == nullptr)
            return void(reading_.reporter.warn(line.keyword().position, "no-delay",
                                               fmt::format("{} has no delay behind it: it is ignored", name)));
        auto const down = read_seconds(*line.argument(1));
        auto const up = line.argument(2) == nullptr ? down : read_seconds(*line.argument(2));
        if (!down || !up) return;
        model::LinkDelay delay{name, *down, *up};
        shorten(line, delay);
        std::erase_if(links_.delays, [&](auto const& earlier) { return earlier.interface == name; });
        if (delay.down > 0s || delay.up > 0s) links_.delays.push_back(std::move(delay));
    }

    std::optional<Duration> read_seconds(Token const& word) {
        auto const delay = parse_timer(word.text);
        if (delay && *delay >= 0s && *delay <= longest_delay) return delay;
        reading_.reporter.warn(word.position, "bad-number",
                               fmt::format("`{}` is no number of seconds from 0 to 255: this line is ignored", word.text));
        return std::nullopt;
    }

    void shorten(Statement const& line, model::LinkDelay& delay) {
        for (auto const& instance : instances_) {
            auto const limit = (instance.down_adverts - 1) * instance.advert_interval;
            if (!uses(instance, delay.interface) || std::max(delay.down, delay.up) < limit) continue;
            reading_.reporter.warn(
                line.keyword().position, "long-delay",
                fmt::format("vrrp_instance {} bears delays of less than {} on {}, or a backup takes over meanwhile: "
                            "what is longer counts as 0",
                            instance.name, in_seconds(limit), delay.interface));
            if (delay.down >= limit) delay.down = Duration{0};
            if (delay.up >= limit) delay.up = Duration{0};
        }
    }

    static bool uses(model::Instance const& instance, std::string const& interface) {
        return instance.interface == interface ||
               std::ranges::find(instance.track_interfaces, interface, &model::TrackedInterface::name) !=
                   instance.track_interfaces.end();
    }

    void read_members(Statement const& statement, model::GarpGroup& group) {
        if (statement.name() == "interface" && statement.argument(1) != nullptr) add(*statement.argument(1), group);
        for (auto const& line : statement.block)
            for (auto const& word : line.words) add(word, group);
    }

    void add(Token const& word, model::GarpGroup& group) {
        if (!grouped_.insert(std::string(word.text)).second)
            return void(reading_.reporter.warn(word.position, "in-two-groups",
                                               fmt::format("{} is in a garp_group already: the first one counts", word.text)));
        if (!reading_.has_interface(std::string(word.text)))
            reading_.reporter.warn(word.position, "no-interface",
                                   fmt::format("there is no interface {} on this host yet", word.text));
        group.interfaces.emplace_back(word.text);
    }

    Reading& reading_;
    std::vector<model::Instance> const& instances_;
    model::Links links_;
    std::set<std::string> grouped_;
};

}  // namespace

model::Links read_links(Reading& reading, std::span<Statement const> tree, std::vector<model::Instance> const& instances) {
    LinksReader reader(reading, instances);
    for (auto const& block : tree) {
        if (block.known == nullptr || !block.has_block || block.is_void) continue;
        if (block.name() == "interface_up_down_delays") reader.read_delays(block);
        if (block.name() == "garp_group") reader.read_garp_group(block);
    }
    return reader.take();
}

}  // namespace drover::config
