// The number type of the specification.
//
// The specification counts octets of a stream from its SYN (position 0) and never wraps. The type is a parameter P:
// std::int64_t when the specification runs, a wide signed bit-vector when a proof executes it symbolically.
#pragma once

#include <cstdint>

namespace sequent::spec {

/// The truth type that belongs to a position type. Comes from bool and converts to it; a symbolic one forks the path
/// when it does, but not when two are combined with && and ||. Left as plain bool for std::int64_t; the proofs
/// specialise it for their own position type.
template <class P>
struct truth_of {
  using type = bool;
};

template <class P>
using truth = typename truth_of<P>::type;

/// The position type used whenever the specification is run rather than proved about.
using position = std::int64_t;

}  // namespace sequent::spec
