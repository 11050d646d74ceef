#include "app/vrrp_loop.h"

#include <poll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <set>

#include <fmt/core.h>

#include "app/vrrp_handover.h"
#include "base/log.h"
#include "loop/io/clock.h"

namespace drover::app {
namespace {

// A pause longer than this between reading adverts and running timers: they are read once more.
constexpr Duration stale_after = 20ms;
// Counters alone are shown with this delay at most; a change of state at once.
constexpr Duration publish_every = 100ms;
constexpr Duration soon = 1ms;

/// A number that differs from boot to boot: the first half of the kernel's random boot id. 0 where there is none.
std::uint64_t read_boot() {
    std::string id;
    std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
    std::erase(id, '-');
    std::uint64_t boot = 0;
    std::from_chars(id.data(), id.data() + std::min<std::size_t>(id.size(), 16), boot, 16);
    return boot;
}

}  // namespace

Result<std::unique_ptr<VrrpLoop>> VrrpLoop::open(VrrpMailbox& mailbox, vrrp::RoleBoard& board,
                                                 std::function<void(vrrp::StateChange)> const& notify,
                                                 std::function<void()> const& join) {
    auto network = VrrpNetwork::open();
    if (!network) return std::unexpected(network.error());
    auto transmitter = vrrp::Transmitter::open();
    if (!transmitter) return std::unexpected(transmitter.error());
    loop::Fd timer(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK));
    if (!timer) return fail_errno("make a timer for VRRP");
    return std::unique_ptr<VrrpLoop>(new VrrpLoop(mailbox, std::move(*network), std::move(*transmitter),
                                                  std::move(timer), board, notify, join, read_boot()));
}

VrrpLoop::VrrpLoop(VrrpMailbox& mailbox, VrrpNetwork network, vrrp::Transmitter transmitter, loop::Fd timer,
                   vrrp::RoleBoard& board, std::function<void(vrrp::StateChange)> const& notify,
                   std::function<void()> const& join, std::uint64_t boot)
    : mailbox_(mailbox),
      network_(std::move(network)),
      transmitter_(std::move(transmitter)),
      announcer_(network_, transmitter_),
      timer_(std::move(timer)),
      outside_{network_, transmitter_, announcer_, board, notify, join, boot} {}

void VrrpLoop::run() {
    do {
        publish();
        set_timer();
        wait();
        hear_all();
        keep_in_step();
        follow_network();
        if (!obey_commands()) break;
        run_timers();
        keep_in_step();
    } while (true);
    publish();
}

void VrrpLoop::wait() {
    std::vector<pollfd> waiting{{timer_.get(), POLLIN, 0}, {network_.fd(), POLLIN, 0}, {mailbox_.fd(), POLLIN, 0}};
    ears_.wait_with(waiting);
    ::poll(waiting.data(), waiting.size(), -1);
    std::uint64_t expirations = 0;
    [[maybe_unused]] auto const read = ::read(timer_.get(), &expirations, sizeof expirations);
}

void VrrpLoop::hear_all() {
    heard_at_ = loop::now();
    ears_.drain([this](int ifindex, vrrp::Frame const& frame) { hear(ifindex, frame, heard_at_); });
}

void VrrpLoop::hear(int ifindex, vrrp::Frame const& frame, TimePoint now) {
    auto const* const link = network_.link(ifindex);
    if (!link) return;
    // The kernel gives a macvlan what comes from another holder of its MAC address, and that alone is heard there. From
    // our own card's address it is our own advert, sent back by a loop in the network.
    bool const by_vmac = is_vmac(link->name);
    if ((frame.source == link->mac) != by_vmac) return;
    auto const packet = vrrp::read_ip(frame.bytes);
    if (!packet) return;
    auto const vrid = vrrp::virtual_router_of(*packet);
    for (auto const& router : routers_) {
        auto const& instance = router->instance();
        bool const is_here = instance.interface == link->name || (instance.vmac && instance.vmac->interface == link->name);
        if (!is_here || instance.virtual_router_id != vrid ||
            instance.family != packet->from.family())
            continue;
        router->hear(*packet, frame.source, now);
        return;
    }
    for (auto const& router : routers_)
        if (router->instance().interface == link->name && router->instance().family == packet->from.family())
            router->overhear(*packet, now);
}

void VrrpLoop::follow_network() {
    auto const changes = network_.follow();
    if (!changes) {
        log::error("VRRP cannot follow the network: {}", changes.error().message);
        return;
    }
    auto const again = looks_again_at();
    if (!changes->links && !changes->addresses && !changes->holdings && (!again || *again > loop::now())) return;
    auto const before = std::move(surroundings_);
    look(instances());
    report_links(before, surroundings_);
    look_around(*changes);
    if (changes->links) ears_.open(routers_, network_);
}

