#include "netlink/io/sysctl.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>

namespace drover::netlink {
namespace {

class File {
public:
    File(std::string_view path, int flags)
        : fd_(::open(("/proc/sys/" + std::string(path)).c_str(), flags | O_CLOEXEC)) {}
    File(File const&) = delete;
    File& operator=(File const&) = delete;
    ~File() {
        if (fd_ >= 0) ::close(fd_);
    }
    int fd() const { return fd_; }

private:
    int fd_;
};

Result<std::string> conf_path(std::string_view family, std::string_view interface, std::string_view name) {
    if (interface.empty() || interface == "." || interface == ".." || interface.find('/') != std::string_view::npos)
        return fail("'" + std::string(interface) + "' is no name of an interface", EINVAL);
    return "net/" + std::string(family) + "/conf/" + std::string(interface) + "/" + std::string(name);
}

Result<int> read_conf(std::string_view family, std::string_view interface, std::string_view name) {
    auto const path = conf_path(family, interface, name);
    if (!path) return std::unexpected(path.error());
    auto const text = read_sysctl(*path);
    if (!text) return std::unexpected(text.error());
    int value = 0;
    auto const [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc() || end != text->data() + text->size())
        return fail("read /proc/sys/" + *path + ": '" + *text + "' is no number", EPROTO);
    return value;
}

Result<void> write_conf(std::string_view family, std::string_view interface, std::string_view name, int value) {
    auto const path = conf_path(family, interface, name);
    if (!path) return std::unexpected(path.error());
    return write_sysctl(*path, std::to_string(value));
}

}  // namespace

Result<std::string> read_sysctl(std::string_view path) {
    auto const doing = "read /proc/sys/" + std::string(path);
    File const file(path, O_RDONLY);
    if (file.fd() < 0) return fail_errno(doing);
    std::array<char, 4096> buffer;
    auto const size = ::read(file.fd(), buffer.data(), buffer.size());
    if (size < 0) return fail_errno(doing);
    std::string text(buffer.data(), static_cast<std::size_t>(size));
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

Result<void> write_sysctl(std::string_view path, std::string_view value) {
    auto const doing = "write " + std::string(value) + " to /proc/sys/" + std::string(path);
    File const file(path, O_WRONLY);
    if (file.fd() < 0) return fail_errno(doing);
    auto const size = ::write(file.fd(), value.data(), value.size());
    if (size < 0) return fail_errno(doing);
    if (static_cast<std::size_t>(size) != value.size()) return fail(doing + ": only a part was taken", EIO);
    return {};
}

Result<int> ipv4_conf(std::string_view interface, std::string_view name) { return read_conf("ipv4", interface, name); }

Result<void> set_ipv4_conf(std::string_view interface, std::string_view name, int value) {
    return write_conf("ipv4", interface, name, value);
}

Result<int> ipv6_conf(std::string_view interface, std::string_view name) { return read_conf("ipv6", interface, name); }

Result<void> set_ipv6_conf(std::string_view interface, std::string_view name, int value) {
    return write_conf("ipv6", interface, name, value);
}

}  // namespace drover::netlink
