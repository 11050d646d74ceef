// Who else than root could have changed a script that is about to run as root? (keepalived's enable_script_security,
// which says "unsafe permissions" without saying which part of the path: its issues 742, 842, 1372.)
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace drover::runner {

/// One step of the path: "/", "/etc", "/etc/keepalived", "/etc/keepalived/notify.sh".
struct PathPart {
    std::string path;
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::uint32_t mode = 0;  ///< st_mode, with the file type
};

/// The first part that somebody but root can change, and how: "/srv/x is writable by everyone". A directory with the
/// sticky bit is safe in itself: in it nobody can replace what belongs to root, and the next part is looked at too.
std::optional<std::string> insecure_part(std::span<PathPart const> parts);

}  // namespace drover::runner
