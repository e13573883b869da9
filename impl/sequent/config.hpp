/// @file
/// Version, and what the library does when it catches a mistake of its own.
#pragma once

#include "sequent/base/compiler.hpp"

/// @namespace sequent
/// All of the library. What stands in sequent::detail is nobody else's.

/// The version, in three numbers. Before 1.0 a minor one may change the API.
///@{
#define SEQUENT_VERSION_MAJOR 0
#define SEQUENT_VERSION_MINOR 2
#define SEQUENT_VERSION_PATCH 0
///@}

/// An assertion states what this library itself guarantees; input from the network or the user never trips one.
/// Define SEQUENT_ASSERT(condition) before the first include to route it elsewhere; NDEBUG compiles it away.
#if !defined(SEQUENT_ASSERT)
#if defined(NDEBUG)
#define SEQUENT_ASSERT(condition) static_cast<void>(0)
#else
#define SEQUENT_ASSERT(condition) ((condition) ? static_cast<void>(0) : ::sequent::detail::trap())
#endif
#endif
