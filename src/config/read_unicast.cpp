#include "config/read_unicast.h"

#include <fmt/core.h>

#include <algorithm>

namespace drover::config {

namespace {

constexpr std::int64_t largest_ttl = 255;

std::optional<Address> read_one(Reading& reading, Token const& word, Family family) {
    auto const address = Address::parse(word.text.substr(0, word.text.find('/')));
    if (address && address->family() == family) return address;
    reading.reporter.warn(word.position, "bad-address",
                          fmt::format("`{}` is no IP address{}; it is ignored", word.text,
                                      address ? " of the family of the virtual ones" : ""));
    return std::nullopt;
}

/// A number that is wrong leaves the limit as it is.
void read_limit(Reading& reading, Statement const& line, std::size_t at, std::uint8_t& limit) {
    auto const& option = line.words[at];
    auto const* const value = line.argument(at + 1);
    auto const number = value == nullptr ? std::nullopt : parse_number(value->text);
    if (number && *number >= 0 && *number <= largest_ttl)
        limit = static_cast<std::uint8_t>(*number);
    else
        reading.reporter.warn(value == nullptr ? option.position : value->position, "bad-number",
                              fmt::format("`{}` takes a number from 0 to {}: it is ignored", option.text, largest_ttl));
}

void read_peer(Reading& reading, Statement const& line, model::Instance& instance) {
    auto const address = read_one(reading, line.keyword(), instance.family);
    if (!address) return;
    model::UnicastPeer peer{*address};
    for (std::size_t i = 1; i < line.words.size(); i += 2) {
        auto const option = line.words[i].text;
        if (option == "min_ttl" || option == "max_ttl")
            read_limit(reading, line, i, option == "min_ttl" ? peer.least_ttl : peer.most_ttl);
        else
            reading.reporter.warn(line.words[i].position, "unknown-option",
                                  fmt::format("`{}` is no option of a peer (min_ttl, max_ttl); it is ignored", option));
    }
    if (std::ranges::find(instance.unicast_peers, peer.address, &model::UnicastPeer::address) ==
        instance.unicast_peers.end())
        instance.unicast_peers.push_back(peer);
}

}  // namespace

void read_unicast(Reading& reading, Statement const* peers, Statement const* source, Statement const* fault_without,
                  model::Instance& instance) {
    if (peers != nullptr)
        for (auto const& line : peers->block) read_peer(reading, line, instance);
    if (source != nullptr && source->argument(1) != nullptr)
        if (auto const address = read_one(reading, *source->argument(1), instance.family)) instance.source = address;
    instance.lacks_peers = fault_without && instance.unicast_peers.empty();
    if (instance.lacks_peers)
        reading.reporter.warn(fault_without->keyword().position, "no-unicast-peer",
                              "unicast without a peer: the instance is in FAULT");
    else if ((peers != nullptr || source != nullptr) && instance.unicast_peers.empty())
        reading.reporter.warn((peers != nullptr ? peers : source)->keyword().position, "no-unicast-peer",
                              "unicast without a peer: multicast is used");
}

}  // namespace drover::config
