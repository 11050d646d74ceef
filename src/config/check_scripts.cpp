#include "config/check_scripts.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include "config/script.h"

namespace drover::config {

namespace {

struct Row {
    std::string_view word;
    ScriptUse use;
};

constexpr std::array rows{
    Row{"notify_master", ScriptUse::notify}, Row{"notify_backup", ScriptUse::notify},
    Row{"notify_fault", ScriptUse::notify},  Row{"notify_stop", ScriptUse::notify},
    Row{"notify", ScriptUse::notify},        Row{"notify_up", ScriptUse::notify},
    Row{"notify_down", ScriptUse::notify},   Row{"quorum_up", ScriptUse::notify},
    Row{"quorum_down", ScriptUse::notify},  Row{"misc_path", ScriptUse::no_more},
    Row{"script", ScriptUse::check},         Row{"notify_fifo_script", ScriptUse::notify},
    Row{"vrrp_notify_fifo_script", ScriptUse::notify}, Row{"notify_deleted", ScriptUse::notify},
    Row{"notify_master_rx_lower_pri", ScriptUse::notify}, Row{"lvs_notify_fifo_script", ScriptUse::notify},
};

/// Of nearly every word the first letter tells that it is none of them.
constexpr std::string_view first_letters = "lnqmsv";

auto row_of(std::string_view word) {
    static_assert(std::ranges::all_of(rows, [](Row const& row) { return first_letters.contains(row.word.front()); }));
    return first_letters.contains(word.front()) ? std::ranges::find(rows, word, &Row::word) : rows.end();
}

class ScriptCheck {
public:
    ScriptCheck(Reading& reading, bool security_enabled) : reading_(reading), security_enabled_(security_enabled) {}

    void check_blocks(std::span<Statement const> statements) {
        std::vector<std::string_view> seen;
        for (auto const& statement : statements) {
            if (statement.known == nullptr || statement.is_void) continue;
            if (!statement.block.empty()) check_blocks(statement.block);
            auto const row = row_of(statement.name());
            // Of several lines with one word keepalived takes the first.
            if (row == rows.end() || std::ranges::find(seen, row->word) != seen.end()) continue;
            seen.push_back(row->word);
            judge_script(reading_, statement, read_script(reading_, statement), row->use, security_enabled_);
        }
    }

private:
    Reading& reading_;
    bool security_enabled_;
};

bool has_known_member(Statement const& group, std::set<std::string_view> const& instances) {
    auto const* const members = group.find("group");
    if (members == nullptr) return false;
    return std::ranges::any_of(members->block, [&](Statement const& line) {
        return std::ranges::any_of(line.words, [&](Token const& word) { return instances.contains(word.text); });
    });
}

}  // namespace

void check_scripts(Reading& reading, std::span<Statement const> tree, bool security_enabled) {
    std::set<std::string_view> instances;
    for (auto const& block : tree)
        if (block.name() == "vrrp_instance" && block.argument(1) != nullptr) instances.insert(block.argument(1)->text);
    for (auto const& block : tree)
        if (block.name() != "vrrp_sync_group" || has_known_member(block, instances))
            ScriptCheck(reading, security_enabled).check_blocks(std::span(&block, 1));
}

}  // namespace drover::config
