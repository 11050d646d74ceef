#include "control/io/listening_socket.h"

#include <fmt/format.h>
#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <vector>

namespace drover::control {

namespace {

Result<sockaddr_un> address_of(std::string const& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path)
        return fail(
            fmt::format("the socket's path \"{}\" must have 1 to {} characters", path, sizeof address.sun_path - 1));
    path.copy(address.sun_path, path.size());
    return address;
}

loop::Fd unix_socket() { return loop::Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)); }

sockaddr const* generic(sockaddr_un const& address) { return reinterpret_cast<sockaddr const*>(&address); }

/// Whether a living process listens on the socket (a full backlog counts as alive).
bool somebody_listens(sockaddr_un const& address) {
    auto const probe = unix_socket();
    return ::connect(probe.get(), generic(address), sizeof address) == 0 || errno == EAGAIN;
}

Result<void> clear_the_place(std::string const& path, sockaddr_un const& address) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) {
        if (errno == ENOENT) return {};
        return fail_errno("looking at " + path);
    }
    if (!S_ISSOCK(found.st_mode))
        return fail(path + " exists and is no socket: remove it, or choose another path with --socket");
    if (somebody_listens(address))
        return fail("another drover answers on " + path + ": stop it first, or choose another path with --socket");
    if (::unlink(path.c_str()) != 0) return fail_errno("removing the left-over socket " + path);
    return {};
}

std::optional<gid_t> group_id(std::string const& name) {
    group entry{};
    group* result = nullptr;
    std::vector<char> space(1 << 16);
    if (::getgrnam_r(name.c_str(), &entry, space.data(), space.size(), &result) != 0 || result == nullptr)
        return std::nullopt;
    return entry.gr_gid;
}

Result<void> open_to_group(std::string const& path, std::string const& group) {
    auto const gid = group_id(group);
    // Without the right to change the group (not root) the socket stays its owner's alone.
    if (!gid || ::chown(path.c_str(), static_cast<uid_t>(-1), *gid) != 0) return {};
    if (::chmod(path.c_str(), 0660) != 0) return fail_errno("opening " + path + " to group " + group);
    return {};
}

}  // namespace

Result<ListeningSocket> listen_on(std::string const& path, std::string const& group) {
    auto const address = address_of(path);
    if (!address) return std::unexpected(address.error());
    std::error_code error;
    auto const folder = std::filesystem::path(path).parent_path();
    if (!folder.empty()) std::filesystem::create_directories(folder, error);
    if (error) return fail(fmt::format("making the folder {}: {}", folder.string(), error.message()), error.value());

    if (auto const clear = clear_the_place(path, *address); !clear) return std::unexpected(clear.error());
    auto socket = unix_socket();
    if (!socket) return fail_errno("opening a UNIX socket");
    // The mode of the descriptor is the mode of the file that bind makes: nobody can slip in before the chmod below.
    if (::fchmod(socket.get(), 0600) != 0) return fail_errno("setting the mode of " + path);
    if (::bind(socket.get(), generic(*address), sizeof *address) != 0) return fail_errno("binding " + path);
    struct stat ours {};
    if (::lstat(path.c_str(), &ours) != 0) return fail_errno("looking at " + path);
    ListeningSocket result{std::move(socket), path, ours.st_dev, ours.st_ino};
    auto opened = open_to_group(path, group);
    if (opened && ::listen(result.fd.get(), SOMAXCONN) != 0) opened = fail_errno("listening on " + path);
    if (!opened) {
        remove_file(result);
        return std::unexpected(opened.error());
    }
    return result;
}

void remove_file(ListeningSocket const& socket) {
    struct stat found {};
    if (::lstat(socket.path.c_str(), &found) == 0 && found.st_dev == socket.device && found.st_ino == socket.inode)
        ::unlink(socket.path.c_str());
}

}  // namespace drover::control
