// How many entries the tables of a connection need for its buffers.
#pragma once

#include <algorithm>
#include <cstddef>

#include "sequent/tables/ring.hpp"

namespace sequent {

/// In a policy: as many as the buffer can need, see held_ranges_for() and sent_runs_for(). Where the size of a buffer
/// is known only when a connection is made, as for 64 KiB; whoever lends more and wants to use it where packets are
/// lost says how many.
inline constexpr std::size_t follows_buffer = 0;

/// Beyond this many ranges or runs the tables cost more than they give: 4 096 ranges hold 11 MB of every second
/// segment, at 88 KiB; as many runs take 48 KiB.
inline constexpr std::size_t max_table_entries = 4'096;

/// Out-of-order ranges that a receive buffer of so many octets can hold where every second full segment is lost
/// (octets / (2 MSS)), at least 4 and at most max_table_entries.
[[nodiscard]] constexpr std::size_t held_ranges_for(std::size_t octets, std::size_t mss = 1'460) noexcept {
  return std::clamp<std::size_t>(octets / (2 * mss) + 1, 4, max_table_entries);
}
/// Runs of different fate that a send buffer of so many octets can be in then, and as many again for their times while
/// nothing is lost: at least 8 and at most max_table_entries.
[[nodiscard]] constexpr std::size_t sent_runs_for(std::size_t octets, std::size_t mss = 1'460) noexcept {
  return std::clamp<std::size_t>(octets / mss + 20, 8, max_table_entries);
}

/// The size of a storage, where its type tells; else 64 KiB.
template <class Storage>
inline constexpr std::size_t fixed_capacity = 65'536;
template <std::size_t Octets>
inline constexpr std::size_t fixed_capacity<inline_storage<Octets>> = Octets;

/// What a policy says, or what follows from the buffer.
[[nodiscard]] constexpr std::size_t held_ranges_of(std::size_t said, std::size_t octets) noexcept {
  return said != follows_buffer ? said : held_ranges_for(octets);
}
[[nodiscard]] constexpr std::size_t sent_runs_of(std::size_t said, std::size_t octets) noexcept {
  return said != follows_buffer ? said : sent_runs_for(octets);
}

}  // namespace sequent
