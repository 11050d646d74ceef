#include "app/vrrp_loop.h"

#include <poll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>

#include <fmt/core.h>

#include "base/log.h"
#include "loop/io/clock.h"

namespace drover::app {
namespace {

// Adverts read from one interface before timers run again: more than its socket can hold.
constexpr int most_frames = 4096;
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
                                                 std::function<void(vrrp::NotifyEvent)> const& notify) {
    auto network = VrrpNetwork::open();
    if (!network) return std::unexpected(network.error());
    auto transmitter = vrrp::Transmitter::open();
    if (!transmitter) return std::unexpected(transmitter.error());
    loop::Fd timer(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK));
    if (!timer) return fail_errno("make a timer for VRRP");
    return std::unique_ptr<VrrpLoop>(new VrrpLoop(mailbox, std::move(*network), std::move(*transmitter),
                                                  std::move(timer), board, notify, read_boot()));
}

VrrpLoop::VrrpLoop(VrrpMailbox& mailbox, VrrpNetwork network, vrrp::Transmitter transmitter, loop::Fd timer,
                   vrrp::RoleBoard& board, std::function<void(vrrp::NotifyEvent)> const& notify, std::uint64_t boot)
    : mailbox_(mailbox),
      network_(std::move(network)),
      transmitter_(std::move(transmitter)),
      announcer_(network_, transmitter_),
      timer_(std::move(timer)),
      outside_{network_, transmitter_, announcer_, board, notify, boot} {}

void VrrpLoop::run() {
    do {
        publish();
        set_timer();
        wait();
        hear_all();
        follow_network();
        if (!obey_commands()) break;
        run_timers();
    } while (true);
    publish();
}

void VrrpLoop::wait() {
    std::vector<pollfd> waiting{{timer_.get(), POLLIN, 0}, {network_.fd(), POLLIN, 0}, {mailbox_.fd(), POLLIN, 0}};
    for (auto const& [where, ear] : ears_) waiting.push_back({ear.listener.fd(), POLLIN, 0});
    ::poll(waiting.data(), waiting.size(), -1);
    std::uint64_t expirations = 0;
    [[maybe_unused]] auto const read = ::read(timer_.get(), &expirations, sizeof expirations);
}

void VrrpLoop::hear_all() {
    heard_at_ = loop::now();
    for (auto& [where, ear] : ears_) {
        for (int frames = 0; frames < most_frames; ++frames) {
            auto const frame = ear.listener.receive();
            if (!frame) break;
            hear(where.first, *frame, heard_at_);
        }
    }
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
}

void VrrpLoop::follow_network() {
    auto const changes = network_.follow();
    if (!changes) {
        log::error("VRRP cannot follow the network: {}", changes.error().message);
        return;
    }
    auto const settles = network_.settles_at();
    if (!changes->links && !changes->addresses && (!settles || *settles > loop::now())) return;
    auto const before = std::move(surroundings_);
    look();
    report_links(before, surroundings_);
    for (auto const& router : routers_) router->look_around(surroundings_, *changes, loop::now());
    if (changes->links) open_ears();
}

void VrrpLoop::look() {
    std::set<Address> virtual_addresses;
    for (auto const& router : routers_)
        for (auto const& address : model::holdings_of(router->instance()).addresses) virtual_addresses.insert(address.prefix.address);
    surroundings_ = network_.surroundings(std::move(virtual_addresses), loop::now());
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
                apply(std::move(command.instances));
                break;
            case VrrpCommand::Kind::stop:
                for (auto const& router : routers_) router->stop(loop::now());
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

VrrpRouter* VrrpLoop::router_named(std::string const& name) {
    auto const found =
        std::ranges::find_if(routers_, [&](auto const& router) { return router->instance().name == name; });
    return found == routers_.end() ? nullptr : found->get();
}

void VrrpLoop::apply(std::vector<model::Instance> instances) {
    auto const goes_on = [&](VrrpRouter const& router) {
        return std::ranges::any_of(instances, [&](auto const& i) { return same_virtual_router(i, router.instance()); });
    };
    for (auto const& router : routers_)
        if (!goes_on(*router)) router->stop(loop::now());
    std::erase_if(routers_, [&](auto const& router) { return !goes_on(*router); });
    std::vector<VrrpRouter*> fresh;
    std::vector<std::pair<VrrpRouter*, model::Instance>> changed;
    for (auto& instance : instances) {
        if (auto* const router = router_named(instance.name)) {
            if (router->instance() != instance) changed.emplace_back(router, std::move(instance));
        } else {
            routers_.push_back(std::make_unique<VrrpRouter>(std::move(instance), outside_));
            fresh.push_back(routers_.back().get());
        }
    }
    for (auto& [router, instance] : changed) {
        look();
        router->reconfigure(std::move(instance), surroundings_, loop::now());
    }
    look();
    open_ears();
    for (auto* const router : fresh) router->start(surroundings_, loop::now());
    open_ears();  // those of the macvlans that have been made
}

void VrrpLoop::run_timers() {
    if (loop::now() - heard_at_ > stale_after) hear_all();
    for (auto const& router : routers_) router->run_timers(loop::now());
    announcer_.run_timers(loop::now());
}

void VrrpLoop::set_timer() {
    std::optional<TimePoint> first;
    for (auto const& router : routers_)
        if (auto const wake = router->wakes_at(); wake && (!first || *wake < *first)) first = *wake;
    if (auto const settles = network_.settles_at(); settles && (!first || *settles < *first)) first = *settles;
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

void VrrpLoop::open_ears() {
    std::map<Where, Wanted> all_wanted;
    for (auto const& router : routers_) {
        auto const& instance = router->instance();
        auto const* const link = network_.link(instance.interface);
        if (!link) continue;
        if (auto const* const vmac = instance.vmac ? network_.link(instance.vmac->interface) : nullptr)
            all_wanted[{vmac->index, instance.family}];
        auto& wanted = all_wanted[{link->index, instance.family}];
        if (instance.unicast_peers.empty())
            wanted.groups.insert(instance.multicast_group);
        else
            wanted.unicast = true;
    }
    std::erase_if(ears_, [&](auto const& entry) {
        auto const found = all_wanted.find(entry.first);
        return found == all_wanted.end() || !std::ranges::includes(found->second.groups, entry.second.joined);
    });
    for (auto const& [where, wanted] : all_wanted) open_ear(*network_.link(where.first), where.second, wanted);
}

void VrrpLoop::open_ear(netlink::Link const& link, Family family, Wanted const& wanted) {
    Where const where{link.index, family};
    auto ear = ears_.find(where);
    auto const complain = [&](Error const& error) {
        if (deaf_.insert(where).second) log::error("{}", error.message);
    };
    if (ear == ears_.end()) {
        auto listener = vrrp::Listener::open(link.index, link.name, family);
        if (!listener) return complain(listener.error());
        ear = ears_.emplace(where, Ear{std::move(*listener), {}}).first;
    }
    if (wanted.unicast)
        if (auto const expected = ear->second.listener.expect_unicast(); !expected) complain(expected.error());
    for (auto const& group : wanted.groups) {
        if (ear->second.joined.contains(group)) continue;
        if (auto const joined = ear->second.listener.join(group); !joined) {
            complain(joined.error());
            continue;
        }
        ear->second.joined.insert(group);
        deaf_.erase(where);
    }
}

}  // namespace drover::app
