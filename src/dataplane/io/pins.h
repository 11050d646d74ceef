// The pin directory on bpffs: where maps and links outlive the daemon, and the lock that keeps a second daemon out.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace drover::dataplane {

class Pins {
public:
    /// Makes the directory if need be (and mounts bpffs on /sys/fs/bpf when nothing is there) and locks it for the life
    /// of this object. Fails with a sentence: no bpffs, no privilege, or another daemon holds it.
    static Result<Pins> open(std::filesystem::path const& directory);

    Pins(Pins&& other) noexcept;
    Pins& operator=(Pins&&) = delete;
    ~Pins();

    std::string map(std::string const& name) const { return (directory_ / name).string(); }
    std::string link(int ifindex) const { return (directory_ / ("link_" + std::to_string(ifindex))).string(); }
    /// Interface numbers for which a link is pinned.
    std::vector<int> links() const;

    /// Removes every pin and the directory: the kernel frees what nobody else holds.
    void remove_all();

private:
    Pins(std::filesystem::path directory, int lock) : directory_(std::move(directory)), lock_(lock) {}

    std::filesystem::path directory_;
    int lock_ = -1;
};

}  // namespace drover::dataplane
