#include "config/word_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>

#include "config/suggestion.h"

namespace drover::config {

namespace {

/// "at the top level" or "in `virtual_server`".
std::string place_of(Context const& context) {
    return context.name.empty() ? "outside any block" : fmt::format("in `{}`", context.name);
}

/// Where else the word may stand: "`virtual_server`"; empty: nowhere.
std::string home_of(std::string_view word) {
    std::string homes;
    for (auto const* context : all_contexts()) {
        if (context->find(word) == nullptr) continue;
        if (!homes.empty()) homes += " or ";
        homes += context->name.empty() ? "outside any block" : fmt::format("in `{}`", context->name);
    }
    return homes;
}

/// The block keyword to which the words inside an unknown block belong, if that is clear.
std::string_view kind_of_block(Statement const& statement, Context const& context) {
    constexpr std::ptrdiff_t enough = 2;
    std::string_view best;
    std::ptrdiff_t most = enough - 1;
    bool tied = false;
    for (auto const& keyword : context.keywords) {
        if (keyword.block == nullptr || keyword.block->list) continue;
        auto const fitting = std::ranges::count_if(
            statement.inside, [&](std::string_view word) { return keyword.block->find(word) != nullptr; });
        if (fitting < most || (fitting == most && best.empty())) continue;
        tied = fitting == most;
        most = fitting;
        best = keyword.word;
    }
    return tied ? std::string_view{} : best;
}

/// By its name: what drover.conf includes under another one is a part of it.
bool may_keepalived_read(std::string_view file) { return file.substr(file.find_last_of('/') + 1) == "keepalived.conf"; }

class WordCheck {
public:
    explicit WordCheck(Reporter& reporter) : reporter_(reporter) {}

    void check(std::vector<Statement>& statements, Context const& context) {
        if (context.list) return check_lines(statements, context);
        std::vector<Statement const*> before(context.keywords.size());
        for (auto& statement : statements) {
            if (statement.known == nullptr) {
                unknown(statement, context);
                continue;
            }
            auto& earlier = before[static_cast<std::size_t>(statement.known - context.keywords.data())];
            if (earlier != nullptr && !statement.known->repeatable) repeated(statement, *earlier);
            earlier = &statement;
            known(statement, *statement.known);
        }
    }

private:
    void check_lines(std::vector<Statement> const& lines, Context const& context) {
        for (auto const& line : lines)
            if (line.has_block)
                reporter_.warn(
                    line.keyword().position, "unexpected-block",
                    fmt::format("the lines of `{}` have no blocks of their own; this one is skipped", context.name));
    }

    void known(Statement& statement, Keyword const& keyword) {
        if (statement.is_void) return;
        auto const& word = statement.keyword();
        auto const given = static_cast<int>(statement.arguments().size());
        if (given < keyword.least)
            reporter_.error(
                word.position, "missing-argument", missing_argument,
                fmt::format("`{}` needs {}", word.text,
                            keyword.least == 1 ? "an argument" : fmt::format("{} arguments", keyword.least)));
        treat(word, keyword);
        if (keyword.block != nullptr) return known_block(statement, keyword);
        if (statement.has_block)
            reporter_.warn(word.position, "unexpected-block",
                           fmt::format("`{}` takes no block; what stands in it is skipped", word.text));
        if (keyword.most != any_number && given > keyword.most) extra_words(statement, keyword);
    }

    void known_block(Statement& statement, Keyword const& keyword) {
        auto const& word = statement.keyword();
        if (!statement.has_block) {
            reporter_.warn(word.position, "missing-block",
                           fmt::format("`{}` needs a block in {{ }}; without one it has no effect", word.text));
            return;
        }
        if (keyword.most != any_number && static_cast<int>(statement.arguments().size()) > keyword.most)
            extra_words(statement, keyword);
        check(statement.block, *keyword.block);
    }

    void extra_words(Statement const& statement, Keyword const& keyword) {
        reporter_.advise(statement.words[static_cast<std::size_t>(keyword.most) + 1].position, "extra-words",
                         fmt::format("`{}` takes {}: this and what follows on the line is ignored", statement.name(),
                                     keyword.most == 0   ? "no argument"
                                     : keyword.most == 1 ? "one argument"
                                                         : "two arguments"));
    }

    void repeated(Statement const& statement, Statement const& earlier) {
        reporter_.note(
            statement.keyword().position, "repeated-keyword",
            fmt::format("`{}` stands in this block for the second time (first on line {}): the last one counts",
                        statement.name(), earlier.keyword().position.line()));
    }

    void treat(Token const& word, Keyword const& keyword) {
        auto const subject = std::string(keyword.topic.empty() ? keyword.word : keyword.topic);
        auto const remark = keyword.remark.empty() ? std::string{} : fmt::format(": {}", keyword.remark);
        switch (keyword.treatment) {
            case Treatment::carried_out:
            case Treatment::silent:
                return;
            case Treatment::own:
                if (!may_keepalived_read(word.position.file())) return;
                reporter_.note_once(
                    "own words", word.position, "own-word",
                    fmt::format("`{}` is a word of drover's own, which keepalived would complain of: it "
                                "belongs into drover.conf, which may include this file",
                                word.text));
                return;
            case Treatment::not_yet:
                reporter_.note_once("not-yet " + subject, word.position, "not-yet",
                                    fmt::format("`{}` is known, but not carried out yet{}", word.text, remark));
                return;
            case Treatment::old_name:
                reporter_.warn_once("old " + subject, word.position, "deprecated",
                                    fmt::format("`{}` is an old word; today it is {}", word.text, keyword.remark));
                return;
            case Treatment::gone:
                reporter_.warn_once(fmt::format("gone {} {}", subject, keyword.remark), word.position,
                                    "obsolete-keyword", fmt::format("`{}` is ignored{}", word.text, remark));
        }
    }

    void unknown(Statement& statement, Context const& context) {
        auto const& word = statement.keyword();
        std::string_view const skipped = statement.has_block ? "; its block is skipped" : "";
        if (auto const home = home_of(word.text); !home.empty()) {
            statement.complaint = reporter_.warn(word.position, "misplaced-keyword",
                                                 fmt::format("`{}` may not stand {}, but {}; it is ignored{}",
                                                             word.text, place_of(context), home, skipped));
            return;
        }
        std::vector<std::string_view> following;
        for (auto const& argument : statement.arguments()) following.push_back(argument.text);
        auto suggestion = suggestion_for(word.text, following, context);
        if (suggestion.empty() && statement.has_block) suggestion = kind_of_block(statement, context);
        statement.complaint =
            reporter_.warn(word.position, "unknown-keyword",
                           fmt::format("`{}` is no keyword {}; it is ignored{}", word.text, place_of(context), skipped),
                           std::move(suggestion));
    }

    Reporter& reporter_;
};

}  // namespace

void check_words(std::vector<Statement>& tree, Reporter& reporter) { WordCheck(reporter).check(tree, root_context()); }

}  // namespace drover::config
