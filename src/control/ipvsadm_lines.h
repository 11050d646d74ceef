// Cuts what `ipvsadm -R` reads into lines and words: at blanks, quotes mean nothing, and the word `ipvsadm` is left out
// wherever it stands. A word that begins with # begins a comment, for which the original has no eye.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace drover::control::ipvsadm {

class Lines {
public:
    using Words = std::vector<std::string>;

    /// The lines that are whole now; those without a word are left out.
    std::vector<Words> add(std::string_view bytes);
    /// The last line, if it lacked its newline; else no words.
    Words rest();

private:
    std::string begun_;
};

}  // namespace drover::control::ipvsadm
