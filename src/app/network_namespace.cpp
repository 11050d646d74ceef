#include "app/network_namespace.h"

#include <fcntl.h>
#include <sched.h>

#include "loop/io/fd.h"

namespace drover::app {

Result<void> enter_network_namespace(std::string const& name) {
    if (name.find('/') != std::string::npos) return fail("`" + name + "` is no name of a network namespace");
    auto const path = "/run/netns/" + name;
    loop::Fd const space(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!space) return fail_errno("open network namespace " + path);
    if (::setns(space.get(), CLONE_NEWNET) != 0) return fail_errno("enter network namespace " + path);
    return {};
}

}  // namespace drover::app
