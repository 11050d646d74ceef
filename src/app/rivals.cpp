#include "app/rivals.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include <sys/socket.h>
#include <sys/un.h>

#include "config/io/host_files.h"
#include "config/load.h"

namespace drover::app {

namespace {

namespace fs = std::filesystem;

std::string claim_name(model::Instance const& instance) {
    auto const vrid = std::to_string(instance.virtual_router_id);
    return "drover-vrrp-" + instance.interface + "-" + vrid + (instance.family == Family::v6 ? "-ipv6" : "");
}

/// A VRID of IPv4 and the same of IPv6 are two virtual routers.
bool is_same_virtual_router(model::Instance const& one, model::Instance const& other) {
    return one.interface == other.interface && one.virtual_router_id == other.virtual_router_id &&
           one.family == other.family;
}

/// Abstract socket names are per network namespace and vanish with their process: a lock that needs no file.
Result<loop::Fd> claim(model::Instance const& instance, std::string const& name) {
    loop::Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket) return fail_errno("claim VRID " + std::to_string(instance.virtual_router_id));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path + 1, sizeof address.sun_path - 1);
    auto const length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    if (::bind(socket.get(), reinterpret_cast<sockaddr const*>(&address), length) == 0) return socket;
    if (errno != EADDRINUSE) return fail_errno("claim VRID " + std::to_string(instance.virtual_router_id));
    return fail("another drover on this host speaks for VRID " + std::to_string(instance.virtual_router_id) + " on " +
                    instance.interface + " (vrrp_instance " + instance.name + ")",
                EADDRINUSE);
}

std::vector<std::string> command_line(fs::path const& process) {
    std::ifstream file(process / "cmdline");
    std::vector<std::string> words;
    for (std::string word; std::getline(file, word, '\0');) words.push_back(word);
    return words;
}

std::string configuration_of(fs::path const& process) {
    std::string path = "/etc/keepalived/keepalived.conf";
    auto const words = command_line(process);
    for (std::size_t i = 1; i < words.size(); ++i) {
        if ((words[i] == "-f" || words[i] == "--use-file") && i + 1 < words.size()) path = words[i + 1];
        if (words[i].starts_with("--use-file=")) path = words[i].substr(11);
        if (words[i].starts_with("-f") && words[i].size() > 2) path = words[i].substr(2);
    }
    std::error_code error;
    if (!path.starts_with('/')) path = (fs::read_symlink(process / "cwd", error) / path).string();
    return (process / "root").string() + path;
}

/// A keepalived that runs in this network namespace, and its configuration file as it sees it.
struct RunningKeepalived {
    int pid = 0;
    std::string configuration;  ///< a path that this process can open (/proc/PID/root/...)
};

std::vector<RunningKeepalived> running_keepaliveds() {
    std::error_code error;
    auto const our_network = fs::read_symlink("/proc/self/ns/net", error);
    std::vector<RunningKeepalived> found;
    std::set<std::string> files;  // parent and children share one
    for (auto const& entry : fs::directory_iterator("/proc", error)) {
        auto const name = entry.path().filename().string();
        int pid = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), pid).ec != std::errc{}) continue;
        std::string program;
        std::getline(std::ifstream(entry.path() / "comm") >> std::ws, program);
        if (!program.starts_with("keepalived")) continue;
        if (fs::read_symlink(entry.path() / "ns/net", error) != our_network) continue;
        auto file = configuration_of(entry.path());
        auto const plain = file.substr(file.find("/root/"));
        if (files.insert(plain).second) found.push_back({pid, std::move(file)});
    }
    return found;
}

/// One sentence when an instance of ours is also one of theirs; empty: no clash.
std::string clash(std::vector<model::Instance> const& ours, std::vector<model::Instance> const& theirs, int pid) {
    for (auto const& mine : ours)
        for (auto const& other : theirs)
            if (is_same_virtual_router(mine, other))
                return "keepalived (process " + std::to_string(pid) + ") runs on this host with VRID " +
                       std::to_string(mine.virtual_router_id) + " on " + mine.interface +
                       ": stop it first (systemctl disable --now keepalived)";
    return {};
}

}  // namespace

Result<void> Claims::add(std::vector<model::Instance> const& instances) {
    for (auto const& instance : instances) {
        auto const name = claim_name(instance);
        if (held_.contains(name)) continue;
        auto claimed = claim(instance, name);
        if (!claimed) return std::unexpected(claimed.error());
        held_[name] = std::move(*claimed);
    }
    return {};
}

std::string keepalived_in_the_way(std::vector<model::Instance> const& ours) {
    config::HostFiles files;
    config::ThisHost const host;
    for (auto const& keepalived : running_keepaliveds()) {
        auto const theirs = config::load(keepalived.configuration, files, host).configuration.instances;
        if (auto const why = clash(ours, theirs, keepalived.pid); !why.empty()) return why;
    }
    return {};
}

}  // namespace drover::app
