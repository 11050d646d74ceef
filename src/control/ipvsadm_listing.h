// What `ipvsadm -L` prints, byte for byte as ipvsadm 1.31 does (trailing blanks included), from observed values.
// One thing is better on purpose: a server's totals do not wrap at 2^32.
#pragma once

#include <cerrno>
#include <string>

#include "base/result.h"
#include "control/ipvsadm_grammar.h"
#include "model/observed.h"

namespace drover::control::ipvsadm {

/// Error::code of "No such service".
inline constexpr int kNoSuchService = ESRCH;

/// Services and servers, the timeouts or the daemons, as `listing.view` says (not View::connections). A service that
/// was asked for and is not there is the error "No such service".
Result<std::string> format(model::DataplaneObserved const& observed, Listing const& listing, Names const& names);

/// The lines above the connections.
std::string connections_title(Listing const& listing);
/// Adds the line of one connection, with its newline; `persistence_data`: with what an engine made of it.
void append_connection(std::string& text, model::ConnectionRow const& row, bool persistence_data, Names const& names);

/// "1234", "123456K", ... in at least 9 columns; with `exact` never shortened.
std::string number_column(std::uint64_t value, bool exact);

}  // namespace drover::control::ipvsadm
