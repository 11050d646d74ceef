#include "config/io/host_files.h"

#include <arpa/inet.h>
#include <glob.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>

namespace drover::config {

namespace {

constexpr std::uintmax_t largest_file = std::uintmax_t{64} << 20;  // a configuration is text that somebody wrote

std::set<std::string> interface_names() {
    std::set<std::string> names;
    auto* const list = ::if_nameindex();
    if (list == nullptr) return names;
    for (auto const* entry = list; entry->if_index != 0; ++entry) names.insert(entry->if_name);
    ::if_freenameindex(list);
    return names;
}

std::optional<std::set<Prefix>> interface_addresses() {
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) return std::nullopt;
    std::set<Prefix> addresses;
    for (auto const* entry = list; entry != nullptr; entry = entry->ifa_next) {
        if (entry->ifa_addr == nullptr || entry->ifa_netmask == nullptr || entry->ifa_addr->sa_family != AF_INET)
            continue;
        auto const host_order = [](sockaddr const* address) {
            return ntohl(reinterpret_cast<sockaddr_in const*>(address)->sin_addr.s_addr);
        };
        addresses.insert({Address::v4(host_order(entry->ifa_addr)),
                          static_cast<std::uint8_t>(std::popcount(host_order(entry->ifa_netmask)))});
    }
    ::freeifaddrs(list);
    return addresses;
}

std::string contents(char const* path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// As execvp(3) finds it; empty: nowhere.
std::string find_program(std::string const& program) {
    if (program.contains('/')) return program;
    auto const* const path = std::getenv("PATH");
    std::istringstream directories(path == nullptr ? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
                                                   : path);
    for (std::string directory; std::getline(directories, directory, ':');) {
        auto candidate = (directory.empty() ? "." : directory) + "/" + program;
        if (::access(candidate.c_str(), F_OK) == 0) return candidate;
    }
    return {};
}

/// Who else than root can change this part of a path; empty: nobody. A sticky directory protects what is in it.
std::string weakness(std::filesystem::path const& part) {
    struct stat status {};
    if (::stat(part.c_str(), &status) != 0) return {};
    if (status.st_uid != 0) return part.string() + " belongs to user " + std::to_string(status.st_uid);
    if (S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0) return {};
    if ((status.st_mode & S_IWOTH) != 0) return part.string() + " is writable by everyone";
    if ((status.st_mode & S_IWGRP) != 0 && status.st_gid != 0)
        return part.string() + " is writable by group " + std::to_string(status.st_gid);
    return {};
}

/// The first part of the path, from its end, that somebody but root can change.
std::string weak_part_of(std::string const& path) {
    std::error_code error;
    for (auto part = std::filesystem::canonical(path, error); !part.empty(); part = part.parent_path()) {
        if (auto found = weakness(part); !found.empty()) return found;
        if (part == part.root_path()) break;
    }
    return {};
}

}  // namespace

Result<std::string> HostFiles::read(std::string const& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return fail("cannot read " + path + ": it is a directory", EISDIR);
    if (auto const size = std::filesystem::file_size(path, error); !error && size > largest_file)
        return fail("cannot read " + path + ": it is larger than 64 MiB", EFBIG);
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail_errno("cannot read " + path);
    std::string bytes;
    for (char piece[1 << 16]; file.read(piece, sizeof piece), file.gcount() > 0;)
        bytes.append(piece, static_cast<std::size_t>(file.gcount()));
    if (file.bad()) return fail("cannot read " + path + ": Input/output error", EIO);
    return bytes;
}

std::vector<std::string> HostFiles::expand(std::string const& pattern, std::string const& directory) {
    auto const whole = pattern.starts_with('/') ? pattern : directory + "/" + pattern;
    glob_t found{};
    std::vector<std::string> paths;
    std::error_code error;
    if (::glob(whole.c_str(), GLOB_BRACE, nullptr, &found) == 0)
        for (std::size_t i = 0; i < found.gl_pathc; ++i)
            if (!std::filesystem::is_directory(found.gl_pathv[i], error)) paths.emplace_back(found.gl_pathv[i]);
    ::globfree(&found);
    return paths;
}

ThisHost::ThisHost(std::string config_id)
    : config_id_(std::move(config_id)),
      interfaces_(interface_names()),
      addresses_(interface_addresses()),
      gateways_(default_gateways(contents("/proc/net/route"))) {
    if (!config_id_.empty()) return;
    char name[256] = {};
    ::gethostname(name, sizeof name - 1);
    config_id_ = name;
    config_id_.resize(std::min(config_id_.find('.'), config_id_.size()));
}

ScriptState ThisHost::script(std::string const& program) const {
    auto const path = find_program(program);
    struct stat status {};
    if (path.empty() || ::stat(path.c_str(), &status) != 0) return ScriptState::missing;
    if (::access(path.c_str(), X_OK) != 0 || !S_ISREG(status.st_mode)) return ScriptState::not_executable;
    return weak_part_of(path).empty() ? ScriptState::fine : ScriptState::changeable;
}

std::string ThisHost::weak_part(std::string const& program) const { return weak_part_of(find_program(program)); }

bool ThisHost::has_user(std::string const& user) const { return ::getpwnam(user.c_str()) != nullptr; }

std::optional<std::string> ThisHost::variable(std::string const& name) const {
    auto const* const value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::uint32_t ThisHost::random_seed() const { return std::random_device{}(); }

std::set<Address> default_gateways(std::string_view routes) {
    constexpr unsigned is_gateway = 0x2;  // RTF_GATEWAY
    std::set<Address> gateways;
    std::istringstream lines{std::string(routes)};
    std::string line;
    std::getline(lines, line);  // the heading
    while (std::getline(lines, line)) {
        std::istringstream words(line);
        std::string interface;
        std::uint32_t destination = 0, gateway = 0, flags = 0;
        if (words >> interface >> std::hex >> destination >> gateway >> flags && destination == 0 &&
            (flags & is_gateway) != 0)
            gateways.insert(Address::v4(ntohl(gateway)));
    }
    return gateways;
}

}  // namespace drover::config
