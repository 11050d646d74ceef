#include "dataplane/io/pins.h"

#include <charconv>
#include <cstdio>
#include <set>
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

std::vector<int> Pins::interfaces() const {
    std::set<int> found;
    std::error_code error;
    for (auto const& entry : std::filesystem::directory_iterator(directory_, error)) {
        auto const name = entry.path().filename().string();
        for (std::string_view const kind : {"link_", "note_"}) {
            if (!name.starts_with(kind)) continue;
            int ifindex = 0;
            std::from_chars(name.data() + kind.size(), name.data() + name.size(), ifindex);
            if (ifindex > 0) found.insert(ifindex);
        }
    }
    return {found.begin(), found.end()};
}

Result<void> Pins::write_note(int ifindex, std::string const& line) {
    auto const path = note_path(ifindex);
    auto const fresh = (directory_ / "new_note").string();
    ::unlink(fresh.c_str());
    if (::symlink(line.c_str(), fresh.c_str()) != 0 || ::rename(fresh.c_str(), path.c_str()) != 0)
        return fail_errno("write " + path);
    return {};
}

std::optional<std::string> Pins::note(int ifindex) const {
    std::error_code error;
    auto line = std::filesystem::read_symlink(note_path(ifindex), error);
    if (error) return std::nullopt;
    return line.string();
}

void Pins::erase_note(int ifindex) { ::unlink(note_path(ifindex).c_str()); }

void Pins::remove_all() {
    std::error_code error;
    for (auto const& entry : std::filesystem::directory_iterator(directory_, error)) ::unlink(entry.path().c_str());
    ::rmdir(directory_.c_str());
}

}  // namespace drover::dataplane