std::optional<TimePoint> VrrpLoop::looks_again_at() const {
    auto const settles = network_.settles_at();
    if (!surroundings_.held_back) return settles;
    return std::min(settles.value_or(TimePoint::max()), held_until_);
}

void VrrpLoop::look_around(VrrpNetwork::Changes const& changes) {
    for (auto const& router : routers_)
        router->look_around(judgements_.at(router->instance().name), changes, loop::now());
    keep_in_step();
}

std::vector<model::Instance const*> VrrpLoop::instances() const {
    std::vector<model::Instance const*> all;
    for (auto const& router : routers_) all.push_back(&router->instance());
    return all;
}

void VrrpLoop::look(std::vector<model::Instance const*> const& instances) {
    std::set<Address> virtual_addresses;
    auto const add = [&](model::Instance const& instance) {
        for (auto const& address : model::holdings_of(instance).addresses) virtual_addresses.insert(address.prefix.address);
    };
    for (auto const& router : routers_) add(router->instance());
    for (auto const* const instance : instances) add(*instance);
    surroundings_ = network_.surroundings(std::move(virtual_addresses), loop::now());
    surroundings_.tracks = tracks_;
    surroundings_.held_back = loop::now() < held_until_;
    judgements_.clear();
    for (auto const* const instance : instances) judgements_[instance->name] = vrrp::judge(*instance, surroundings_);
    for (auto const& router : routers_)
        if (auto const own = judgements_.find(router->instance().name);
            own != judgements_.end() && own->second.conditions.fault.empty())
            own->second.conditions.fault = router->problem();
    std::vector<model::SyncGroup> groups;
    for (auto const& group : groups_) groups.push_back(group.group());
    vrrp::share(groups, judgements_);
}

bool VrrpLoop::concerns_us(std::string const& interface) const {
    return std::ranges::any_of(routers_, [&](auto const& router) {
        auto const& instance = router->instance();
        return instance.interface == interface ||
               std::ranges::find(instance.track_interfaces, interface, &model::TrackedInterface::name) !=
                   instance.track_interfaces.end();
    });
}

void VrrpLoop::report_links(vrrp::Surroundings const& before, vrrp::Surroundings const& now) {
    auto const is_up = [](vrrp::Surroundings const& seen, std::string const& name) {
        auto const found = std::ranges::find(seen.interfaces, name, &vrrp::SeenInterface::name);
        return found != seen.interfaces.end() && found->up;
    };
    for (auto const& name : now.known)
        if (concerns_us(name) && is_up(before, name) != is_up(now, name))
            log::info("Netlink reports {} {}", name, is_up(now, name) ? "up" : "down");
}

bool VrrpLoop::obey_commands() {
    bool go_on = true;
    for (auto& command : mailbox_.take()) {
        switch (command.kind) {
            case VrrpCommand::Kind::apply:
                apply(std::move(command.routers));
                break;
            case VrrpCommand::Kind::track:
                // A reload tells all of them; to look at a thousand instances again takes milliseconds.
                if (tracks_ == command.tracks) break;
                tracks_ = std::move(command.tracks);
                look(instances());
                look_around({});
                break;
            case VrrpCommand::Kind::joined:
                for (auto const& router : routers_) router->end_join(loop::now());
                break;
            case VrrpCommand::Kind::handover:
                carry_out(*command.step, routers_, groups_, loop::now());
                keep_in_step();
                break;
            case VrrpCommand::Kind::stop:
                stop();
                go_on = false;
                break;
            case VrrpCommand::Kind::leave:
                go_on = false;
                break;
        }
        published_at_ = {};  // whoever asked looks at the result next
        publish();
        command.done.set_value();
    }
    return go_on;
}

bool VrrpLoop::is_vmac(std::string const& interface) const {
    return std::ranges::any_of(routers_, [&](auto const& router) {
        auto const& vmac = router->instance().vmac;
        return vmac && vmac->interface == interface;
    });
}

void VrrpLoop::stop() {
    for (auto const& router : routers_) router->stop(loop::now());
    for (auto const& group : groups_) outside_.notify(vrrp::change_of(group.group(), vrrp::Happening::stopped));
}

