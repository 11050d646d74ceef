#include "config/vocabulary.h"

#include <vector>

namespace drover::config {

std::span<Context const* const> vrrp_contexts();     // vocabulary_vrrp.cpp
std::span<Context const* const> service_contexts();  // vocabulary_services.cpp

Keyword const* Context::find(std::string_view word) const {
    auto const found = std::ranges::lower_bound(keywords, word, {}, &Keyword::word);
    return found == keywords.end() || found->word != word ? nullptr : &*found;
}

std::span<Context const* const> all_contexts() {
    static std::vector<Context const*> const all = [] {
        std::vector<Context const*> contexts;
        for (auto const part : {vrrp_contexts(), service_contexts()})
            contexts.insert(contexts.end(), part.begin(), part.end());
        return contexts;
    }();
    return all;
}

}  // namespace drover::config
