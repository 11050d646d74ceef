#include "live/answers.h"

#include <cerrno>
#include <cstring>
#include <span>
#include <string_view>

namespace drover::live {

namespace {

namespace edit = model::edit;

struct Words {
    int code;
    std::string_view text;
};

constexpr Words kOfEveryCommand[] = {
    {EPERM, "Permission denied (you must be root)"},
    {EINVAL, "Invalid operation.  Possibly wrong module version, address not unicast, ..."},
    {ENOPROTOOPT, "Protocol not available"},
    {ENOMEM, "Memory allocation problem"},
    {EAFNOSUPPORT, "Operation not supported with specified address family"},
    {EMSGSIZE, "Module is wrong version"},
};
constexpr Words kOfAddService[] = {{EEXIST, "Service already exists"},
                                   {ENOENT, "Scheduler or persistence engine not found"}};
constexpr Words kOfServices[] = {{ESRCH, "No such service"}, {ENOENT, "Scheduler or persistence engine not found"}};
constexpr Words kOfAddServer[] = {{ESRCH, "Service not defined"}, {EEXIST, "Destination already exists"}};
constexpr Words kOfServers[] = {{ESRCH, "Service not defined"}, {ENOENT, "No such destination"}};
constexpr Words kOfStart[] = {{EEXIST, "Daemon has already run"}};
constexpr Words kOfStop[] = {{ESRCH, "No daemon is running"}};

struct OwnWords {
    std::span<Words const> operator()(edit::AddService const&) const { return kOfAddService; }
    std::span<Words const> operator()(edit::ChangeService const&) const { return kOfServices; }
    std::span<Words const> operator()(edit::RemoveService const&) const { return kOfServices; }
    std::span<Words const> operator()(edit::Zero const&) const { return kOfServices; }
    std::span<Words const> operator()(edit::AddServer const&) const { return kOfAddServer; }
    std::span<Words const> operator()(edit::ChangeServer const&) const { return kOfServers; }
    std::span<Words const> operator()(edit::RemoveServer const&) const { return kOfServers; }
    std::span<Words const> operator()(edit::StartSync const&) const { return kOfStart; }
    std::span<Words const> operator()(edit::StopSync const&) const { return kOfStop; }
    std::span<Words const> operator()(edit::Clear const&) const { return {}; }
    std::span<Words const> operator()(edit::SetTimeouts const&) const { return {}; }
};

}  // namespace

model::EditOutcome refused(model::Edit const& edit, int code) {
    for (auto const& words : std::visit(OwnWords{}, edit))
        if (words.code == code) return {std::string(words.text), code};
    for (auto const& words : kOfEveryCommand)
        if (words.code == code) return {std::string(words.text), code};
    return {std::strerror(code), code};
}

}  // namespace drover::live
