// The pin directory on bpffs: where maps and links outlive the daemon, with a line about each link, and the lock that
// keeps a second daemon out.
#pragma once

#include <filesystem>
#include <optional>
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
    /// Interface numbers for which there is a link or a note.
    std::vector<int> interfaces() const;

    /// A line about the attachment to an interface. It is kept as the target of a symbolic link (bpffs has no plain
    /// files), so that it comes and goes with the pins, and is there whole or not at all.
    Result<void> write_note(int ifindex, std::string const& line);
    std::optional<std::string> note(int ifindex) const;
    void erase_note(int ifindex);

    /// Removes every pin and the directory: the kernel frees what nobody else holds.
    void remove_all();

private:
    std::string note_path(int ifindex) const { return (directory_ / ("note_" + std::to_string(ifindex))).string(); }

    Pins(std::filesystem::path directory, int lock) : directory_(std::move(directory)), lock_(lock) {}

    std::filesystem::path directory_;
    int lock_ = -1;
};

}  // namespace drover::dataplane
