// `drover upgrade`: the daemon executes another binary in its place. The process stays, with its number; packets go on,
// since the packet path outlives every daemon; and VRRP goes on from the pinned roles as after a crash, only that
// nothing has to be told or found out again (inheritance.h).
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "app/inheritance.h"
#include "base/result.h"
#include "control/status.h"
#include "loop/io/loop.h"
#include "model/author.h"

namespace drover::app {

class Upgrade {
public:
    struct Hooks {
        /// An error: why the daemon must not be replaced just now.
        std::function<Result<void>()> may_leave;
        /// Everything is as the configuration's file says, which is what the next daemon reads. An error changes
        /// nothing.
        std::function<Result<void>()> bring_in_line;
        /// VRRP and connection sync end, and leave all as it is.
        std::function<Inheritance()> leave;
        /// There was nobody to leave it to: they go on.
        std::function<void(Inheritance)> go_on;
    };
    Upgrade(loop::Loop& loop, Hooks hooks) : loop_(loop), hooks_(std::move(hooks)) {}

    /// An error: it does not begin. Else report() tells why it was refused; if it was not, there is nobody left to ask.
    Result<void> begin(control::UpgradeRequest const& request, model::Author const& author);
    control::UpgradeReport report() const { return report_; }

private:
    void tried(std::string const& binary, Result<std::string> const& version);
    Result<void> replace(std::string const& binary);

    loop::Loop& loop_;
    Hooks hooks_;
    control::UpgradeReport report_;
    std::jthread trial_;
};

/// What the daemon that this process was before has left; nothing: it was none. Call it once.
std::optional<Inheritance> take_inheritance();

}  // namespace drover::app
