// The place of a connection in a stack: what is looked at before it, where it is, and its lists.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "sequent/connection.hpp"
#include "sequent/connection/dormant.hpp"
#include "sequent/stack/config.hpp"
#include "sequent/tables/index_list.hpp"
#include "sequent/tables/slot_pool.hpp"
#include "sequent/wire/flow.hpp"

namespace sequent {

/// What was refused because others had taken it, as bits: the user hears when it may be there again.
struct refusals {
  static constexpr std::uint8_t connection = 1;
  static constexpr std::uint8_t flow = 2;
  static constexpr std::uint8_t listener = 4;
  static constexpr std::uint8_t loan = 8;
};

/// A moment in whole seconds, to tell ages of less than 2^15 of them from a clock that has gone back.
[[nodiscard]] constexpr std::uint16_t seconds_of(instant at) noexcept {
  return static_cast<std::uint16_t>(at.microseconds() / 1'000'000);
}

/// What a stack of this policy keeps of each connection. Its tables hold these; a user sees none of them.
template <class Policy>
struct stack_slots {
  using connection_type = connection<typename Policy::connection_policy>;
  using send_storage = typename Policy::connection_policy::send_storage;
  using receive_storage = typename Policy::connection_policy::receive_storage;

  /// Connections may fall asleep.
  static constexpr bool sleeps =
      Policy::sizes.max_awake != 0 && Policy::sizes.max_awake < Policy::sizes.max_connections;
  /// The most that are awake.
  static constexpr u32 max_awake = sleeps ? Policy::sizes.max_awake : Policy::sizes.max_connections;
  /// Half of the places, and at least one: what loans of buffers may keep awake, and orphans keep unless told
  /// otherwise.
  static constexpr u32 half_of_places = (std::max)(max_awake / 2, u32{1});
  static constexpr std::size_t send_slice = std::is_same_v<send_storage, span_storage> ? Policy::sizes.send_octets : 0;
  static constexpr std::size_t receive_slice =
      std::is_same_v<receive_storage, span_storage> ? Policy::sizes.receive_octets : 0;
  template <class Storage>
  static constexpr std::size_t octets_of(std::size_t slice) {
    if constexpr (std::is_same_v<Storage, span_storage>) {
      return slice;
    } else {
      return Storage{}.octets().size();
    }
  }
  static constexpr std::size_t send_room = octets_of<send_storage>(Policy::sizes.send_octets);
  static constexpr std::size_t receive_room = octets_of<receive_storage>(Policy::sizes.receive_octets);
  // Connections with other buffers open nothing: connection::validate().
  static_assert(send_room != 0 && send_room <= largest_buffer, "a send buffer has 1 to 2^30 octets");
  static_assert(receive_room != 0 && receive_room <= largest_buffer, "a receive buffer has 1 to 2^30 octets");
  static constexpr bool with_fast_opens = Policy::connection_policy::fast_open::enabled;

  struct nothing {};

  /// A connection that is awake.
  struct body {
    connection_type tcp;
    u32 lent = 0;  ///< octets at the front of its writable_span() that the user may be writing to

    /// With two slices of memory, or none where storage is inline: then it is made in place.
    template <class... Slices>
    explicit body(const connection_config& config, const Slices&... slices) noexcept : tcp(config, slices...) {}
  };
  /// Where a connection is: in its slot, or, if connections may sleep, in a place that it has while it is awake.
  struct may_sleep {
    dormant<typename Policy::connection_policy> asleep{};
    u32 place = list_links::nobody;  ///< its body, while it is awake
  };
  using whereabouts = std::conditional_t<sleeps, may_sleep, body>;

  /// What is looked at before a connection is: it stands right in front of it, so that both come near at once.
  struct doorplate {
    flow path{};
    bool owned : 1 = false;  ///< somebody has its handle
    bool mapped : 1 = true;  ///< its flow leads to it
    bool readable : 1 = false;
    bool writable : 1 = false;
    bool drowsy : 1 = false;        ///< awake, and among those that may fall asleep
    bool wanting : 1 = false;       ///< asleep, and its user was refused a place to wake in
    bool closing : 1 = false;       ///< asleep, given back with close(), which waits for such a place
    bool orphan : 1 = false;        ///< given back with close(), and has not ended
    std::uint8_t service = 0;       ///< differentiated services of what it sends
    std::uint16_t orphaned_at = 0;  ///< the moment of that, in seconds
  };

  /// The listener among whose pending Fast Opens a connection counts.
  struct pending_fast_open {
    u32 listening = list_links::nobody;
    u32 generation = 0;
  };

  /// A connection and its places in the stack.
  struct slot : doorplate, whereabouts {
    list_links ready{};  ///< among those that may have something to send, that may fall asleep, or that want to wake
    list_links
        news{};  ///< among those that have something to tell, that wait for accept(), or that are orphans and awake
    u32 listening = list_links::nobody;  ///< waits for accept() of this listener
    [[no_unique_address]] std::conditional_t<with_fast_opens, pending_fast_open, nothing> pending{};
    [[no_unique_address]] typename Policy::tag tag{};

    template <class... Arguments>
    explicit slot(const flow& leads, Arguments&&... arguments) noexcept
        : doorplate{leads}, whereabouts(std::forward<Arguments>(arguments)...) {}
  };

  struct no_bodies {};
  using bodies = std::conditional_t<sleeps, slot_pool<std::conditional_t<sleeps, body, u32>, max_awake>, no_bodies>;
};

}  // namespace sequent
