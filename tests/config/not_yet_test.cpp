// docs/keepalived.md lists the words that are known and not carried out: all of them, and no others.
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "config/vocabulary.h"

namespace drover::config {
namespace {

/// Lines of the table, the first of the page, begin with where the words stand; the second cell has the words in
/// backquotes.
std::set<std::string> words_in_table() {
    std::ifstream file(std::string(DROVER_SOURCE_DIR) + "/docs/keepalived.md");
    std::set<std::string> words;
    for (std::string line; std::getline(file, line) && !line.starts_with("## ");) {
        if (!line.starts_with("| ")) continue;
        std::istringstream cells(line.substr(2));
        std::string place, list;
        std::getline(cells, place, '|');
        std::getline(cells, list, '|');
        for (std::size_t from = list.find('`'); from != std::string::npos;) {
            auto const to = list.find('`', from + 1);
            words.insert(list.substr(from + 1, to - from - 1));
            from = list.find('`', to + 1);
        }
    }
    return words;
}

TEST(KeepalivedPage, ListsAllWordsThatAreNotCarriedOutAndNoOthers) {
    std::set<std::string> not_yet;
    for (auto const* const context : all_contexts())
        for (auto const& keyword : context->keywords)
            if (keyword.treatment == Treatment::not_yet) not_yet.emplace(keyword.word);
    EXPECT_FALSE(not_yet.empty());
    EXPECT_EQ(words_in_table(), not_yet);
}

}  // namespace
}  // namespace drover::config
