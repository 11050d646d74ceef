// arp_announce of the interfaces that carry virtual addresses. The kernel may ask ARP with any of its addresses as the
// sender; asking with a virtual address teaches others where that is, and a director that is dead, or only slow, would
// draw it back to itself. With 2 it asks with an address of the target's network that is the interface's own.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

namespace drover::app {

class ArpAnnounce {
public:
    /// `note` is a file that has what was before as long as it is changed: a line "INTERFACE VALUE" each. What an earlier
    /// daemon left there, because it was killed, is what will be restored.
    explicit ArpAnnounce(std::string note);

    /// 2 on these interfaces from now on, and on the others what it was before.
    void apply(std::set<std::string> const& interfaces);
    /// What it was before, everywhere.
    void restore() { apply({}); }

    std::map<std::string, int> const& before() const { return before_; }
    /// What it was before an earlier daemon set it.
    void inherit(std::map<std::string, int> before) { before_ = std::move(before); }

private:
    void write_note() const;

    std::string note_;
    std::map<std::string, int> before_;
};

}  // namespace drover::app
