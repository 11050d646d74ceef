#include "config/read_authentication.h"

#include <fmt/core.h>

namespace drover::config {

namespace {

using Type = model::Authentication::Type;

constexpr std::size_t longest_password = 8;  // bytes on the wire (RFC 2338 5.3.6); keepalived cuts AH's key there, too

/// One message is enough: if a misspelt word is the reason, that is where the consequence is told.
void complain_no_password(Reading& reading, Statement const& block, Statement const& type) {
    constexpr std::string_view consequence = "; without a password the instance runs without authentication";
    for (auto const& statement : block.block)
        if (statement.complaint) return reading.reporter.extend(*statement.complaint, consequence);
    if (block.find("auth_pass") == nullptr)
        reading.reporter.warn(type.keyword().position, "no-password",
                              fmt::format("`auth_type {}` without `auth_pass`: the instance runs without "
                                          "authentication",
                                          type.argument(1)->text));
}

model::Authentication take_password(Reading& reading, Type type, Token const& password) {
    if (password.text.size() > longest_password)
        reading.reporter.warn(
            password.position, "long-password",
            fmt::format("only the first {} characters of a password go on the wire", longest_password));
    return {type, std::string(password.text.substr(0, longest_password))};
}

}  // namespace

void read_authentication(Reading& reading, Statement const& block, bool strict, model::Instance& instance) {
    auto const* const type = block.find("auth_type");
    auto const* const pass = block.find("auth_pass");
    auto const* const kind = type == nullptr ? nullptr : type->argument(1);
    auto const* const password = pass == nullptr ? nullptr : pass->argument(1);
    if (kind == nullptr) {
        if (password != nullptr)
            reading.reporter.advise(
                pass->keyword().position, "no-auth-type",
                "without `auth_type PASS` the password is not used: adverts go out without authentication");
        return;
    }
    if (kind->text != "PASS" && kind->text != "AH") {
        reading.reporter.warn(
            kind->position, "bad-word",
            fmt::format("`{}` is no auth_type (PASS or AH, in capitals): adverts go out without authentication",
                        kind->text));
    } else if (password == nullptr) {
        complain_no_password(reading, block, *type);
    } else if (instance.version == 3 || strict) {
        reading.reporter.warn(type->keyword().position, "no-authentication",
                              fmt::format("{} has no authentication: it is ignored",
                                          strict && instance.version == 2 ? "vrrp_strict" : "VRRP version 3"));
    } else {
        instance.authentication = take_password(reading, kind->text == "AH" ? Type::ah : Type::pass, *password);
    }
}

}  // namespace drover::config
