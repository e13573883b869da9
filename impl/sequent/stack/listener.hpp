// Who waits for connections, and where: the listeners of a stack.
// implements: listeners
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "sequent/base/time.hpp"
#include "sequent/tables/index_list.hpp"
#include "sequent/tables/slot_pool.hpp"
#include "sequent/wire/ip_address.hpp"

namespace sequent {

/// How long a Fast Open that is reset before its handshake is complete keeps its place, at least; twice that at most.
inline constexpr duration fast_open_penalty = duration::seconds(60);

/// One passive OPEN without a peer.
struct listener {
  std::optional<ip_address> address{};  ///< nothing: every local address
  std::uint16_t port = 0;
  u32 backlog = 0;       ///< most connections that wait for accept(), and most that are half-open
  u32 half_open = 0;     ///< records of the SYN queue that belong to it
  index_list waiting{};  ///< established connections that nobody has accepted yet, the first first
  list_links news{};     ///< its place among what next_event() has to tell
  u32 next_of_port = 0xffff'ffffu;
  u32 fast_open_limit = 0;    ///< most connections that Fast Open has brought and that are half-open; 0: it is off
  u32 fast_open_pending = 0;  ///< how many there are (PendingFastOpenRequests of RFC 7413 section 4.2)
  /// Places of those that ended before their handshakes did, which count as pending for one to two times
  /// fast_open_penalty (section 5.1): of this period, and of the one before.
  std::array<u32, 2> fast_open_forfeits{};
  instant fast_open_period{};  ///< when this one began
  bool sent_cookies = false;   ///< since when an ACK may bring one back
  instant cookie_sent_at{};    ///< the last one
};

/// The listeners, found by port. A lookup walks the listeners whose ports share a bucket of a table twice as large as
/// their greatest number: constant on average, at worst their number, which the caller bounds.
template <u32 Capacity>
class listener_table {
 public:
  constexpr listener_table() noexcept { heads_.fill(nobody); }

  [[nodiscard]] const listener& operator[](u32 index) const noexcept { return pool_[index]; }
  [[nodiscard]] listener& operator[](u32 index) noexcept { return pool_[index]; }
  [[nodiscard]] constexpr bool holds(u32 index, u32 generation) const noexcept {
    return pool_.holds(index, generation);
  }
  [[nodiscard]] constexpr u32 generation(u32 index) const noexcept { return pool_.generation(index); }
  [[nodiscard]] constexpr u32 size() const noexcept { return pool_.size(); }

  /// The listener that a segment to this address and port belongs to: one that names the address goes before one that
  /// takes every address (MUST-42).
  [[nodiscard]] std::optional<u32> find(const ip_address& local, std::uint16_t port) const noexcept {
    std::optional<u32> any;
    for (u32 i = heads_[bucket(port)]; i != nobody; i = pool_[i].next_of_port) {
      if (pool_[i].port != port) continue;
      if (pool_[i].address == local) return i;
      if (!pool_[i].address) any = i;
    }
    return any;
  }

  /// The listener of exactly this address, or of every address.
  [[nodiscard]] std::optional<u32> find_exactly(const std::optional<ip_address>& local,
                                                std::uint16_t port) const noexcept {
    for (u32 i = heads_[bucket(port)]; i != nobody; i = pool_[i].next_of_port) {
      if (pool_[i].port == port && pool_[i].address == local) return i;
    }
    return std::nullopt;
  }

  /// Adds a listener; nothing when there is no room.
  std::optional<u32> add(const std::optional<ip_address>& local, std::uint16_t port, u32 backlog) noexcept {
    const auto index = pool_.take();
    if (!index) return std::nullopt;
    listener& added = pool_[*index];
    added.address = local;
    added.port = port;
    added.backlog = backlog;
    added.next_of_port = heads_[bucket(port)];
    heads_[bucket(port)] = *index;
    return index;
  }

  /// Takes a listener out.
  void remove(u32 index) noexcept {
    u32* link = &heads_[bucket(pool_[index].port)];
    while (*link != index) link = &pool_[*link].next_of_port;
    *link = pool_[index].next_of_port;
    pool_.release(index);
  }

 private:
  static constexpr u32 nobody = list_links::nobody;
  static constexpr u32 buckets = 2 * Capacity;

  [[nodiscard]] static constexpr u32 bucket(std::uint16_t port) noexcept { return port % buckets; }

  slot_pool<listener, Capacity> pool_{};
  std::array<u32, buckets> heads_{};
};

}  // namespace sequent
