#include "config/io/host_files.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <arpa/inet.h>
#include <glob.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sys/stat.h>
#include <unistd.h>

namespace drover::config {

Result<std::string> HostFiles::read(std::string const& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return fail("cannot read " + path + ": it is a directory", EISDIR);
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail_errno("cannot read " + path);
    std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (file.bad()) return fail("cannot read " + path + ": Input/output error", EIO);
    return bytes;
}

std::vector<std::string> HostFiles::expand(std::string const& pattern, std::string const& directory) {
    auto const whole = pattern.starts_with('/') ? pattern : directory + "/" + pattern;
    glob_t found{};
    std::vector<std::string> paths;
    if (::glob(whole.c_str(), GLOB_BRACE, nullptr, &found) == 0)
        for (std::size_t i = 0; i < found.gl_pathc; ++i)
            if (!std::filesystem::is_directory(found.gl_pathv[i])) paths.emplace_back(found.gl_pathv[i]);
    ::globfree(&found);
    return paths;
}

ThisHost::ThisHost(std::string config_id) : config_id_(std::move(config_id)) {
    if (config_id_.empty()) {
        char name[256] = {};
        ::gethostname(name, sizeof name - 1);
        config_id_ = std::string(name).substr(0, std::string(name).find('.'));
    }
    if (auto* names = ::if_nameindex(); names != nullptr) {
        for (auto* entry = names; entry->if_index != 0; ++entry) interfaces_.insert(entry->if_name);
        ::if_freenameindex(names);
    }
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) return;
    for (auto const* entry = list; entry != nullptr; entry = entry->ifa_next)
        if (entry->ifa_addr != nullptr && entry->ifa_addr->sa_family == AF_INET)
            addresses_.insert(Address::v4(ntohl(reinterpret_cast<sockaddr_in const*>(entry->ifa_addr)->sin_addr.s_addr)));
    ::freeifaddrs(list);
}

ScriptState ThisHost::script(std::string const& path) const {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return ScriptState::missing;
    return ::access(path.c_str(), X_OK) == 0 && S_ISREG(status.st_mode) ? ScriptState::fine : ScriptState::not_executable;
}

}  // namespace drover::config
