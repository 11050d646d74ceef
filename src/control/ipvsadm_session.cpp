#include "control/ipvsadm_session.h"

#include <utility>

#include "control/ipvsadm_lines.h"
#include "control/ipvsadm_listing.h"

namespace drover::control::ipvsadm {

namespace {

constexpr int kDone = 0, kNotFound = 1, kRefused = 255;

/// What became of one command: its exit code, and whether that of -R ends with it.
struct Ending {
    int code = kDone;
    bool ends_restore = false;
};

class Run {
public:
    Run(Director& director, Terminal const& terminal, Names const& names)
        : director_(director), terminal_(terminal), names_(names) {}

    Result<int> first(std::span<std::string const> words) {
        auto const command = parse(words, names_);
        if (command && std::holds_alternative<Restore>(*command)) return restore();
        auto ending = carry_out(command);
        if (ending) ending = settle(*ending);
        if (!ending) return std::unexpected(ending.error());
        return ending->code;
    }

private:
    using Parsed = std::expected<Command, Refusal>;

    Result<int> restore() {
        Lines lines;
        Ending last;
        for (auto bytes = terminal_.read(); !bytes.empty(); bytes = terminal_.read()) {
            auto const ended = play(lines.add(bytes), last);
            if (!ended) return std::unexpected(ended.error());
            if (last.ends_restore) return last.code;
        }
        std::vector<Lines::Words> rest{lines.rest()};
        if (rest.front().empty()) rest.clear();
        if (auto const ended = play(rest, last); !ended) return std::unexpected(ended.error());
        return last.code;
    }

    /// The commands that came together; edits are gathered as long as nothing is to be printed in between.
    Result<void> play(std::vector<Lines::Words> const& lines, Ending& last) {
        for (auto const& words : lines) {
            auto const ending = carry_out(parse(words, names_));
            if (!ending) return std::unexpected(ending.error());
            last = *ending;
            if (last.ends_restore) return {};
        }
        auto const ending = settle(last);
        if (!ending) return std::unexpected(ending.error());
        last = *ending;
        return {};
    }

    Result<Ending> carry_out(Parsed const& command) {
        if (!command || !std::holds_alternative<model::Edit>(*command))
            if (auto const before = settle({}); !before) return std::unexpected(before.error());
        if (!command) return refuse(command.error());
        return std::visit([this](auto const& what) { return one(what); }, *command);
    }

    Ending refuse(Refusal const& refusal) {
        terminal_.complain(refusal.message + "\n");
        return {refusal.exit_code, refusal.ends_restore};
    }

    /// Carries out what was gathered; `last` is what became of the command after it, or of the last one before.
    Result<Ending> settle(Ending last) {
        if (gathered_.empty()) return last;
        auto const outcomes = director_.apply(gathered_);
        gathered_.clear();
        if (!outcomes) return std::unexpected(outcomes.error());
        for (auto const& outcome : *outcomes) {
            if (!outcome.done()) terminal_.complain(outcome.refusal + "\n");
            last = {outcome.done() ? kDone : kRefused, false};
        }
        return last;
    }

    Result<Ending> one(Listing const& listing) {
        if (listing.json || listing.view == View::connections) {
            auto const done = listing.view == View::connections
                                  ? director_.list_connections(listing, numeric_or(listing.numeric))
                                  : director_.list_as_json();
            if (!done) return std::unexpected(done.error());
            return Ending{};
        }
        return print(director_.list(listing, numeric_or(listing.numeric)));
    }

    Result<Ending> one(Save const& save) { return print(director_.save(save, numeric_or(save.numeric))); }

    Result<Ending> one(Restore const&) { return refuse(try_help()); }

    Result<Ending> one(ShowHelp const&) {
        terminal_.print(help_text());
        return Ending{kDone, true};
    }

    Result<Ending> one(ShowVersion const&) {
        terminal_.print(version_line() + "\n");
        return Ending{kDone, true};
    }

    Result<Ending> one(model::Edit const& edit) {
        gathered_.push_back(edit);
        return Ending{};
    }

    Result<Ending> print(Result<std::string> const& text) {
        if (text) {
            terminal_.print(*text);
            return Ending{};
        }
        if (text.error().code != kNoSuchService) return std::unexpected(text.error());
        return refuse({text.error().message, kNotFound});
    }

    Names const& numeric_or(bool numeric) const {
        static NumbersOnly const numbers;
        return numeric ? static_cast<Names const&>(numbers) : names_;
    }

    Director& director_;
    Terminal const& terminal_;
    Names const& names_;
    std::vector<model::Edit> gathered_;
};

}  // namespace

Result<int> run(std::span<std::string const> words, Director& director, Terminal const& terminal, Names const& names) {
    return Run(director, terminal, names).first(words);
}

}  // namespace drover::control::ipvsadm
