#include "dataplane/io/bpf_object.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <ctime>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/membarrier.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "dataplane/encode.h"
#include "dataplane/io/direct_tables.h"
#include "dataplane/words.h"
#include "drover.skel.h"
#include "drover_tc.skel.h"

namespace drover::dataplane {

namespace {

/// libbpf explains a failure in many lines (the verifier's among them): kept for the log, not for the user's sentence.
int quiet_print(libbpf_print_level level, char const* format, va_list arguments) {
    if (level == LIBBPF_DEBUG) return 0;
    char line[2048];
    int const length = std::vsnprintf(line, sizeof line, format, arguments);
    log::debug("libbpf: {}", std::string_view(line, std::min<std::size_t>(sizeof line - 1, std::max(0, length))));
    return 0;
}

/// Jiffies a second: CLOCK_MONOTONIC_COARSE moves once in a jiffy.
std::uint32_t jiffies_per_second() {
    timespec resolution{};
    ::clock_getres(CLOCK_MONOTONIC_COARSE, &resolution);
    return static_cast<std::uint32_t>(1'000'000'000 / std::max<long>(resolution.tv_nsec, 1));
}

std::string why_not_loaded(int code) {
    if (code == EPERM || code == EACCES)
        return "load the packet path: Operation not permitted (CAP_BPF and CAP_NET_ADMIN are needed for eBPF programs and "
               "maps, or root)";
    return std::string("load the packet path: ") + std::strerror(code) +
           " (kernel 5.15 or newer is needed; -D logs what libbpf says)";
}

/// What the program has as constants, whichever of the two it is.
template <class Rodata>
void set_constants(Rodata& rodata, contract::layout const& layout, Ticks ticks) {
    rodata.hash_seed = layout.seed;
    rodata.tick_shift = layout.tick_shift;
    rodata.ticks_a_day = ticks.from_seconds(86400);
    rodata.narrow_mask = layout.narrow_buckets - 1;
    rodata.narrow_near_mask = contract::near_mask_of(layout.narrow_buckets, contract::NEAR_NARROW_BUCKETS);
    rodata.wide_mask = layout.wide_buckets - 1;
    rodata.wide_near_mask = contract::near_mask_of(layout.wide_buckets, contract::NEAR_WIDE_BUCKETS);
}

std::uint64_t round_up_to_page(std::uint64_t bytes) {
    auto const page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    return (bytes + page - 1) / page * page;
}

}  // namespace

BpfObject::BpfObject() : ticks_(jiffies_per_second(), Ticks::shift_for(jiffies_per_second())) {}

BpfObject::~BpfObject() {
    for (auto const& mapping : mappings_) ::munmap(mapping.data(), mapping.size());
    drover_tc_bpf__destroy(tc_skeleton_);
    drover_bpf__destroy(skeleton_);
}

Result<std::unique_ptr<BpfObject>> BpfObject::load(Pins const* pins, std::uint64_t slots) {
    libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
    libbpf_set_print(quiet_print);
    if (auto done = use_tables_directly(); !done) return std::unexpected(done.error());
    std::unique_ptr<BpfObject> object(new BpfObject);
    object->cpus_ = static_cast<std::size_t>(libbpf_num_possible_cpus());
    object->layout_.version = contract::LAYOUT_VERSION;
    object->layout_.tick_shift = Ticks::shift_for(jiffies_per_second());
    object->layout_.narrow_buckets = static_cast<__u32>(std::bit_ceil(std::max<std::uint64_t>(slots / contract::BUCKET_SLOTS, 1)));
    object->layout_.wide_buckets = object->layout_.narrow_buckets;
    if (::getrandom(&object->layout_.seed, sizeof object->layout_.seed, 0) < 0) return fail_errno("draw a random seed");
    if (pins != nullptr)
        if (auto done = object->read_pinned_layout(*pins); !done) return std::unexpected(done.error());

    object->skeleton_ = drover_bpf__open();
    if (object->skeleton_ == nullptr) return fail(why_not_loaded(errno), errno);
    set_constants(*object->skeleton_->rodata, object->layout_, object->ticks_);
    bpf_map__set_value_size(object->skeleton_->maps.narrow, object->layout_.narrow_buckets * sizeof(contract::narrow_bucket));
    bpf_map__set_value_size(object->skeleton_->maps.wide, object->layout_.wide_buckets * sizeof(contract::wide_bucket));
    if (object->adopted_)
        if (auto done = object->reuse_pinned(*pins); !done) return std::unexpected(done.error());
    if (int const error = drover_bpf__load(object->skeleton_); error != 0) return fail(why_not_loaded(-error), -error);
    if (auto done = object->map_tables(); !done) return std::unexpected(done.error());
    if (pins != nullptr && !object->adopted_)
        if (auto done = object->pin_maps(*pins); !done) return std::unexpected(done.error());
    if (!object->adopted_) object->write_layout();
    object->read_sources();
    return object;
}

/// An earlier daemon's maps are taken over whole or not at all. A layout with version 0 was never finished: its maker
/// died between pinning and use, so no link can hang on it and the pins may go.
Result<void> BpfObject::read_pinned_layout(Pins const& pins) {
    int const fd = bpf_obj_get(pins.map("layouts").c_str());
    if (fd < 0 && errno == ENOENT) return {};
    if (fd < 0) return fail_errno("open " + pins.map("layouts"));
    contract::layout found{};
    bpf_map_info info{};
    __u32 length = sizeof info;
    __u32 const zero = 0;
    int error = bpf_obj_get_info_by_fd(fd, &info, &length);
    if (error == 0) {
        std::vector<std::byte> value(std::max<std::size_t>(info.value_size, sizeof found));  // another version's may be longer
        error = bpf_map_lookup_elem(fd, &zero, value.data());
        std::memcpy(&found, value.data(), sizeof found);
    }
    ::close(fd);
    if (error != 0 || (found.version != contract::LAYOUT_VERSION && found.version != 0))
        return fail("the pinned maps in " + pins.map("") + " have layout " + std::to_string(found.version) +
                    ", this drover has " + std::to_string(contract::LAYOUT_VERSION) +
                    ": the old program goes on forwarding; to change over, stop it with `drover cleanup`, which ends its "
                    "connections, and start again", EEXIST);
    if (found.version == 0) return {};
    layout_ = found;
    adopted_ = true;
    return {};
}

Result<void> BpfObject::reuse_pinned(Pins const& pins) {
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, skeleton_->obj) {
        if (bpf_map__is_internal(map)) continue;
        auto const path = pins.map(bpf_map__name(map));
        int const fd = bpf_obj_get(path.c_str());
        if (fd < 0) return fail_errno("open the pinned map " + path);
        bpf_map_info info{};
        __u32 length = sizeof info;
        int const unknown = bpf_obj_get_info_by_fd(fd, &info, &length);
        bool const fits = unknown == 0 && info.key_size == bpf_map__key_size(map) &&
                          info.value_size == bpf_map__value_size(map) && info.max_entries == bpf_map__max_entries(map);
        int const error = fits ? bpf_map__reuse_fd(map, fd) : 0;
        ::close(fd);
        if (!fits) return fail("the pinned map " + path + " has another shape than this drover's: stop the old one with `drover cleanup`", EEXIST);
        if (error != 0) return fail_errno("take over the pinned map " + path, -error);
    }
    return {};
}

Result<void> BpfObject::pin_maps(Pins const& pins) {
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, skeleton_->obj) {
        if (bpf_map__is_internal(map)) continue;
        auto const path = pins.map(bpf_map__name(map));
        ::unlink(path.c_str());  // left by a daemon that died before its layout was complete
        if (int const error = bpf_map__pin(map, path.c_str()); error != 0) return fail_errno("pin " + path, -error);
    }
    return {};
}

