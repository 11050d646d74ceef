#include "app/dump_files.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string_view>

#include <fmt/core.h>

#include "base/log.h"
#include "control/keepalived_data.h"
#include "control/keepalived_json.h"
#include "control/keepalived_stats.h"
#include "loop/io/host_name.h"
#include "runner/io/account.h"

namespace drover::app {

namespace {

/// As keepalived: relative names stand in TMPDIR, or /tmp.
std::string place_of(std::string const& name) {
    auto const* const directory = std::getenv("TMPDIR");
    return (std::filesystem::path(directory != nullptr && *directory != '\0' ? directory : "/tmp") / name).string();
}

std::string local_moment(std::int64_t unix_us) {
    auto const seconds = static_cast<std::time_t>(unix_us / 1'000'000);
    std::tm parts{};
    char day[32], year[8];
    if (::localtime_r(&seconds, &parts) == nullptr) return "?";
    std::strftime(day, sizeof day, "%a %b %e %H:%M:%S", &parts);
    std::strftime(year, sizeof year, "%Y", &parts);
    return fmt::format("{}.{:06} {}", day, unix_us % 1'000'000, year);
}

std::string owner(std::string const& user, std::string const& group) {
    auto const account = runner::account_named(user, group);
    return account ? fmt::format("{}:{}", account->uid, account->gid) : "none";
}

}  // namespace

bool DumpFiles::is_for_us(int signal) { return std::ranges::find(signals, signal) != signals.end(); }

void DumpFiles::answer(int signal) {
    auto const say = [](std::string_view what) { log::info("Printing {} for process({}) on signal", what, ::getpid()); };
    auto picture = std::make_shared<control::KeepalivedPicture>(look());
    auto const& names = picture->configuration.global.dump_files;
    if (signal == data_signal) {
        say("VRRP data");
        return writer_.write({place_of(names.state), [picture] { return control::keepalived_data(*picture); }});
    }
    if (signal == json_signal) {
        say("VRRP as json");
        return writer_.write({place_of(names.json), [picture] { return control::keepalived_json(*picture); }});
    }
    bool const clears = signal == clear_signal;
    if (clears)
        log::info("Printing and clearing VRRP stats for process({}) on signal", ::getpid());
    else
        say("VRRP stats");
    writer_.write({place_of(names.stats), [picture] { return control::keepalived_stats(*picture); }});
    if (clears) forget_counts();
}

void DumpFiles::log() {
    auto const text = control::keepalived_data(look());
    for (std::size_t from = 0; from < text.size();) {
        auto const end = text.find('\n', from);
        log::info("{}", std::string_view(text).substr(from, end - from));
        from = end + 1;
    }
}

control::KeepalivedPicture DumpFiles::look() {
    auto picture = look_();
    picture.host_name = loop::host_name();
    picture.clock_text = local_moment;
    picture.owner = owner;
    for (auto& instance : picture.instances)
        if (auto const before = forgotten_.find(instance.name); before != forgotten_.end())
            instance.counts = instance.counts - before->second;
    return picture;
}

void DumpFiles::forget_counts() {
    forgotten_.clear();
    for (auto const& instance : look_().instances) forgotten_.emplace(instance.name, instance.counts);
}

}  // namespace drover::app
