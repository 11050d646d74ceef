// What a configuration file is read against: other files, and the host it is for. Parameters, so that reading is a
// function.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/prefix.h"
#include "base/result.h"

namespace drover::config {

class FileSource {
public:
    virtual ~FileSource() = default;
    virtual Result<std::string> read(std::string const& path) = 0;
    /// Paths that match a shell pattern (with braces), sorted; a relative pattern is looked for in `directory`.
    virtual std::vector<std::string> expand(std::string const& pattern, std::string const& directory) = 0;
};

enum class ScriptState {
    fine,
    missing,
    not_executable,
    changeable,  ///< executable, and others than root can change it or a directory on the way to it
};

/// What is not known is not judged: each answer may be nothing.
class Host {
public:
    virtual ~Host() = default;
    /// What lines with @id are compared with: `-i`, else the short host name.
    virtual std::string config_id() const = 0;
    virtual std::optional<std::set<std::string>> interfaces() const = 0;
    /// Of all interfaces, with the length of their network.
    virtual std::optional<std::set<Prefix>> addresses() const = 0;
    /// Of the default routes.
    virtual std::set<Address> gateways() const = 0;
    /// `program` is a path, or a name to be looked for on the PATH.
    virtual ScriptState script(std::string const& program) const = 0;
    /// Of a script that is changeable: which part of its path, and how: "/srv/x is writable by everyone".
    virtual std::string weak_part(std::string const& program) const = 0;
    virtual bool has_user(std::string const& user) const = 0;
    /// Of the environment, for ${_ENV NAME}.
    virtual std::optional<std::string> variable(std::string const& name) const = 0;
    /// Where ${_RANDOM ...} starts from; global_defs' random_seed is not looked at.
    virtual std::uint32_t random_seed() const = 0;
};

}  // namespace drover::config
