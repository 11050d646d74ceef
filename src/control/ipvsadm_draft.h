// A command while its options are read, one after the other: ipvsadm looks at each at once, so an option may depend on
// those before it (-M on the family of the service, -r on its port and protocol, -6 on the mark).
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "base/endpoint.h"
#include "control/ipvsadm_options.h"
#include "control/ipvsadm_words.h"
#include "control/names.h"
#include "model/edit.h"

namespace drover::control::ipvsadm {

class Draft {
public:
    /// Adds an option; the error is ipvsadm's message, with which it ends.
    std::expected<void, std::string> take(Words::Found const& found, Names const& names);

    /// When all options are read: which flags -b means depends on the scheduler.
    std::expected<void, std::string> settle_scheduler_flags();

    OptionSet options() const { return options_; }
    bool has(Option option) const { return (options_ & bit(option)) != 0; }
    /// What -t, -u, --sctp-service or -f named; -E and -A of port 0 and the like are checked elsewhere.
    model::ServiceName name() const;
    model::LiveService service() const;
    model::LiveServer server() const;  ///< of a tunnel or direct routing: on the port of the service
    Endpoint server_as_named() const { return server_.endpoint; }
    std::optional<Family> server_family() const { return server_family_; }
    model::SyncDaemon const& daemon() const { return daemon_; }

private:
    std::expected<void, std::string> take_service(Word const& word, std::string const& text, Names const& names);
    std::expected<void, std::string> take_of_service(Option option, std::string const* text);
    std::expected<void, std::string> take_mask(std::string const& text, Names const& names);
    std::expected<void, std::string> take_server(std::string const& text, Names const& names);
    std::expected<void, std::string> take_of_server(Word const& word, std::string const& text);
    std::expected<void, std::string> take_of_tunnel(Option option, std::string const& text);
    std::expected<void, std::string> take_of_daemon(Option option, std::string const& text);

    OptionSet options_ = 0;
    std::optional<Protocol> protocol_;
    Endpoint where_{Address::v4(0), 0};
    std::uint32_t mark_ = 0;
    Family family_ = Family::v4;
    model::LiveService service_;
    std::string scheduler_flags_;
    model::LiveServer server_;
    std::optional<Family> server_family_;
    model::SyncDaemon daemon_;
};

}  // namespace drover::control::ipvsadm
