// Which words may stand where: keepalived's vocabulary as a table, each word with the arguments it takes and with what
// becomes of it here. A further word is a further row in one of the vocabulary_*.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace drover::config {

struct Context;

enum class Treatment : std::uint8_t {
    carried_out,  ///< a reader (read_*.cpp) takes it
    own,          ///< likewise, but keepalived does not know the word: noted where keepalived would read the file, too
    silent,       ///< nothing is to be done for it here: tuning of keepalived's own processes, words of a block that is
                  ///< noted as a whole
    not_yet,      ///< known, not carried out yet by this version: one note a file
    old_name,     ///< works like the word in `remark`, which is the one to write: one warning a file
    gone,         ///< keepalived calls it unknown now: ignored, one warning a file; `remark` says why or what to write
};

inline constexpr int any_number = -1;

struct Keyword {
    std::string_view word;
    Treatment treatment = Treatment::carried_out;
    int least = 0;                   ///< arguments; keepalived refuses to start when one is missing
    int most = any_number;           ///< further words are ignored
    Context const* block = nullptr;  ///< the words in its block; nullptr: it takes none
    bool repeatable = false;         ///< each one counts; of all others the last one does
    std::string_view remark{};       ///< what happens instead; the word to write; what it was
    std::string_view topic{};        ///< words of one topic are noted once together; empty: the word itself
    bool block_optional = false;
};

/// The words of one kind of block.
struct Context {
    std::string_view name;              ///< the keyword in front of the block; empty: outside any block
    std::span<Keyword const> keywords;  ///< sorted by word
    bool list = false;                  ///< lines of data, not keywords

    /// nullptr: the word may not stand here.
    Keyword const* find(std::string_view word) const;
};

/// What may stand outside any block.
Context const& root_context();

/// Every context of the vocabulary, the root first.
std::span<Context const* const> all_contexts();

// For the tables.

template <std::size_t... Sizes>
consteval auto keyword_table(std::array<Keyword, Sizes> const&... parts) {
    std::array<Keyword, (Sizes + ...)> all;
    std::size_t count = 0;
    ((std::ranges::copy(parts, all.begin() + static_cast<std::ptrdiff_t>(count)), count += Sizes), ...);
    std::ranges::sort(all, {}, &Keyword::word);
    return all;
}

consteval Keyword word(std::string_view name, int arguments = 1) {
    return {name, Treatment::carried_out, arguments, arguments};
}
consteval Keyword word(std::string_view name, int least, int most) {
    return {name, Treatment::carried_out, least, most};
}
consteval Keyword own(std::string_view name, int least, int most) { return {name, Treatment::own, least, most}; }
consteval Keyword block(std::string_view name, Context const* context, int arguments = 0) {
    return {name, Treatment::carried_out, arguments, arguments, context};
}
consteval Keyword silent(std::string_view name, int least = 0, Context const* context = nullptr) {
    return {name, Treatment::silent, least, any_number, context};
}
consteval Keyword later(std::string_view name, int least = 0, std::string_view remark = {},
                        std::string_view topic = {}) {
    return {name, Treatment::not_yet, least, any_number, nullptr, false, remark, topic};
}
consteval Keyword later_block(std::string_view name, Context const* context, int least = 0,
                              std::string_view remark = {}, std::string_view topic = {}) {
    return {name, Treatment::not_yet, least, any_number, context, false, remark, topic};
}
consteval Keyword old_name(std::string_view name, std::string_view today, int least = 1) {
    return {name, Treatment::old_name, least, any_number, nullptr, false, today};
}
consteval Keyword gone(std::string_view name, std::string_view remark) {
    return {name, Treatment::gone, 0, any_number, nullptr, true, remark};
}
consteval Keyword each(Keyword keyword) {
    keyword.repeatable = true;
    return keyword;
}

extern Context const global_defs_context, vrrp_instance_context, vrrp_sync_group_context, virtual_server_context;

}  // namespace drover::config
