// The file in which `start` leaves what `stop` needs.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "loop/io/fd.h"
#include "real/state.h"

namespace drover::real {

class StateFile {
public:
    /// Makes the folder where need be and holds a lock on it, for two starts at once not to mix; waits for the other.
    static Result<StateFile> lock(std::string path);
    /// For looking only: no lock, nothing made.
    static StateFile unlocked(std::string path) { return StateFile(std::move(path), {}); }

    /// Nothing when there is none, or when it is of an earlier boot (`scene`), of which nothing is left. Fails when it
    /// cannot be read or understood, and when it is of another network namespace.
    Result<std::optional<State>> load(Scene const& scene) const;
    /// Replaces it in one step; none: removes it.
    Result<void> store(std::optional<State> const& state) const;
    std::string const& path() const { return path_; }

private:
    StateFile(std::string path, loop::Fd folder) : path_(std::move(path)), folder_(std::move(folder)) {}
    std::string path_;
    loop::Fd folder_;
};

/// A whole file; nothing when there is none.
Result<std::optional<std::string>> read_text(std::string const& path);

}  // namespace drover::real
