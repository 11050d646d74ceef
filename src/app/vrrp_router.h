// One instance at work: its election machine, and the carrying out of what the machine wants. Lives in the VRRP thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "app/inheritance.h"
#include "app/vrrp_announcer.h"
#include "app/vrrp_holdings.h"
#include "app/vrrp_network.h"
#include "app/vrrp_vmac.h"
#include "model/instance.h"
#include "model/observed.h"
#include "vrrp/authentication_header.h"
#include "vrrp/conditions.h"
#include "vrrp/io/transmitter.h"
#include "vrrp/machine.h"
#include "vrrp/notify.h"
#include "vrrp/packet.h"
#include "vrrp/restore_pace.h"
#include "vrrp/role_board.h"
#include "vrrp/split_brain.h"

namespace drover::app {

/// What all instances share; it outlives them.
struct VrrpOutside {
    VrrpNetwork& network;
    vrrp::Transmitter& transmitter;
    VrrpAnnouncer& announcer;
    vrrp::RoleBoard& board;
    std::function<void(vrrp::StateChange)> const& notify;
    std::function<void()> const& join;
    std::uint64_t boot;  ///< which boot of the host this is (vrrp::SavedRole)
    Duration join_patience{0};
    std::vector<HeldAddress> spared{};  ///< during a reload: what its masters shall hold in the end
};

class VrrpRouter {
public:
    /// `told`: by the daemon that this one was before an upgrade.
    VrrpRouter(model::Instance instance, bool grouped, VrrpOutside& outside, std::optional<Told> told = {});

    /// May it go on as the master that an earlier daemon was, and since when?
    std::optional<TimePoint> may_resume(TimePoint now) const;
    /// It waits in INIT for what is not known yet, unless it resumes.
    void start(vrrp::Judgement const& judgement, std::optional<TimePoint> resume, TimePoint now);
    void hear(vrrp::Packet const& packet, Mac const& from, TimePoint now);
    /// An advert of a virtual router that is none of ours on this interface: has it an address of ours?
    void overhear(vrrp::Packet const& packet, TimePoint now);
    void run_timers(TimePoint now);
    /// Something has changed; also puts back what was taken from a master by hand.
    void look_around(vrrp::Judgement const& judgement, VrrpNetwork::Changes const& changes, TimePoint now);
    /// Of the same name, interface and VRID (same_virtual_router): keeps its state.
    void reconfigure(model::Instance instance, bool grouped, vrrp::Judgement const& judgement, TimePoint now);
    /// With its sync group.
    void move_to(model::VrrpState state, std::string why, TimePoint now);
    void end_join(TimePoint now) { give(vrrp::Joined{}, now); }
    /// A step of a planned handover.
    void carry_on(vrrp::Event const& step, TimePoint now) { give(step, now); }
    void stop(TimePoint now, bool deleted = false);
    /// It has ceased to be master while its addresses were spared.
    void let_go() { holdings_.drop(held_); }

    std::optional<TimePoint> wakes_at() const;
    model::Instance const& instance() const { return instance_; }
    vrrp::Machine const& machine() const { return machine_; }
    /// Of its own making, not of the surroundings; empty: none.
    std::string const& problem() const { return vmac_.problem(); }
    /// Whose adverts were heard last.
    std::optional<Address> const& master_address() const { return master_address_; }
    model::InstanceObserved observed(TimePoint now) const;
    /// A number that changes with every change of state.
    std::uint64_t transitions() const { return transitions_; }

private:
    void give(vrrp::Event const& event, TimePoint now);
    void perform(vrrp::Record const& record, TimePoint);
    void perform(vrrp::SendAdvert const& advert, TimePoint now);
    void perform(vrrp::OpenGate const&, TimePoint) { outside_.board.open_gate(instance_.name); }
    void perform(vrrp::ShutGate const&, TimePoint) { outside_.board.shut_gate(instance_.name); }
    void perform(vrrp::TakeAddresses const& take, TimePoint now);
    void perform(vrrp::DropAddresses const&, TimePoint);
    void perform(vrrp::Announce const& announce, TimePoint now);
    void perform(vrrp::Join const&, TimePoint) { outside_.join(); }
    void perform(vrrp::AnnounceExtra const&, TimePoint now);
    void perform(vrrp::Notify const& notify, TimePoint);
    void perform(vrrp::Report const& report, TimePoint);

    /// Sets what is missing, and says what was.
    VrrpHoldings::Missing hold(TimePoint now);
    /// Sets and announces what somebody else has removed; not for ever at once.
    void put_back(TimePoint now);
    void announce(std::vector<model::VirtualAddress> const& addresses, int repeat, TimePoint now);
    /// The interface that adverts leave by.
    std::string const& sends_by() const;
    /// To the group, or to each of the unicast peers.
    Result<void> send(vrrp::Advert const& advert, netlink::Link const& link);
    vrrp::Settings settings(bool grouped) const;
    vrrp::SavedRole role(model::VrrpState state, TimePoint last_advert) const;
    /// What the judgement means for the machine; its notes are said.
    vrrp::Conditions meet(vrrp::Judgement const& judgement);
    void say_new(std::vector<std::string> const& now, std::vector<std::string>& before);
    void say_new(std::string now, std::string& before);
    void refuse(vrrp::Packet const& packet, vrrp::Refusal const& refusal, TimePoint now);
    /// What the packet path has seen of others; a surrender of ours that was none.
    void look_for_claims(TimePoint now);
    /// Says it when a second master turns up, and when it is gone.
    void tell_split_brain(TimePoint now);
    /// What a believed advert says otherwise than is configured here.
    void compare(Address const& from, vrrp::Heard const& heard);
    /// What keepalived's dump files say of it besides.
    void observe_election(model::InstanceObserved& seen, TimePoint now) const;
    bool is_master() const { return machine_.state == model::VrrpState::master; }

    model::Instance instance_;
    model::Holdings held_;  ///< the instance's
    VrrpOutside& outside_;
    vrrp::Machine machine_;
    VrrpHoldings holdings_;
    VrrpVmac vmac_;
    std::optional<TimePoint> check_holdings_;
    vrrp::RestorePace restores_;
    bool is_started_ = false;
    std::optional<Told> told_;

    std::uint16_t ip_id_ = 0;
    vrrp::Sequences sequences_;
    bool send_failed_ = false;
    std::vector<std::string> notes_;     ///< of the surroundings
    std::vector<std::string> problems_;  ///< of the holdings
    std::string address_note_;
    std::string checksum_note_;
    vrrp::SplitBrain brain_;
    std::string split_brain_;  ///< as it was said last
    TimePoint master_since_;
    TimePoint claim_seen_;
    std::int64_t since_unix_us_ = 0;
    std::optional<Address> master_address_;
    model::AdvertCounts counts_;
    int master_priority_ = 0;  ///< of the advert heard last from a master that counts
    std::uint64_t transitions_ = 0;
};

/// Both speak for one virtual router: state may be kept over a reload.
bool same_virtual_router(model::Instance const& a, model::Instance const& b);

/// Null: there is none.
VrrpRouter* router_named(std::span<std::unique_ptr<VrrpRouter> const> routers, std::string const& name);

}  // namespace drover::app
