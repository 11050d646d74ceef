// What one block alone cannot tell: things defined twice, names that refer to nothing, a gateway that is out of reach.
#pragma once

#include <span>

#include "config/tree.h"
#include "config/values.h"
#include "model/configuration.h"

namespace drover::config {

/// An instance or service with the statement that it was read from.
template <class T>
struct Read {
    T value;
    Statement const* block;
};

/// Of two with one identity the first stays.
void drop_twins(Reading& reading, std::vector<Read<model::Instance>>& instances);
void drop_twins(Reading& reading, std::vector<Read<model::Service>>& services);

/// vrrp_scripts without a script.
void check_references(Reading& reading, std::span<Statement const> tree);

/// A virtual address that two instances hold.
void check_addresses(Reading& reading, std::span<Read<model::Instance> const> instances);

/// A gateway that only an instance's virtual address makes reachable.
void check_gateways(Reading& reading, std::span<Read<model::Instance> const> instances);

}  // namespace drover::config
