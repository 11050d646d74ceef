#include "runner/security.h"

#include <fmt/core.h>
#include <sys/stat.h>

namespace drover::runner {

std::optional<std::string> insecure_part(std::span<PathPart const> parts) {
    for (auto const& part : parts) {
        if (part.uid != 0) return fmt::format("{} belongs to user {}", part.path, part.uid);
        if (S_ISLNK(part.mode)) continue;  // its mode means nothing
        if (S_ISDIR(part.mode) && (part.mode & S_ISVTX) != 0) continue;
        if ((part.mode & S_IWOTH) != 0) return fmt::format("{} is writable by everyone", part.path);
        if ((part.mode & S_IWGRP) != 0 && part.gid != 0)
            return fmt::format("{} is writable by group {}", part.path, part.gid);
    }
    return std::nullopt;
}

}  // namespace drover::runner
