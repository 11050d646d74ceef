// Cuts a command line into options and arguments by popt's rules: letters may be bundled (-Lnc, -t1.2.3.4:80), long
// options take =VALUE or the next word, an optional value is the next word unless that begins with '-', and what is no
// option is kept for later.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "control/ipvsadm_options.h"

namespace drover::control::ipvsadm {

class Words {
public:
    struct Found {
        Word const* word = nullptr;
        std::optional<std::string> argument;
        std::string typed;  ///< the last word that it took: where it stood, or its argument
    };
    struct Broken {
        std::string typed;
        std::string reason;  ///< popt's: "unknown option", "missing argument"
    };
    struct End {};
    using Item = std::variant<Found, Broken, End>;

    explicit Words(std::span<std::string const> words) : words_(words) {}

    Item next();
    /// The words that are no options, in order; complete after End.
    std::vector<std::string> const& leftover() const { return leftover_; }

private:
    Item long_option(std::string const& typed);
    Item short_option();
    Item found(Word const& word, std::string_view attached, bool has_attached, std::string const& typed);

    std::span<std::string const> words_;
    std::size_t at_ = 0;
    std::string_view bundle_;  ///< letters of the current word that are still to be read
    std::string typed_;
    std::vector<std::string> leftover_;
};

}  // namespace drover::control::ipvsadm
