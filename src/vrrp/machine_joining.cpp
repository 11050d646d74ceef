// Before it preempts, a router waits for the connections of its peers.
#include "vrrp/transition.h"

namespace drover::vrrp {

/// Asked when a master of lower priority is heard. The delay and the connections are waited for side by side.
bool Transition::may_preempt() {
    auto const delay = m_.settings.preempt_delay;
    if (delay > 0s && !m_.preempt_from) {
        m_.preempt_from = now_ + delay;
        say(Level::info, "start preempt delay ({:.6f})", seconds(delay));
    }
    return !m_.joining_until && (!m_.preempt_from || now_ >= *m_.preempt_from);
}

/// What it does not know of it would answer with a reset.
void Transition::join() {
    if (m_.settings.join_patience == 0s) return;
    m_.joining_until = now_ + m_.settings.join_patience;
    act(Join{});
}

void Transition::give_up_joining() {
    if (!m_.joining_until || *m_.joining_until > now_) return;
    say(Level::warning, "the connections of the peers have not come within {:g} s: {} without them",
        seconds(m_.settings.join_patience), m_.state == VrrpState::master ? "going on" : "no longer waiting to preempt");
    end_join();
}

void Transition::end_join() {
    if (!m_.joining_until) return;
    m_.joining_until.reset();
    if (m_.state == VrrpState::backup && is_owner()) m_.timer = std::min(m_.timer, now_);
    if (m_.state == VrrpState::master) announce_against_lower();
}

}  // namespace drover::vrrp
