#include "runner/io/account.h"

#include <fmt/core.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <vector>

namespace drover::runner {

namespace {

constexpr std::size_t kLargestEntry = 1 << 20;  // a group of a hundred thousand members

/// Runs one of the get..nam_r functions with a buffer that grows until the entry fits; null: no such entry.
template <class Entry, class Function>
Result<Entry*> look_up(Function get, std::string const& name, Entry& entry, std::vector<char>& buffer) {
    for (buffer.resize(1024); buffer.size() <= kLargestEntry; buffer.resize(buffer.size() * 2)) {
        Entry* found = nullptr;
        int const code = get(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
        if (code == 0) return found;
        if (code != ERANGE) return fail_errno(fmt::format("cannot look up {}", name), code);
    }
    return fail(fmt::format("cannot look up {}: the entry is too large", name));
}

}  // namespace

Account own_account() { return {::geteuid(), ::getegid()}; }

Result<Account> account_named(std::string const& user, std::string const& group) {
    Account account = own_account();
    std::vector<char> buffer;
    if (!user.empty()) {
        passwd entry{};
        auto const found = look_up(::getpwnam_r, user, entry, buffer);
        if (!found) return std::unexpected(found.error());
        if (*found == nullptr) return fail(fmt::format("there is no user {}", user));
        account = {entry.pw_uid, entry.pw_gid};
    }
    if (!group.empty()) {
        ::group entry{};
        auto const found = look_up(::getgrnam_r, group, entry, buffer);
        if (!found) return std::unexpected(found.error());
        if (*found == nullptr) return fail(fmt::format("there is no group {}", group));
        account.gid = entry.gr_gid;
    }
    return account;
}

std::string default_script_user() { return account_named("keepalived_script", "") ? "keepalived_script" : "root"; }

}  // namespace drover::runner
