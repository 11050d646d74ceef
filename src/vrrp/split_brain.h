// Two masters for one virtual router have a name: who claims the addresses beside us, and why the election does not settle
// it. Pure: it is told what was heard, and counts by sender and reason.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/address.h"
#include "base/time.h"

namespace drover::vrrp {

class SplitBrain {
public:
    struct Rival {
        std::string who;     ///< an address, or the MAC of one that answers ARP
        std::string reason;  ///< "password", "TTL", ..., "second master", "ARP": one word or two, for counters
        std::string text;    ///< the last time's details
        std::uint64_t count = 0;
        TimePoint first;     ///< of those without a longer break
        TimePoint last;
        bool refused = false; ///< its adverts are
        bool claims = false;  ///< it says that it is master, or acts so
        TimePoint named;      ///< when it was last reported as new
    };

    /// An advert that was not believed. A priority of 0 claims nothing. True: it is news, and worth a line in the log.
    bool refused(Address const& from, std::string_view reason, std::string text, bool claims, TimePoint now);
    /// A believed advert of one with less right, heard while we are master. Right after an election there may be one or two.
    void second_master(Address const& from, int priority, TimePoint now);
    /// Likewise, but with other addresses than ours: keepalived before 2.3.4 refuses our adverts for that, and stays master.
    void other_addresses(Address const& from, std::string text, bool claims, TimePoint now);
    /// Somebody else's ARP or neighbour discovery says that an address is at this MAC.
    void answers_for(Address const& address, std::string mac, TimePoint now);

    /// Who claims the addresses beside a master now, and why that is not settled; empty: nobody. `interval` is that of
    /// adverts. It is over when the other resigns, or has been silent for long enough.
    std::string verdict(Duration interval, TimePoint now) const;

    /// All that were heard, but for some that have been silent for long.
    std::vector<Rival> rivals() const;

private:
    Rival* rival(std::string const& who, std::string_view reason, TimePoint now);

    std::map<std::pair<std::string, std::string>, Rival> rivals_;  ///< by who and reason
};

}  // namespace drover::vrrp
