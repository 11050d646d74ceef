#include "config/script.h"

#include <fmt/core.h>

#include <cctype>
#include <cstddef>

namespace drover::config {

namespace {

int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    auto const letter = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : 99;
}

/// Up to `most` digits at line[at] as a character; `at` is moved behind them.
char coded(std::string_view line, std::size_t& at, int base, std::size_t most) {
    int value = 0;
    for (std::size_t i = 0; i < most && at < line.size() && digit(line[at]) < base; ++i)
        value = value * base + digit(line[at++]);
    return static_cast<char>(value);
}

/// line[at] is the character after a backslash.
char escaped(std::string_view line, std::size_t& at) {
    constexpr std::string_view letters = "abefnrtv";
    constexpr std::string_view meanings = "\a\b\033\f\n\r\t\v";
    char const c = line[at];
    if (c == 'x' && at + 1 < line.size() && digit(line[at + 1]) < 16) return coded(line, ++at, 16, 2);
    if (digit(c) < 8) return coded(line, at, 8, 3);
    if (c == 'c' && at + 1 < line.size()) {
        at += 2;
        return static_cast<char>(line[at - 1] & 0x1f);
    }
    ++at;
    auto const known = letters.find(c);
    return known == std::string_view::npos ? c : meanings[known];
}

}  // namespace

std::vector<std::string> script_words(std::string_view line) {
    std::vector<std::string> words;
    bool in_word = false;
    char quote = 0;
    for (std::size_t at = 0; at < line.size();) {
        char const c = line[at];
        bool const blank = c == ' ' || c == '\t';
        if (quote == 0 && blank) {
            in_word = false;
            ++at;
            continue;
        }
        if (!in_word) words.emplace_back();
        in_word = true;
        if (c == '\\' && quote != '\'' && at + 1 < line.size()) {
            words.back() += escaped(line, ++at);
        } else if (c == quote || (quote == 0 && (c == '"' || c == '\''))) {
            quote = quote == 0 ? c : '\0';
            ++at;
        } else {
            words.back() += c;
            ++at;
        }
    }
    return words;
}

std::string_view whole_line(Statement const& statement) {
    // All words of a line lie in one string.
    auto const* const begin = statement.argument(1)->raw.data();
    auto const last = statement.words.back().raw;
    return {begin, static_cast<std::size_t>(last.data() + last.size() - begin)};
}

model::Script read_script(Reading& reading, Statement const& statement) {
    model::Script script;
    if (statement.argument(1) == nullptr) return script;
    auto const words = script_words(whole_line(statement));
    if (words.empty()) return script;
    script.argv = script_words(words[0]);
    if (words.size() > 1) script.user = words[1];
    if (words.size() > 2) script.group = words[2];
    script.origin = reading.origin(statement);
    if (!script.user.empty() && !reading.host.has_user(script.user)) {
        reading.reporter.advise_once(
            "user " + script.user,
            statement.argument(2) != nullptr ? statement.argument(2)->position : statement.keyword().position,
            "no-such-user",
            fmt::format(
                "a second word is the user to run the script as, and there is no user `{}` here: the script is not run "
                "(put \"...\" around a program with its arguments)",
                script.user));
        script = {};
    }
    return script;
}

void read_first_script(Reading& reading, Statement const& statement, model::Script& script) {
    if (script.empty()) {
        script = read_script(reading, statement);
        return;
    }
    reading.reporter.warn(statement.keyword().position, "repeated-script",
                          fmt::format("`{}` was given before: of scripts the first one counts, this one is ignored",
                                      statement.name()));
}

void judge_script(Reading& reading, Statement const& statement, model::Script const& script, ScriptUse use,
                  bool security_enabled) {
    if (script.empty() || statement.argument(1) == nullptr) return;
    auto const& program = script.argv[0];
    auto const& place = statement.argument(1)->position;
    switch (reading.host.script(program)) {
        case ScriptState::fine:
            if (!security_enabled && reading.reporter.first("script-security", place)) {
                reading.reporter.warn_with(place, "script-security", insecure_scripts,
                                           "scripts are run without a look at who may change them, since global_defs "
                                           "does not say enable_script_security");
                reading.reporter.remember("script-security");
            }
            return;
        case ScriptState::changeable:
            if (reading.reporter.first("insecure-script " + program, place)) {
                reading.reporter.warn_with(
                    place, "insecure-script", insecure_scripts,
                    fmt::format("{} would run as root, and others than root can change what is run: {}", program,
                                reading.host.weak_part(program)));
                reading.reporter.remember("insecure-script " + program);
            }
            return;
        case ScriptState::missing:
            if (use == ScriptUse::notify)
                reading.reporter.advise_once(
                    "script " + program, place, "script-missing",
                    fmt::format("{} does not exist on this host: nothing will be run", program));
            else if (use == ScriptUse::check)
                reading.reporter.warn_once(
                    "script " + program, place, "script-missing",
                    fmt::format("{} does not exist on this host: the check is not run, and nothing depends on it", program));
            return;
        case ScriptState::not_executable:
            if (use != ScriptUse::no_more)
                reading.reporter.advise_once(
                    "script " + program, place, "script-not-executable",
                    fmt::format("{} is not executable and cannot be run (chmod +x {})", program, program));
    }
}

}  // namespace drover::config
