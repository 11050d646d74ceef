#include "app/arp_announce.h"

#include <filesystem>
#include <fstream>
#include <utility>

#include "base/log.h"
#include "netlink/io/sysctl.h"

namespace drover::app {

namespace {

constexpr char const* kName = "arp_announce";
constexpr int kBestLocalAddress = 2;

}  // namespace

ArpAnnounce::ArpAnnounce(std::string note) : note_(std::move(note)) {
    std::ifstream file(note_);
    std::string interface;
    for (int value = 0; file >> interface >> value;) before_.emplace(interface, value);
}

void ArpAnnounce::apply(std::set<std::string> const& interfaces) {
    auto const noted = before_;
    for (auto const& name : interfaces) {
        auto const now = netlink::ipv4_conf(name, kName);
        // An interface that is not there has no setting; what somebody has set to 2 stays his.
        if (!now || *now >= kBestLocalAddress) continue;
        if (auto const set = netlink::set_ipv4_conf(name, kName, kBestLocalAddress); !set)
            log::warning("{}", set.error().message);
        else
            before_.emplace(name, *now);
    }
    std::erase_if(before_, [&](auto const& entry) {
        auto const& [name, value] = entry;
        if (interfaces.contains(name)) return false;
        if (auto const now = netlink::ipv4_conf(name, kName); now && *now == kBestLocalAddress)
            (void)netlink::set_ipv4_conf(name, kName, value);
        return true;
    });
    if (before_ != noted) write_note();
}

void ArpAnnounce::write_note() const {
    std::error_code error;
    if (before_.empty()) return void(std::filesystem::remove(note_, error));
    std::filesystem::create_directories(std::filesystem::path(note_).parent_path(), error);
    std::ofstream file(note_, std::ios::trunc);
    for (auto const& [name, value] : before_) file << name << " " << value << "\n";
    file.close();
    if (!file) log::warning("{} cannot be written: after a crash of the daemon {} stays as it is", note_, kName);
}

}  // namespace drover::app
