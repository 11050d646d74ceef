// Users and groups by name. Name services may take their time (LDAP): only the script runner asks them while the daemon
// runs.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/result.h"

namespace drover::runner {

struct Account {
    uid_t uid = 0;
    gid_t gid = 0;
    bool operator==(Account const&) const = default;
};

/// The process's own where both are empty; a user alone comes with its primary group, a group alone with the process's
/// user.
Result<Account> account_named(std::string const& user, std::string const& group);
Account own_account();

/// keepalived's default for script_user: "keepalived_script" if this host has such a user, else "root". For the start,
/// before there is anything to hold up.
std::string default_script_user();

}  // namespace drover::runner
