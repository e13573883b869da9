// Which of several stacks serves a flow: one stack a core, nothing shared.
// implements: shards
#pragma once

#include <cstdint>

#include "sequent/base/siphash.hpp"
#include "sequent/wire/flow.hpp"

namespace sequent {

/// Which of `shards` stacks serves a flow: the same for both directions, and for both ends if they share the key, so
/// that whoever steers packets need not know which end is local. An outsider without the key cannot aim at one shard.
/// Constant time; 0 for no shards.
[[nodiscard]] constexpr u32 shard_of(const flow& f, u32 shards, secret_key key) noexcept {
  // The sum of one hash for each end does not depend on their order.
  const auto end = [key](const ip_address& address, std::uint16_t port) {
    siphash_1_3 state(key);
    state.absorb(load64_little(address.v6().data()));
    state.absorb(load64_little(address.v6().data() + 8));
    return state.finish(siphash_1_3::last_word(port, 18));
  };
  siphash_1_3 both(key);
  const std::uint64_t hash = both.finish(end(f.local, f.local_port) + end(f.remote, f.remote_port));
  return static_cast<u32>(((hash >> 32) * shards) >> 32);  // the high half scaled to the range
}

}  // namespace sequent
