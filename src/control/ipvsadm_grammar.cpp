#include "control/ipvsadm_grammar.h"

#include <fmt/format.h>

#include <vector>

#include "control/ipvsadm_checks.h"
#include "control/ipvsadm_draft.h"
#include "control/ipvsadm_options.h"
#include "control/ipvsadm_words.h"

namespace drover::control::ipvsadm {

namespace {

using model::SyncRole;
using Parsed = std::expected<Command, Refusal>;
using Refused = std::unexpected<Refusal>;

constexpr int kPoptError = 255;
constexpr std::int64_t kLongestTimeout = 2'678'400;  // 31 days, the most that --set takes

Refused refuse(std::string message) { return Refused(Refusal{std::move(message)}); }

/// --set takes its three values from the words that are no options.
std::expected<model::Timeouts, Refusal> take_timeouts(std::vector<std::string>& words) {
    if (words.size() < 3) return refuse("--set option requires 3 timeout values");
    std::uint32_t seconds[3];
    for (std::size_t i = 0; i < 3; ++i) {
        auto const value = number(words[i], 0, kLongestTimeout);
        if (!value) return refuse(fmt::format("invalid timeout value `{}' specified", words[i]));
        seconds[i] = static_cast<std::uint32_t>(*value);
    }
    words.erase(words.begin(), words.begin() + 3);
    return model::Timeouts{seconds[0], seconds[1], seconds[2]};
}

std::expected<SyncRole, Refusal> role(Verb verb, std::string const& word) {
    if (word == "master") return SyncRole::master;
    if (word == "backup") return SyncRole::backup;
    return refuse(verb == Verb::start_daemon ? "illegal start-daemon parameter specified"
                                             : "illegal start_daemon specified");
}

View view_of(Draft const& draft) {
    if (draft.has(Option::connection)) return View::connections;
    if (draft.has(Option::timeout)) return View::timeout;
    if (draft.has(Option::daemon)) return View::daemon;
    if (draft.has(Option::stats)) return View::stats;
    if (draft.has(Option::rate)) return View::rate;
    if (draft.has(Option::thresholds)) return View::thresholds;
    if (draft.has(Option::persistent_conn)) return View::persistent;
    return draft.has(Option::tun_info) ? View::tunnels : View::services;
}

Parsed listing(Draft const& draft) {
    if (auto const ok = check_listing(draft.options()); !ok) return refuse(ok.error());
    return Listing{.view = view_of(draft),
                   .numeric = draft.has(Option::numeric),
                   .exact = draft.has(Option::exact),
                   .sorted = !draft.has(Option::nosort),
                   .persistence_data = draft.has(Option::persistent_conn),
                   .json = draft.has(Option::json),
                   .service = draft.has(Option::service) ? std::optional(draft.name()) : std::nullopt};
}

Parsed service_edit(Verb verb, Draft const& draft) {
    auto const service = draft.service();
    if (auto const ok = check_service(service); !ok) return refuse(ok.error());
    if (verb == Verb::add_service) return model::Edit(model::edit::AddService{service});
    return model::Edit(model::edit::ChangeService{service});
}

Parsed server_edit(Verb verb, Draft const& draft) {
    if (auto const ok = check_server(draft); !ok) return refuse(ok.error());
    if (verb == Verb::add_server) return model::Edit(model::edit::AddServer{draft.name(), draft.server()});
    return model::Edit(model::edit::ChangeServer{draft.name(), draft.server()});
}

Parsed zero(Draft const& draft) {
    return model::Edit(model::edit::Zero{draft.has(Option::service) ? std::optional(draft.name()) : std::nullopt});
}

Parsed start_sync(Draft const& draft, SyncRole role) {
    auto daemon = draft.daemon();
    daemon.role = role;
    return model::Edit(model::edit::StartSync{daemon});
}

/// What goes with some commands alone.
struct Extra {
    SyncRole role = SyncRole::master;
    model::Timeouts timeouts;
};

Parsed finish(Verb verb, Draft const& draft, Extra const& extra) {
    switch (verb) {
        case Verb::add_service:
        case Verb::edit_service:
            return service_edit(verb, draft);
        case Verb::delete_service:
            return model::Edit(model::edit::RemoveService{draft.name()});
        case Verb::clear:
            return model::Edit(model::edit::Clear{});
        case Verb::restore:
            return Restore{};
        case Verb::save:
            return Save{draft.has(Option::numeric)};
        case Verb::add_server:
        case Verb::edit_server:
            return server_edit(verb, draft);
        case Verb::delete_server:
            return model::Edit(model::edit::RemoveServer{draft.name(), draft.server_as_named()});
        case Verb::zero:
            return zero(draft);
        case Verb::set:
            return model::Edit(model::edit::SetTimeouts{extra.timeouts});
        case Verb::start_daemon:
            return start_sync(draft, extra.role);
        case Verb::stop_daemon:
            return model::Edit(model::edit::StopSync{extra.role});
        case Verb::list:
        case Verb::help:
        case Verb::version:
            break;
    }
    return listing(draft);
}

Parsed read_options(Words& words, Verb verb, Extra extra, Names const& names) {
    Draft draft;
    for (auto item = words.next(); !std::holds_alternative<Words::End>(item); item = words.next()) {
        if (auto const* broken = std::get_if<Words::Broken>(&item))
            return Refused(Refusal{broken->typed + ": " + broken->reason, kPoptError, false});
        auto const& found = std::get<Words::Found>(item);
        if (found.word->is_verb) return refuse(fmt::format("invalid option `{}'", found.typed));
        if (auto const ok = draft.take(found, names); !ok) return refuse(ok.error());
    }
    auto leftover = words.leftover();
    if (verb == Verb::set) {
        auto const timeouts = take_timeouts(leftover);
        if (!timeouts) return Refused(timeouts.error());
        extra.timeouts = *timeouts;
    }
    if (!leftover.empty()) return refuse("unexpected argument " + leftover.front());
    // Whatever the command is: whether it may have them is asked later.
    if (auto const ok = draft.settle_scheduler_flags(); !ok) return refuse(ok.error());
    if (auto const ok = check_options(row(verb), draft.options()); !ok) return refuse(ok.error());
    return finish(verb, draft, extra);
}

}  // namespace

Refusal try_help() { return {"Try `ipvsadm -h' or 'ipvsadm --help' for more information.", kPoptError}; }

std::expected<Command, Refusal> parse(std::span<std::string const> typed, Names const& names) {
    if (typed.empty()) return Listing{};
    Words words(typed);
    auto const first = words.next();
    auto const* command = std::get_if<Words::Found>(&first);
    if (command == nullptr || !command->word->is_verb) return Refused(try_help());
    auto const verb = command->word->verb;
    if (verb == Verb::help) return ShowHelp{};
    if (verb == Verb::version) return ShowVersion{};
    Extra extra;
    if (verb == Verb::start_daemon || verb == Verb::stop_daemon) {
        auto const known = role(verb, *command->argument);
        if (!known) return Refused(known.error());
        extra.role = *known;
    }
    return read_options(words, verb, extra, names);
}

}  // namespace drover::control::ipvsadm
