#include "dataplane/io/pins.h"

#include <charconv>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace drover::dataplane {

namespace {

constexpr char const* kBpffs = "/sys/fs/bpf";

bool is_bpffs(std::filesystem::path const& path) {
    struct statfs fs{};
    return ::statfs(path.c_str(), &fs) == 0 && fs.f_type == BPF_FS_MAGIC;
}

/// systemd mounts it; containers and plain init systems may not have.
Result<void> need_bpffs(std::filesystem::path const& directory) {
    auto above = directory;
    while (!std::filesystem::exists(above) && above.has_parent_path() && above != above.parent_path())
        above = above.parent_path();
    if (is_bpffs(above)) return {};
    if (directory.string().starts_with(kBpffs) && ::mount("bpf", kBpffs, "bpf", 0, nullptr) == 0) return {};
    return fail("pin directory " + directory.string() + ": this is no bpffs, and none could be mounted on " + kBpffs +
                " (mount -t bpf bpf " + kBpffs + ")");
}

}  // namespace

Result<Pins> Pins::open(std::filesystem::path const& directory) {
    if (auto ready = need_bpffs(directory); !ready) return std::unexpected(ready.error());
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) return fail("pin directory " + directory.string() + ": " + error.message(), error.value());
    int const lock = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock < 0) return fail_errno("pin directory " + directory.string());
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        int const code = errno;
        ::close(lock);
        if (code != EWOULDBLOCK) return fail_errno("lock pin directory " + directory.string(), code);
        return fail("another drover is running with the pin directory " + directory.string(), EBUSY);
    }
    return Pins(directory, lock);
}

Pins::Pins(Pins&& other) noexcept
    : directory_(std::move(other.directory_)), lock_(std::exchange(other.lock_, -1)) {}

Pins::~Pins() {
    if (lock_ >= 0) ::close(lock_);
}

std::vector<int> Pins::links() const {
    std::vector<int> found;
    std::error_code error;
    for (auto const& entry : std::filesystem::directory_iterator(directory_, error)) {
        auto const name = entry.path().filename().string();
        int ifindex = 0;
        if (!name.starts_with("link_")) continue;
        std::from_chars(name.data() + 5, name.data() + name.size(), ifindex);
        found.push_back(ifindex);
    }
    return found;
}

void Pins::remove_all() {
    std::error_code error;
    for (auto const& entry : std::filesystem::directory_iterator(directory_, error)) ::unlink(entry.path().c_str());
    ::rmdir(directory_.c_str());
}

}  // namespace drover::dataplane
