// Local ports of connections that are opened from here (RFC 6056).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "sequent/flow.hpp"
#include "sequent/siphash.hpp"
#include "sequent/word.hpp"

namespace sequent {

/// Ports to choose from, both ends included. The default is the dynamic range of RFC 6335 section 6; RFC 6056
/// section 3.2 would have as many as possible, so a host that runs no servers above 1023 may begin there.
struct port_range {
  std::uint16_t first = 49'152;
  std::uint16_t last = 65'535;  ///< below first: taken as first
};

/// Chooses ports by Algorithm 4 of RFC 6056 (section 3.3.4), double-hash selection: every remote socket has its own
/// keyed offset into the range, so that who sees the ports of one cannot tell those of another; from there ports are
/// taken in turn, so that one comes back as late as possible; and the turn is one of `Counters` counters, chosen by a
/// second hash, so that connections to one remote socket say little about how many others there are. The counters begin
/// at secret values. A value of about 2 * Counters octets.
template <std::size_t Counters = 1'024>
class ephemeral_ports {
  static_assert(Counters >= 1 && Counters <= 65'536);

 public:
  /// `key` is a secret of this purpose alone. Linear in the counters.
  constexpr explicit ephemeral_ports(secret_key key, port_range range = {}) noexcept
      : key_(key), range_{range.first, std::max(range.first, range.last)} {
    for (std::size_t i = 0; i != Counters; ++i) {
      siphash_2_4 state(key_);
      turns_[i] = static_cast<std::uint16_t>(state.finish(siphash_2_4::last_word(i, 3)));
    }
  }

  /// Ports in the range.
  [[nodiscard]] constexpr u32 size() const noexcept { return u32{range_.last} - range_.first + 1; }

  /// A port for which in_use(port) is false, to go from `local` to the remote socket; nothing if none was found in
  /// `most_tries`, each of which asks in_use() once. As the default allows for every port, nothing then means that all
  /// are in use; a host that may hold nearly that many connections to one remote socket gives a smaller number, and
  /// lets the open fail. What in_use() should look at is whether the flow with that port is taken (or in TIME-WAIT,
  /// when RFC 6191 does not help), not whether the port is: ports may be shared among remote sockets.
  template <class InUse>
  [[nodiscard]] constexpr std::optional<std::uint16_t> choose(const ip_address& local, const ip_address& remote,
                                                              std::uint16_t remote_port, InUse&& in_use,
                                                              u32 most_tries = 65'536) noexcept {
    siphash_2_4 state(key_);
    absorb_addresses(state, local, remote);
    const std::uint64_t hash =
        state.finish(siphash_2_4::last_word(remote_port, octets_of_addresses(local, remote) + 2));
    const auto offset = static_cast<u32>(hash);
    std::uint16_t& turn = turns_[static_cast<std::size_t>((hash >> 32) % Counters)];
    const u32 tries = std::min(most_tries, size());
    for (u32 i = 0; i != tries; ++i) {
      const auto port = static_cast<std::uint16_t>(range_.first + (std::uint64_t{offset} + turn) % size());
      turn = turn == 0xffffu ? wrapped() : static_cast<std::uint16_t>(turn + 1);
      if (!in_use(port)) return port;
    }
    return std::nullopt;
  }

 private:
  // Where a turn goes on after 65535, so that no port of the range is left out or comes twice.
  [[nodiscard]] constexpr std::uint16_t wrapped() const noexcept {
    return static_cast<std::uint16_t>(65'536u % size());
  }

  secret_key key_;
  port_range range_;
  std::array<std::uint16_t, Counters> turns_{};
};

}  // namespace sequent
