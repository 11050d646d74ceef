// A visitor of a variant, written as one lambda for each case:
//
//     std::visit(Overloaded{[](Added const& it) { ... }, [](Removed const& it) { ... }}, change);
//
// A case that is forgotten does not compile, unless there is an `auto const&` for the rest.
#pragma once

namespace drover {

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};

}  // namespace drover
