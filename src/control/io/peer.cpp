#include "control/io/peer.h"

#include <pwd.h>
#include <sys/socket.h>

#include <array>
#include <chrono>

namespace drover::control {

namespace {

std::string name_of(uid_t uid) {
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 4096> room{};
    if (::getpwuid_r(uid, &entry, room.data(), room.size(), &found) != 0 || found == nullptr) return {};
    return found->pw_name;
}

}  // namespace

model::Author peer_of(int socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return {};
    auto const now = std::chrono::system_clock::now().time_since_epoch();
    return {peer.pid, peer.uid, name_of(peer.uid), std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

}  // namespace drover::control