void BpfObject::write_layout() {
    auto complete = layout_;
    complete.version = 0;
    *tables_.layout = complete;
    std::atomic_ref(tables_.layout->version).store(layout_.version);
}

template <class Value>
Result<std::span<Value>> BpfObject::map_memory(char const* name) {
    auto* map = bpf_object__find_map_by_name(skeleton_->obj, name);
    auto const bytes = std::uint64_t{bpf_map__max_entries(map)} * bpf_map__value_size(map);
    auto const mapped = round_up_to_page(bytes);
    void* const memory = ::mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
    if (memory == MAP_FAILED) return fail_errno(std::string("map the ") + name + " table into memory");
    mappings_.emplace_back(static_cast<std::byte*>(memory), mapped);
    return std::span<Value>(static_cast<Value*>(memory), bytes / sizeof(Value));
}

Result<void> BpfObject::map_tables() {
    Result<void> done;
    auto const take = [&]<class Value>(std::span<Value>& span, char const* name) {
        if (!done) return;
        if (auto memory = map_memory<Value>(name))
            span = *memory;
        else
            done = std::unexpected(memory.error());
    };
    std::span<contract::settings> settings;
    std::span<contract::layout> layout;
    std::span<contract::journal_head> journal_head;
    take(tables_.vips, "vip_table");
    take(tables_.services, "services");
    take(tables_.cursors, "cursors");
    take(tables_.rings, "rings");
    take(tables_.servers, "servers");
    take(tables_.loads, "server_loads");
    take(tables_.ports, "ports");
    take(tables_.roles, "roles");
    take(tables_.rivals, "rivals");
    take(settings, "settings");
    take(tables_.narrow, "narrow");
    take(tables_.wide, "wide");
    take(layout, "layouts");
    take(tables_.service_names, "service_names");
    take(tables_.server_names, "server_names");
    take(journal_head, "journal_heads");
    take(tables_.journal, "journal");
    if (!done) return done;
    tables_.settings = settings.data();
    tables_.layout = layout.data();
    tables_.journal_head = journal_head.data();
    return {};
}

