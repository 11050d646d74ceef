#include "control/ipvsadm_grammar.h"

#include <fmt/format.h>

#include <charconv>
#include <vector>

#include "control/ipvsadm_options.h"
#include "control/ipvsadm_words.h"

namespace drover::control::ipvsadm {

namespace {

constexpr int usage_error = 2;
constexpr int popt_error = 255;
constexpr std::uint64_t longest_timeout = 2'678'400;  // 31 days, the most that -p and --set take

using Refused = std::unexpected<Refusal>;

Refused refuse(std::string message, int exit_code = usage_error) {
    return Refused(Refusal{std::move(message), exit_code});
}

Refused try_help() { return refuse("Try `ipvsadm -h' or 'ipvsadm --help' for more information.", popt_error); }

std::optional<std::uint64_t> number(std::string_view text, std::uint64_t lowest, std::uint64_t highest) {
    std::uint64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < lowest || value > highest)
        return std::nullopt;
    return value;
}

/// What has been read so far.
struct Given {
    OptionSet options = 0;
    std::optional<ServiceKey> service;
    std::optional<std::uint32_t> fwmark;
};

Protocol protocol_of(Word const& word) {
    if (word.letter == 't') return Protocol::tcp;
    return word.letter == 'u' ? Protocol::udp : Protocol::sctp;
}

std::expected<void, Refusal> take_service(Given& given, Word const& word, std::string const& text, Names const& names) {
    if (word.letter == 'f') {
        auto const mark = number(text, 1, 0xffffffff);
        if (!mark) return refuse(fmt::format("invalid fwmark value `{}' specified", text));
        given.fwmark = static_cast<std::uint32_t>(*mark);
        return {};
    }
    auto const endpoint = parse_endpoint(text, protocol_of(word), names);
    if (!endpoint) return refuse("illegal virtual server address[:port] specified");
    given.service = ServiceKey{*endpoint, protocol_of(word)};
    return {};
}

std::expected<void, Refusal> take(Given& given, Words::Found const& found, Names const& names) {
    if (found.word->is_verb) return refuse(fmt::format("invalid option `{}'", found.typed));
    auto const option = found.word->option;
    if (option == Option::sort) return {};
    if (option == Option::ipv6) {
        if (!given.fwmark) return refuse("-6 used before -f\n");
        return {};
    }
    if (given.options & bit(option)) return refuse(fmt::format("multiple '{}' options specified", name(option)));
    given.options |= bit(option);
    if (option == Option::service) return take_service(given, *found.word, *found.argument, names);
    return {};
}

/// Required, illegal and conflicting options, in the order of the option table.
std::expected<void, Refusal> check_options(VerbRow const& verb, OptionSet given) {
    std::optional<Option> first_exclusive;
    for (int i = 0; i < checked_options; ++i) {
        auto const option = static_cast<Option>(i);
        if (!(given & bit(option))) {
            if (verb.required & bit(option))
                return refuse(
                    fmt::format("You need to supply the '{}' option for the '{}' command", name(option), verb.name));
            continue;
        }
        if (!((verb.required | verb.allowed) & bit(option)))
            return refuse(fmt::format("Illegal '{}' option with the '{}' command", name(option), verb.name));
        if (!(verb.exclusive & bit(option))) continue;
        if (first_exclusive)
            return refuse(fmt::format("The option '{}' conflicts with the '{}' option in the '{}' command",
                                      name(option), name(*first_exclusive), verb.name));
        first_exclusive = option;
    }
    return {};
}

/// --set takes its three values from the words that are no options.
std::expected<void, Refusal> check_timeouts(std::vector<std::string>& words) {
    if (words.size() < 3) return refuse("--set option requires 3 timeout values");
    for (std::size_t i = 0; i < 3; ++i)
        if (!number(words[i], 0, longest_timeout))
            return refuse(fmt::format("invalid timeout value `{}' specified", words[i]));
    words.erase(words.begin(), words.begin() + 3);
    return {};
}

std::expected<void, Refusal> check_daemon_role(Verb verb, std::string const& role) {
    if (role == "master" || role == "backup") return {};
    return refuse(verb == Verb::start_daemon ? "illegal start-daemon parameter specified"
                                             : "illegal start_daemon specified");
}

View view_of(OptionSet given) {
    auto const has = [given](Option option) { return (given & bit(option)) != 0; };
    if (has(Option::connection)) return View::connections;
    if (has(Option::timeout)) return View::timeout;
    if (has(Option::daemon)) return View::daemon;
    if (has(Option::stats)) return View::stats;
    if (has(Option::rate)) return View::rate;
    if (has(Option::thresholds)) return View::thresholds;
    if (has(Option::persistent_conn)) return View::persistent;
    return has(Option::tun_info) ? View::tunnels : View::services;
}

std::expected<Command, Refusal> listing(Given const& given) {
    auto const apart = set_of({Option::connection, Option::timeout, Option::daemon});
    auto const alone = set_of({Option::timeout, Option::daemon});
    if (((given.options & apart) && (given.options & set_of({Option::stats, Option::rate, Option::thresholds}))) ||
        ((given.options & alone) && (given.options & bit(Option::persistent_conn))))
        return refuse("options conflicts in the list command");
    auto const has = [&given](Option option) { return (given.options & bit(option)) != 0; };
    return Listing{.view = view_of(given.options),
                   .numeric = has(Option::numeric),
                   .exact = has(Option::exact),
                   .sorted = !has(Option::nosort),
                   .persistence_data = has(Option::persistent_conn),
                   .json = has(Option::json),
                   .service = given.service,
                   .fwmark = given.fwmark};
}

std::expected<Command, Refusal> finish(Verb verb, Given const& given, std::vector<std::string> leftover) {
    if (verb == Verb::set)
        if (auto const ok = check_timeouts(leftover); !ok) return Refused(ok.error());
    if (!leftover.empty()) return refuse("unexpected argument " + leftover.front());
    auto const& rules = row(verb);
    if (auto const ok = check_options(rules, given.options); !ok) return Refused(ok.error());
    if (verb == Verb::list) return listing(given);
    if (verb == Verb::zero) return Zero{given.service, given.fwmark};
    return refuse(
        fmt::format("ipvsadm: the '{}' command is not carried out yet by this version of drover", rules.name));
}

}  // namespace

