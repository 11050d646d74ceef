#include "app/network_namespace.h"

#include <fcntl.h>
#include <sched.h>

#include "loop/io/fd.h"

namespace drover::app {

Result<void> enter_network_namespace(std::string const& name) {
    if (name.find('/') != std::string::npos) return fail("`" + name + "` is no name of a network namespace");
    loop::Fd const fd(::open(("/run/netns/" + name).c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return fail_errno("open the network namespace " + name);
    if (::setns(fd.get(), CLONE_NEWNET) != 0) return fail_errno("enter the network namespace " + name);
    return {};
}

}  // namespace drover::app
