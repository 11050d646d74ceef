#include "netlink/io/ethtool.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <vector>

namespace drover::netlink {
namespace {

/// One SIOCETHTOOL call; `data` begins with its ETHTOOL_* command.
Result<void> call(std::string_view interface, void* data, std::string const& doing) {
    ifreq request{};
    if (interface.empty() || interface.size() >= IFNAMSIZ)
        return fail(doing + ": no interface can have such a name", ENODEV);
    std::memcpy(request.ifr_name, interface.data(), interface.size());
    request.ifr_data = static_cast<char*>(data);
    int const fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return fail_errno(doing);
    auto const result = ::ioctl(fd, SIOCETHTOOL, &request);
    int const code = errno;
    ::close(fd);
    if (result < 0) return fail_errno(doing, code);
    return {};
}

/// Room for one of ethtool's structures with an array at its end.
template <class Head>
class Block {
public:
    explicit Block(std::size_t tail) : words_((sizeof(Head) + tail) / sizeof(std::uint64_t) + 1) {}
    Head& head() { return *reinterpret_cast<Head*>(words_.data()); }
    char* tail() { return reinterpret_cast<char*>(words_.data()) + sizeof(Head); }

private:
    std::vector<std::uint64_t> words_;
};

Result<std::uint32_t> feature_count(std::string_view interface, std::string const& doing) {
    Block<ethtool_sset_info> info(sizeof(std::uint32_t));
    info.head().cmd = ETHTOOL_GSSET_INFO;
    info.head().sset_mask = 1ULL << ETH_SS_FEATURES;
    if (auto const called = call(interface, &info.head(), doing); !called) return std::unexpected(called.error());
    std::uint32_t count = 0;
    if (info.head().sset_mask != 0) std::memcpy(&count, info.tail(), sizeof count);
    return count;
}

struct Place {
    std::uint32_t index = 0;  ///< of the feature's bit
    std::uint32_t count = 0;  ///< of all bits
    std::size_t block() const { return index / 32; }
    std::size_t blocks() const { return (count + 31) / 32; }
    std::uint32_t bit() const { return 1U << (index % 32); }
};

/// The bits have no fixed numbers: the kernel lists their names.
Result<std::optional<Place>> find_feature(std::string_view interface, std::string_view name, std::string const& doing) {
    auto const count = feature_count(interface, doing);
    if (!count) return std::unexpected(count.error());
    Block<ethtool_gstrings> names(std::size_t{*count} * ETH_GSTRING_LEN);
    names.head().cmd = ETHTOOL_GSTRINGS;
    names.head().string_set = ETH_SS_FEATURES;
    names.head().len = *count;
    if (auto const called = call(interface, &names.head(), doing); !called) return std::unexpected(called.error());
    for (std::uint32_t i = 0; i < std::min(*count, names.head().len); ++i) {
        auto const* const text = names.tail() + std::size_t{i} * ETH_GSTRING_LEN;
        if (std::string_view(text, ::strnlen(text, ETH_GSTRING_LEN)) == name) return Place{i, *count};
    }
    return std::nullopt;
}

Result<std::optional<Feature>> read_feature(std::string_view interface, Place const& place, std::string const& doing) {
    Block<ethtool_gfeatures> features(place.blocks() * sizeof(ethtool_get_features_block));
    features.head().cmd = ETHTOOL_GFEATURES;
    features.head().size = static_cast<std::uint32_t>(place.blocks());
    if (auto const called = call(interface, &features.head(), doing); !called) return std::unexpected(called.error());
    if (features.head().size <= place.block()) return std::nullopt;
    ethtool_get_features_block block;
    std::memcpy(&block, features.tail() + place.block() * sizeof block, sizeof block);
    auto const bit = place.bit();
    return Feature{(block.active & bit) != 0, (block.available & bit) != 0 && (block.never_changed & bit) == 0};
}

}  // namespace

Result<std::string> driver_name(std::string_view interface) {
    ethtool_drvinfo info{};
    info.cmd = ETHTOOL_GDRVINFO;
    auto const called = call(interface, &info, "ask for the driver of " + std::string(interface));
    if (!called) return std::unexpected(called.error());
    return std::string(info.driver, ::strnlen(info.driver, sizeof info.driver));
}

Result<std::optional<Mac>> permanent_mac(std::string_view interface) {
    Mac mac;
    Block<ethtool_perm_addr> answer(32);
    answer.head().cmd = ETHTOOL_GPERMADDR;
    answer.head().size = 32;
    auto const called =
        call(interface, &answer.head(), "ask for the permanent MAC address of " + std::string(interface));
    if (!called) return std::unexpected(called.error());
    if (answer.head().size != mac.bytes.size()) return std::nullopt;
    std::memcpy(mac.bytes.data(), answer.tail(), mac.bytes.size());
    if (mac.is_zero()) return std::nullopt;
    return mac;
}

Result<std::optional<Feature>> feature(std::string_view interface, std::string_view name) {
    auto const doing = "ask " + std::string(interface) + " for its " + std::string(name) + " setting";
    auto const place = find_feature(interface, name, doing);
    if (!place) return std::unexpected(place.error());
    if (!*place) return std::nullopt;
    return read_feature(interface, **place, doing);
}

Result<void> set_feature(std::string_view interface, std::string_view name, bool on) {
    auto const doing = "switch " + std::string(name) + (on ? " on" : " off") + " on " + std::string(interface);
    auto const place = find_feature(interface, name, doing);
    if (!place) return std::unexpected(place.error());
    if (!*place) return fail(doing + ": this kernel has no such feature", EOPNOTSUPP);
    Block<ethtool_sfeatures> features((*place)->blocks() * sizeof(ethtool_set_features_block));
    features.head().cmd = ETHTOOL_SFEATURES;
    features.head().size = static_cast<std::uint32_t>((*place)->blocks());
    ethtool_set_features_block const block{(*place)->bit(), on ? (*place)->bit() : 0};
    std::memcpy(features.tail() + (*place)->block() * sizeof block, &block, sizeof block);
    if (auto const called = call(interface, &features.head(), doing); !called) return called;
    // The kernel says success also when it did something else than was asked for.
    auto const now = read_feature(interface, **place, doing);
    if (!now) return std::unexpected(now.error());
    if (!*now || (*now)->on != on) return fail(doing + ": the driver does not let it be changed", EOPNOTSUPP);
    return {};
}

}  // namespace drover::netlink
