// One run of `ipvsadm`, from its words to its exit code: reads them, asks the director or changes what it has, prints.
// -R reads more commands, each a run of its own but for what ends all. Who the director is (a daemon behind its
// socket, a table of a test) and where text comes from and goes to is the caller's affair.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "control/ipvsadm_grammar.h"
#include "control/names.h"
#include "model/edit.h"

namespace drover::control::ipvsadm {

/// What the commands are about. An Error means that it could not be asked at all, unless its code is kNoSuchService.
class Director {
public:
    virtual ~Director() = default;
    /// The text of a listing (not View::connections), as format() writes it.
    virtual Result<std::string> list(Listing const& listing, Names const& names) = 0;
    /// The whole table as commands, as rules() writes it.
    virtual Result<std::string> save(Save const& save, Names const& names) = 0;
    /// One outcome for each edit, in order; a refused one does not keep those behind it from being tried.
    virtual Result<std::vector<model::EditOutcome>> apply(std::span<model::Edit const> edits) = 0;
    /// Prints the connections, title included.
    virtual Result<void> list_connections(Listing const& listing, Names const& names) = 0;
    /// Prints the daemon's answer as it came (--json).
    virtual Result<void> list_as_json() = 0;
};

struct Terminal {
    std::function<void(std::string_view)> print;     ///< standard output
    std::function<void(std::string_view)> complain;  ///< standard error
    /// The next bytes of standard input, as many as there are at hand; empty at its end.
    std::function<std::string()> read;
};

/// The exit code; an Error when the director could not be asked, after what was printed before.
Result<int> run(std::span<std::string const> words, Director& director, Terminal const& terminal, Names const& names);

}  // namespace drover::control::ipvsadm