int BpfObject::program_fd() const { return bpf_program__fd(skeleton_->progs.drover_xdp); }

Result<int> BpfObject::tc_program_fd() {
    if (tc_skeleton_ == nullptr)
        if (auto done = load_tc(); !done) return std::unexpected(done.error());
    return bpf_program__fd(tc_skeleton_->progs.drover_tc);
}

Result<void> BpfObject::load_tc() {
    auto* const skeleton = drover_tc_bpf__open();
    if (skeleton == nullptr) return fail(why_not_loaded(errno), errno);
    set_constants(*skeleton->rodata, layout_, ticks_);
    int error = 0;
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, skeleton->obj) {
        if (error != 0 || bpf_map__is_internal(map)) continue;
        auto* const ours = bpf_object__find_map_by_name(skeleton_->obj, bpf_map__name(map));
        error = ours == nullptr ? -ENOENT : bpf_map__reuse_fd(map, bpf_map__fd(ours));
    }
    if (error == 0) error = drover_tc_bpf__load(skeleton);
    if (error != 0) {
        drover_tc_bpf__destroy(skeleton);
        return fail(why_not_loaded(-error), -error);
    }
    tc_skeleton_ = skeleton;
    return {};
}

std::uint32_t BpfObject::now() const {
    char frame[64] = {};
    bpf_test_run_opts options{};
    options.sz = sizeof options;
    options.data_in = frame;
    options.data_size_in = sizeof frame;
    bpf_prog_test_run_opts(bpf_program__fd(skeleton_->progs.drover_clock), &options);
    return options.retval;
}

Result<void> BpfObject::watch(std::vector<std::pair<contract::watched_key, std::uint32_t>> const& wanted) {
    int const map = bpf_map__fd(skeleton_->maps.watched);
    auto const same = [](contract::watched_key const& a, contract::watched_key const& b) {
        return std::memcmp(&a, &b, sizeof a) == 0;
    };
    std::vector<contract::watched_key> unwanted;
    contract::watched_key key{}, next{};
    for (bool first = true; bpf_map_get_next_key(map, first ? nullptr : &key, &next) == 0; first = false, key = next)
        if (std::ranges::none_of(wanted, [&](auto const& entry) { return same(entry.first, next); })) unwanted.push_back(next);
    for (auto const& old : unwanted) bpf_map_delete_elem(map, &old);
    bool closed = false;
    for (auto const& [what, role] : wanted) {
        closed |= (role & contract::WATCHED_CLOSED) != 0;
        if (bpf_map_update_elem(map, &what, &role, BPF_ANY) != 0) return fail_errno("watch for claims of virtual addresses");
    }
    store(tables_.settings->closed, __u32{closed});
    return {};
}

Result<void> BpfObject::set_egress(std::uint32_t slot, std::uint32_t ifindex) {
    if (bpf_map_update_elem(bpf_map__fd(skeleton_->maps.egress), &slot, &ifindex, 0) != 0)
        return fail_errno("let packets out by interface number " + std::to_string(ifindex));
    return {};
}

/// MEMBARRIER_CMD_GLOBAL waits for a grace period of RCU, under which every program of XDP and tc runs. A kernel with nohz_full
/// CPUs refuses it; a packet's run takes microseconds, so there a long moment must do.
void BpfObject::wait_for_readers() {
    if (::syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) == 0) return;
    timespec const moment{0, 50'000'000};
    ::nanosleep(&moment, nullptr);
}

