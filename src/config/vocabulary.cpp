#include "config/vocabulary.h"

#include <algorithm>
#include <map>
#include <string>

#include "config/vocabulary_tables.h"

namespace drover::config {

namespace {

Keyword const* find(Context const* context, std::string_view word) {
    if (context == nullptr || context->list) return nullptr;
    auto const found = std::ranges::find(context->keywords, word, &Keyword::word);
    return found == context->keywords.end() ? nullptr : &*found;
}

/// Words that may be given again and again; of all others the last one counts.
bool may_repeat(std::string_view word) {
    static constexpr std::string_view many[] = {"vrrp_instance", "virtual_server", "vrrp_sync_group", "vrrp_script",
                                                "virtual_server_group", "track_file", "vrrp_track_file",
                                                "vrrp_track_process", "bfd_instance", "garp_group", "track_group",
                                                "real_server", "url", "host", "TCP_CHECK", "HTTP_GET", "SSL_GET",
                                                "MISC_CHECK", "SMTP_CHECK", "DNS_CHECK", "UDP_CHECK", "PING_CHECK",
                                                "BFD_CHECK", "FILE_CHECK", "global_defs", "regex", "status_code",
                                                "static_ipaddress", "static_routes", "static_rules", "lvs_timeouts"};
    return std::ranges::find(many, word) != std::end(many);
}

class WordCheck {
public:
    explicit WordCheck(Reporter& reporter) : reporter_(reporter) {}

    void check(std::vector<Statement> const& statements, Context const& context) {
        std::map<std::string_view, Statement const*> seen;
        for (auto const& statement : statements) {
            if (context.list) continue;
            auto const& word = statement.keyword();
            auto const* keyword = find(&context, word.text);
            if (keyword == nullptr) {
                unknown(statement, context);
                continue;
            }
            if (auto const [before, first] = seen.emplace(keyword->word, &statement); !first && !may_repeat(keyword->word))
                reporter_.note(word.position, "repeated-keyword",
                               "`" + word.text + "` was given before in this block (line " +
                                   std::to_string(before->second->keyword().position.line) + "): the last one counts");
            known(statement, *keyword);
        }
    }

private:
    void known(Statement const& statement, Keyword const& keyword) {
        auto const& word = statement.keyword();
        auto const arguments = static_cast<int>(statement.words.size()) - 1;
        if (arguments < keyword.arguments)
            reporter_.error(word.position, "missing-argument", missing_argument, "`" + word.text + "` needs an argument");
        if (keyword.most >= 0 && arguments > keyword.most)
            reporter_.note(statement.words[static_cast<std::size_t>(keyword.most) + 1].position, "extra-words",
                           "what follows `" + word.text + "` here is ignored");
        treat(statement, keyword);
        if (keyword.block == nullptr) {
            if (statement.has_block)
                reporter_.warn(word.position, "unexpected-block", "`" + word.text + "` takes no block; it is skipped");
        } else if (!statement.has_block && keyword.word != "real_server") {
            reporter_.warn(word.position, "missing-block", "`" + word.text + "` is not followed by a block in { }");
        } else {
            check(statement.block, *keyword.block);
        }
    }

    void treat(Statement const& statement, Keyword const& keyword) {
        auto const& word = statement.keyword();
        switch (keyword.treatment) {
            case Treatment::carried_out:
            case Treatment::without_effect: return;
            case Treatment::not_yet:
                reporter_.note_once(word.text, word.position, "not-yet",
                                    "`" + word.text + "` is known, but not carried out yet by this version");
                return;
            case Treatment::renamed:
                reporter_.warn_once(word.text, word.position, "deprecated",
                                    "`" + word.text + "` is an old spelling; write " + std::string(keyword.remark));
                return;
            case Treatment::removed:
                reporter_.warn(word.position, "unknown-keyword",
                               "`" + word.text + "` is ignored: " + std::string(keyword.remark));
        }
    }

    void unknown(Statement const& statement, Context const& context) {
        auto const& word = statement.keyword();
        std::vector<std::string_view> candidates;
        for (auto const& keyword : context.keywords) candidates.push_back(keyword.word);
        auto const meant = nearest(word.text, candidates);
        auto const where = context.name.empty() ? "at the top level" : "in `" + std::string(context.name) + "`";
        auto const rest = statement.has_block ? "; the block is skipped" : "";
        reporter_.warn(word.position, "unknown-keyword", "`" + word.text + "` is no keyword " + where + rest,
                       std::string(meant));
    }

    Reporter& reporter_;
};

/// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
    for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i)
        for (std::size_t j = 1; j <= b.size(); ++j) {
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[a.size()][b.size()];
}

}  // namespace

Context const* root_context() { return &root_table(); }

bool is_list(Context const* context) { return context != nullptr && context->list; }

bool knows(Context const* context, std::string_view word) { return find(context, word) != nullptr; }

Context const* inner_context(Context const* context, std::string_view word) {
    auto const* keyword = find(context, word);
    return keyword == nullptr ? nullptr : keyword->block;
}

void check_words(std::vector<Statement> const& tree, Reporter& reporter) { WordCheck(reporter).check(tree, root_table()); }

std::string_view nearest(std::string_view word, std::vector<std::string_view> const& candidates) {
    constexpr std::size_t kLongest = 64;  // nobody misspells a keyword into something longer
    if (word.size() > kLongest) return {};
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(1, std::min<std::size_t>(3, word.size() / 3)) + 1;
    for (auto const candidate : candidates) {
        auto const length = candidate.size();
        auto away = distance(word, candidate);
        // "virtual_server192.168.0.100": the blank behind the keyword is missing.
        if (length >= 6 && word.size() > length && word.starts_with(candidate)) away = std::min<std::size_t>(away, 1);
        if (away < best_distance) {
            best = candidate;
            best_distance = away;
        }
    }
    return best;
}

}  // namespace drover::config
