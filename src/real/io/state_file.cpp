#include "real/io/state_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <system_error>

namespace drover::real {
namespace {

constexpr std::size_t largest = 1 << 20;

Result<void> write_whole(std::string const& path, std::string_view text) {
    loop::Fd const file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!file) return fail_errno("create " + path);
    while (!text.empty()) {
        auto const size = ::write(file.get(), text.data(), text.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return fail_errno("write " + path);
        text.remove_prefix(static_cast<std::size_t>(size));
    }
    return {};
}

}  // namespace

Result<std::optional<std::string>> read_text(std::string const& path) {
    loop::Fd const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
    if (!file) return fail_errno("read " + path);
    std::string text;
    std::array<char, 4096> buffer;
    while (true) {
        auto const size = ::read(file.get(), buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return fail_errno("read " + path);
        if (size == 0) return text;
        text.append(buffer.data(), static_cast<std::size_t>(size));
        if (text.size() > largest) return fail("read " + path + ": it is larger than any such file can be", EFBIG);
    }
}

Result<StateFile> StateFile::lock(std::string path) {
    auto folder = std::filesystem::path(path).parent_path();
    if (folder.empty()) folder = ".";
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return fail("create " + folder.string() + ": " + error.message(), error.value());
    loop::Fd held(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!held) return fail_errno("open " + folder.string());
    while (::flock(held.get(), LOCK_EX) < 0)
        if (errno != EINTR) return fail_errno("lock " + folder.string());
    return StateFile(std::move(path), std::move(held));
}

Result<std::optional<State>> StateFile::load(Scene const& scene) const {
    auto const text = read_text(path_);
    if (!text) return std::unexpected(text.error());
    if (!*text) return std::nullopt;
    auto state = decode(**text);
    if (!state)
        return fail(path_ + " is damaged (" + state.error().message +
                    "): put the host's settings right by hand and remove it");
    if (state->scene.boot != scene.boot) return std::nullopt;
    if (state->scene.network != scene.network)
        return fail(path_ + " belongs to another network namespace: give each its own state file");
    return std::move(*state);
}

Result<void> StateFile::store(std::optional<State> const& state) const {
    if (!state) {
        if (::unlink(path_.c_str()) < 0 && errno != ENOENT) return fail_errno("remove " + path_);
        return {};
    }
    auto const fresh = path_ + ".new";
    if (auto const written = write_whole(fresh, encode(*state)); !written) return written;
    if (::rename(fresh.c_str(), path_.c_str()) < 0) return fail_errno("replace " + path_);
    return {};
}

}  // namespace drover::real
