// A master that hands over, and a backup that is asked to take over (docs/succession.md).
#include "vrrp/transition.h"

namespace drover::vrrp {

bool Transition::belongs_to_handover(AdvertHeard const& advert) {
    if (m_.giving && advert.from == m_.giving->to && advert.priority > 0 && now_ <= m_.giving->until) {
        hand_over();
        return true;
    }
    if (!m_.taking || advert.from != m_.taking->from) return false;
    if (advert.priority > 0) return now_ < m_.taking->until;
    m_.taking.reset();  // and the advert that answers a priority of 0 keeps others from an election
    return false;
}

void Transition::operator()(HandOver const& to) {
    if (m_.state == VrrpState::master) m_.giving = to;
}

void Transition::operator()(HandoverEnded const& ended) {
    if (!m_.giving) return;  // it was told by an advert already
    if (ended.taken) return hand_over();
    m_.giving.reset();
}

void Transition::operator()(TakeOver const& from) {
    if (m_.state != VrrpState::backup) return;
    say(Level::info, "{} hands over", from.from.text());
    become_master(fmt::format("{} has handed over", from.from.text()));
    m_.taking = from;
}

/// The other one is master already, and what still comes to this one is forwarded for a moment. Priority 0 is for those
/// who have not heard the other one yet.
void Transition::hand_over() {
    auto const to = m_.giving->to;
    say(Level::info, "handed over to {}", to.text());
    say(Level::info, "Entering BACKUP STATE");
    enter(VrrpState::backup, fmt::format("handed over to {}, which is not preempted until it fails or hands back", to.text()));
    act(SendAdvert{0});
    say(Level::info, "sent 0 priority");
    act(DropAddresses{});
    m_.gave_to = to;
    m_.gate_shuts = now_ + gate_lingers;
    m_.hears_master = true;
    join();
    m_.timer = now_ + down_interval();  // the owner of the addresses waits, too
    act(Notify{Happening::became_backup});
}

}  // namespace drover::vrrp