Result<void> BpfObject::spill_vip(contract::vip_key const& key, std::uint32_t service) {
    if (bpf_map_update_elem(bpf_map__fd(skeleton_->maps.vip_spill), &key, &service, 0) != 0)
        return fail_errno("add a virtual service to the spill map");
    return {};
}

std::optional<std::uint32_t> BpfObject::spilled_vip(contract::vip_key const& key) const {
    std::uint32_t value = 0;
    if (bpf_map_lookup_elem(bpf_map__fd(skeleton_->maps.vip_spill), &key, &value) != 0) return std::nullopt;
    return value;
}

void BpfObject::unspill_vip(contract::vip_key const& key) {
    bpf_map_delete_elem(bpf_map__fd(skeleton_->maps.vip_spill), &key);
}

Result<void> BpfObject::put_source(std::uint32_t service, SourceRule const& rule) {
    auto const key = source_key(service, rule.prefix);
    __u32 const value = rule.allowed ? contract::SOURCE_ALLOW : contract::SOURCE_DENY;
    if (bpf_map_update_elem(bpf_map__fd(skeleton_->maps.sources), &key, &value, 0) != 0)
        return fail_errno("add " + rule.prefix.text() + " to the sources of a service");
    auto& rules = sources_[service];
    std::erase_if(rules, [&](SourceRule const& other) { return other.prefix == rule.prefix; });
    rules.push_back(rule);
    return {};
}

void BpfObject::remove_source(std::uint32_t service, Prefix const& prefix) {
    auto const key = source_key(service, prefix);
    bpf_map_delete_elem(bpf_map__fd(skeleton_->maps.sources), &key);
    auto const rules = sources_.find(service);
    if (rules == sources_.end()) return;
    std::erase_if(rules->second, [&](SourceRule const& rule) { return rule.prefix == prefix; });
    if (rules->second.empty()) sources_.erase(rules);
}

std::vector<SourceRule> BpfObject::sources_of(std::uint32_t service) const {
    auto const rules = sources_.find(service);
    return rules == sources_.end() ? std::vector<SourceRule>{} : rules->second;
}

/// The trie can only be walked as a whole: once, when it is taken over.
void BpfObject::read_sources() {
    int const map = bpf_map__fd(skeleton_->maps.sources);
    contract::source_key key{}, next{};
    for (void* from = nullptr; bpf_map_get_next_key(map, from, &next) == 0; from = &key) {
        key = next;
        __u32 value = 0;
        if (bpf_map_lookup_elem(map, &key, &value) == 0)
            sources_[service_of(key)].push_back({prefix_of(key), value == contract::SOURCE_ALLOW});
    }
}

contract::traffic BpfObject::sum_traffic(int map, std::uint32_t key) const {
    std::vector<contract::traffic> values(cpus_);
    contract::traffic sum{};
    if (bpf_map_lookup_elem(map, &key, values.data()) != 0) return sum;
    for (auto const& value : values) {
        sum.connections += value.connections;
        sum.packets += value.packets;
        sum.bytes += value.bytes;
    }
    return sum;
}

contract::traffic BpfObject::service_traffic(std::uint32_t id) const {
    return sum_traffic(bpf_map__fd(skeleton_->maps.service_traffic), id);
}

contract::traffic BpfObject::server_traffic(std::uint32_t record) const {
    return sum_traffic(bpf_map__fd(skeleton_->maps.server_traffic), record);
}

std::vector<std::uint64_t> BpfObject::sum_counters(int map, std::uint32_t entries) const {
    std::vector<std::uint64_t> sums(entries), values(cpus_);
    for (std::uint32_t key = 0; key < entries; ++key)
        if (bpf_map_lookup_elem(map, &key, values.data()) == 0)
            for (auto const value : values) sums[key] += value;
    return sums;
}

std::vector<std::uint64_t> BpfObject::verdict_counts() const {
    return sum_counters(bpf_map__fd(skeleton_->maps.verdicts), contract::VERDICT_COUNT);
}

std::vector<std::uint64_t> BpfObject::eviction_counts() const {
    return sum_counters(bpf_map__fd(skeleton_->maps.evictions), contract::EVICTION_COUNT);
}

}  // namespace drover::dataplane