std::expected<Command, Refusal> parse(std::span<std::string const> typed, Names const& names) {
    if (typed.empty()) return Listing{};
    Words words(typed);
    auto const first = words.next();
    auto const* command = std::get_if<Words::Found>(&first);
    if (command == nullptr || !command->word->is_verb) return try_help();
    auto const verb = command->word->verb;
    if (verb == Verb::start_daemon || verb == Verb::stop_daemon)
        if (auto const ok = check_daemon_role(verb, *command->argument); !ok) return Refused(ok.error());
    if (verb == Verb::help) return ShowHelp{};
    if (verb == Verb::version) return ShowVersion{};

    Given given;
    for (auto item = words.next(); !std::holds_alternative<Words::End>(item); item = words.next()) {
        if (auto const* broken = std::get_if<Words::Broken>(&item))
            return refuse(broken->typed + ": " + broken->reason, popt_error);
        if (auto const ok = take(given, std::get<Words::Found>(item), names); !ok) return Refused(ok.error());
    }
    return finish(verb, given, words.leftover());
}

std::optional<Endpoint> parse_endpoint(std::string_view text, Protocol protocol, Names const& names) {
    if (auto const bare = Address::parse(text)) return Endpoint{*bare, 0};
    auto const colon = text.rfind(':');
    auto host = text.substr(0, colon);
    bool const bracketed = host.starts_with('[');
    if (bracketed && (colon == std::string_view::npos || !host.ends_with(']'))) return std::nullopt;
    if (bracketed) host = host.substr(1, host.size() - 2);

    auto address = Address::parse(host);
    if (bracketed && (!address || address->is_v4())) return std::nullopt;
    if (!bracketed && address && !address->is_v4()) return std::nullopt;
    if (!address) {
        // A string of digits is a mistake, not a host's name.
        bool const digits = host.find_first_not_of("0123456789") == std::string_view::npos;
        if (!digits && host.find(':') == std::string_view::npos) address = names.address_of(host);
    }
    if (!address) return std::nullopt;
    if (colon == std::string_view::npos) return Endpoint{*address, 0};

    auto const port_text = text.substr(colon + 1);
    if (auto const port = number(port_text, 0, 65535)) return Endpoint{*address, static_cast<std::uint16_t>(*port)};
    auto const named = names.port_of(port_text, protocol);
    if (!named) return std::nullopt;
    return Endpoint{*address, *named};
}

std::string version_line() { return "ipvsadm v1.31 2019/12/24 (compiled with popt and IPVS v1.2.1)"; }

namespace {

std::string help_row(Word const& word) {
    auto spelling = word.letter != 0 ? fmt::format("-{}, --{}", word.letter, word.long_name)
                                     : fmt::format("    --{}", word.long_name);
    if (word.argument == Argument::required) spelling += fmt::format(" {}", word.argument_name);
    if (word.argument == Argument::optional) spelling += fmt::format(" [{}]", word.argument_name);
    return fmt::format("  {:<36}{}\n", spelling, word.meaning);
}

}  // namespace

std::string help_text() {
    OptionSet shown = 0;
    for (auto const& word : vocabulary())
        if (word.is_verb && row(word.verb).carried_out) shown |= row(word.verb).required | row(word.verb).allowed;
    std::string commands, options, later;
    for (auto const& word : vocabulary()) {
        bool const carried_out =
            word.is_verb ? row(word.verb).carried_out
                         : (shown & bit(word.option)) || word.option == Option::sort || word.option == Option::ipv6;
        if (!carried_out)
            later += fmt::format("{}--{}", later.empty() ? "" : " ", word.long_name);
        else
            (word.is_verb ? commands : options) += help_row(word);
    }
    return version_line() + "\nas carried out by drover; it talks to the running daemon.\n\nUsage:\n" +
           "  ipvsadm [-L] [-n] [-t|-u ADDRESS:PORT] [options]   services and servers\n" +
           "  ipvsadm -L [-n] -c                                 connections\n" +
           "  ipvsadm -L --timeout                               timeouts\n" +
           "  ipvsadm -Z [-t|-u ADDRESS:PORT]                    counters and rates to zero\n\nCommands (the first option):\n" +
           commands + "\nOptions:\n" + options + "\nKnown, not carried out yet by this version:\n  " + later + "\n";
}

}  // namespace drover::control::ipvsadm