void VrrpLoop::apply(VirtualRouters wanted) {
    auto const goes_on = [&](VrrpRouter const& router) {
        return std::ranges::any_of(wanted.instances,
                                   [&](auto const& i) { return same_virtual_router(i, router.instance()); });
    };
    outside_.spared = held_by_masters(wanted.instances);
    for (auto const& router : routers_)
        if (!goes_on(*router)) router->stop(loop::now(), true);
    std::erase_if(routers_, [&](auto const& router) { return !goes_on(*router); });
    network_.delay(wanted.links.delays);
    announcer_.configure(std::move(wanted.links.garp_groups));
    held_until_ = wanted.held_until;
    std::vector<VrrpRouter*> were_masters;
    for (auto const& router : routers_)
        if (router->machine().state == model::VrrpState::master) were_masters.push_back(router.get());
    regroup(std::move(wanted.groups), wanted.told);
    outside_.join_patience = wanted.join_patience;
    std::vector<model::Instance const*> all;
    for (auto const& instance : wanted.instances) all.push_back(&instance);
    look(all);
    if (wanted.tell_states) tell_states();
    std::vector<VrrpRouter*> fresh;
    for (auto& instance : wanted.instances) {
        bool const grouped = is_grouped(instance.name);
        auto* const router = router_named(routers_, instance.name);
        if (!router) {
            auto told = told_of(wanted.told, false, instance.name);
            routers_.push_back(std::make_unique<VrrpRouter>(std::move(instance), grouped, outside_, std::move(told)));
            fresh.push_back(routers_.back().get());
        } else if (router->instance() != instance || router->machine().settings.grouped != grouped ||
                   router->machine().settings.join_patience != wanted.join_patience) {
            auto const& judgement = judgements_.at(instance.name);
            router->reconfigure(std::move(instance), grouped, judgement, loop::now());
        }
    }
    outside_.spared.clear();
    for (auto* const router : were_masters)
        if (router->machine().state != model::VrrpState::master) router->let_go();
    look(instances());
    ears_.open(routers_, network_);
    start(fresh);
    ears_.open(routers_, network_);  // those of the macvlans that have been made
    look_around({});
}

/// Of those that go on; nothing has changed, so no script is run.
void VrrpLoop::tell_states() {
    for (auto const& router : routers_)
        if (auto const& machine = router->machine(); machine.state != model::VrrpState::init)
            outside_.notify(vrrp::without_scripts(
                vrrp::change_of(router->instance(), vrrp::entering(machine.state), machine.priority())));
    for (auto const& group : groups_)
        if (group.state() != model::VrrpState::init)
            outside_.notify(vrrp::without_scripts(vrrp::change_of(group.group(), vrrp::entering(group.state()))));
}

/// An address that one master hands to another one is there all the time, whichever of them comes first.
std::vector<HeldAddress> VrrpLoop::held_by_masters(std::vector<model::Instance> const& wanted) {
    std::vector<HeldAddress> held;
    for (auto const& instance : wanted) {
        auto const* const router = router_named(routers_, instance.name);
        if (!router || router->machine().state != model::VrrpState::master || !same_virtual_router(instance, router->instance()))
            continue;
        for (auto const& address : model::holdings_of(instance).addresses)
            held.emplace_back(address.device.empty() ? model::holdings_of(instance).device : address.device, address.prefix);
    }
    return held;
}

/// Of a sync group all resume or none.
void VrrpLoop::start(std::vector<VrrpRouter*> const& fresh) {
    auto const now = loop::now();
    auto const may = [&](VrrpRouter const* router) {
        return std::ranges::find(fresh, router) != fresh.end() && router->may_resume(now).has_value();
    };
    std::set<VrrpRouter*> alone;
    for (auto const& group : groups_) {
        auto const members = members_of(group);
        if (!std::ranges::all_of(members, may)) alone.insert(members.begin(), members.end());
    }
    for (auto* const router : fresh) {
        auto const resume = alone.contains(router) ? std::nullopt : router->may_resume(now);
        router->start(judgements_.at(router->instance().name), resume, loop::now());
    }
}

void VrrpLoop::run_timers() {
    if (loop::now() - heard_at_ > stale_after) {
        hear_all();
        keep_in_step();
    }
    for (auto const& router : routers_) router->run_timers(loop::now());
    announcer_.run_timers(loop::now());
}

void VrrpLoop::set_timer() {
    std::optional<TimePoint> first;
    for (auto const& router : routers_)
        if (auto const wake = router->wakes_at(); wake && (!first || *wake < *first)) first = *wake;
    if (auto const again = looks_again_at(); again && (!first || *again < *first)) first = *again;
    if (auto const wake = announcer_.wakes_at(); wake && (!first || *wake < *first)) first = *wake;
    if (publish_again_) first = std::min(first.value_or(TimePoint::max()), loop::now() + soon);
    itimerspec when{};
    if (first) {
        // All zero would switch it off.
        auto const since_boot = std::max(first->time_since_epoch(), Duration(1));
        when.it_value.tv_sec = since_boot / 1s;
        when.it_value.tv_nsec = std::chrono::nanoseconds(since_boot % Duration(1s)).count();
    }
    ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr);
}

void VrrpLoop::publish() {
    auto const now = loop::now();
    std::uint64_t transitions = routers_.size();
    for (auto const& router : routers_) transitions += router->transitions();
    if (transitions == published_transitions_ && !publish_again_ && now - published_at_ < publish_every) return;
    auto picture = std::make_shared<VrrpPicture>();
    for (auto const& router : routers_) picture->push_back(router->observed(now));
    publish_again_ = !mailbox_.publish(std::move(picture));
    published_at_ = now;
    published_transitions_ = transitions;
}

}  // namespace drover::app
