// The listening UNIX socket as a file: made, guarded against a second daemon, and removed again.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.h"
#include "loop/io/fd.h"

namespace drover::control {

struct ListeningSocket {
    loop::Fd fd;
    std::string path;
    dev_t device = 0;  ///< with the inode: which file is ours
    ino_t inode = 0;
};

/// Makes the folder if it is missing; the socket is root:`group` 0660, or 0600 without such a group.
Result<ListeningSocket> listen_on(std::string const& path, std::string const& group);

/// Removes the file unless somebody put another one in its place.
void remove_file(ListeningSocket const& socket);

}  // namespace drover::control
