// What a configuration file is read against: other files, and the host it is for. Parameters, so that reading is a function.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/result.h"

namespace drover::config {

class FileSource {
public:
    virtual ~FileSource() = default;
    virtual Result<std::string> read(std::string const& path) = 0;
    /// Paths that match a shell pattern, sorted; a pattern without a directory of its own is looked for in `directory`.
    virtual std::vector<std::string> expand(std::string const& pattern, std::string const& directory) = 0;
};

enum class ScriptState { fine, missing, not_executable };

class Host {
public:
    virtual ~Host() = default;
    /// What lines with @id are compared with: `-i`, else the short host name.
    virtual std::string config_id() const = 0;
    /// Nothing when it is not known: then nothing is said of interfaces.
    virtual std::optional<std::set<std::string>> interfaces() const = 0;
    virtual std::optional<std::set<Address>> addresses() const = 0;
    virtual ScriptState script(std::string const& path) const = 0;
};

}  // namespace drover::config
