#include "vrrp/split_brain.h"

#include <algorithm>

#include <fmt/core.h>

namespace drover::vrrp {
namespace {

// Not named again within so long.
constexpr Duration named_every = 60s;
// Anybody on the link can make senders up: those who have been silent longest make room for others, after this long.
constexpr Duration kept_for = 60s;
constexpr std::size_t most_rivals = 32;
// After an election the loser's adverts may still be on their way: so many are no second master yet.
constexpr std::uint64_t settling = 2;

constexpr std::string_view second = "second master";
constexpr std::string_view arp = "ARP";

/// A second master whose adverts are believed advertises on and on; three intervals without one, and it is gone. One whose
/// adverts are refused may refuse ours: keepalived stays MASTER then and puts its own adverts off with each of ours, so
/// that its silence means nothing for a while. An address is asked for now and then only.
Duration patience(SplitBrain::Rival const& rival, Duration interval) {
    return rival.reason == second ? 3 * interval + 1s : std::max<Duration>(3 * interval + 1s, 60s);
}

std::string sentence(SplitBrain::Rival const& rival) {
    if (rival.reason == arp) return fmt::format("{} has {}", rival.who, rival.text);
    if (rival.reason == second) return fmt::format("{} stays MASTER, too: {}", rival.who, rival.text);
    if (!rival.refused) return fmt::format("{} is MASTER, too ({}: {})", rival.who, rival.reason, rival.text);
    return fmt::format("{} is MASTER, too: its adverts are refused ({}: {})", rival.who, rival.reason, rival.text);
}

}  // namespace

SplitBrain::Rival* SplitBrain::rival(std::string const& who, std::string_view reason, TimePoint now) {
    auto const key = std::pair(who, std::string(reason));
    if (!rivals_.contains(key) && rivals_.size() >= most_rivals) {
        auto const oldest = std::ranges::min_element(rivals_, {}, [](auto const& entry) { return entry.second.last; });
        if (now - oldest->second.last <= kept_for) return nullptr;
        rivals_.erase(oldest);
    }
    auto& found = rivals_[key];
    found.who = who;
    found.reason = reason;
    if (found.count == 0) found.first = now;
    ++found.count;
    found.last = now;
    return &found;
}

bool SplitBrain::refused(Address const& from, std::string_view reason, std::string text, bool claims, TimePoint now) {
    auto* const found = rival(from.text(), reason, now);
    if (!found) return false;
    found->text = std::move(text);
    found->refused = true;
    found->claims = claims;
    bool const is_news = found->count == 1 || now - found->named > named_every;
    if (is_news) found->named = now;
    return is_news;
}

void SplitBrain::second_master(Address const& from, int priority, TimePoint now) {
    auto const known = rivals_.find({from.text(), std::string(second)});
    auto const before = known == rivals_.end() ? now : known->second.last;
    auto* const found = rival(from.text(), second, now);
    if (!found) return;
    // After a break it is another election.
    if (now - before > 10s) found->first = now;
    found->text = fmt::format("it does not hear or does not believe our adverts, and advertises priority {}", priority);
    found->claims = found->count > settling && now - found->first > 2s;
}

void SplitBrain::other_addresses(Address const& from, std::string text, bool claims, TimePoint now) {
    auto* const found = rival(from.text(), "address list", now);
    if (!found) return;
    found->text = std::move(text);
    found->claims = claims;
}

void SplitBrain::answers_for(Address const& address, std::string mac, TimePoint now) {
    auto* const found = rival(mac, arp, now);
    if (!found) return;
    found->text = fmt::format("the address {}, too: it answers for it", address.text());
    found->claims = true;
}

std::string SplitBrain::verdict(Duration interval, TimePoint now) const {
    std::string all;
    for (auto const& [key, rival] : rivals_)
        if (rival.claims && now - rival.last <= patience(rival, interval)) all += (all.empty() ? "" : "; ") + sentence(rival);
    return all;
}

std::vector<SplitBrain::Rival> SplitBrain::rivals() const {
    std::vector<Rival> all;
    for (auto const& [key, rival] : rivals_) all.push_back(rival);
    return all;
}

}  // namespace drover::vrrp
