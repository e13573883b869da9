// Local ports of connections that are opened from here (RFC 6056).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "sequent/base/siphash.hpp"
#include "sequent/base/word.hpp"
#include "sequent/wire/flow.hpp"

namespace sequent {

/// Ports to choose from, both ends included. The default is the dynamic range of RFC 6335 section 6; RFC 6056
/// section 3.2 would have as many as possible, so a host that runs no servers above 1023 may begin there.
struct port_range {
  std::uint16_t first = 49'152;
  std::uint16_t last = 65'535;  ///< below first: taken as first
};

/// Chooses ports by Algorithm 1 of RFC 6056 (section 3.3.1), each one drawn anew: a keyed hash of how many have been
/// drawn before, and of where the connection leads. So a port tells nothing about another, to whomsoever, nor about the
/// host. Counters, as in that RFC's Algorithms 3 to 5, make a port come back later, but which remote sockets share one
/// tells a host apart for as long as the key lives. That a port may come back at once does no harm here: what is in
/// TIME-WAIT is not chosen, and sequence numbers and timestamps of a flow go on (RFC 6528, RFC 6191). A value of 32
/// octets.
class ephemeral_ports {
 public:
  /// The most that choose() asks about unless told otherwise. With nine of ten ports in use, one of them is free but
  /// for one time in 700,000; with 99 of a hundred, three times in four.
  static constexpr u32 usual_tries = 128;

  /// `key` is a secret of this purpose alone. Constant time.
  constexpr explicit ephemeral_ports(secret_key key, port_range range = {}) noexcept
      : key_(key), range_{range.first, (std::max)(range.first, range.last)} {}

  /// Ports in the range.
  [[nodiscard]] constexpr u32 size() const noexcept { return u32{range_.last} - range_.first + 1; }

  /// A port for which in_use(port) is false, to go from `local` to the remote socket; nothing if none was found in
  /// `max_tries`, each of which asks in_use() once. Then most are in use, or all if there are no more than max_tries
  /// in the range: such a range is gone through whole. Whoever asks again may have more luck. What in_use() should look
  /// at is whether the flow with that port is taken (or in TIME-WAIT), not whether the port is: ports may be shared
  /// among remote sockets. Linear in max_tries at worst.
  template <class InUse>
  [[nodiscard]] constexpr std::optional<std::uint16_t> choose(const ip_address& local, const ip_address& remote,
                                                              std::uint16_t remote_port, InUse&& in_use,
                                                              u32 max_tries = usual_tries) noexcept {
    const bool few = size() <= max_tries;
    u32 at = draw(local, remote, remote_port);
    for (u32 i = 0; i != (std::min)(max_tries, size()); ++i) {
      const auto port = static_cast<std::uint16_t>(range_.first + at);
      if (!in_use(port)) return port;
      at = few ? (at + 1) % size() : draw(local, remote, remote_port);
    }
    return std::nullopt;
  }

 private:
  // A number below size(). Of the 2^32 values that are mapped to it none is preferred by more than one in 2^16.
  [[nodiscard]] constexpr u32 draw(const ip_address& local, const ip_address& remote,
                                   std::uint16_t remote_port) noexcept {
    siphash_2_4 state(key_);
    state.absorb(draws_++);
    absorb_addresses(state, local, remote);
    const std::uint64_t hash =
        state.finish(siphash_2_4::last_word(remote_port, octets_of_addresses(local, remote) + 10));
    return static_cast<u32>((hash >> 32) * size() >> 32);
  }

  secret_key key_;
  port_range range_;
  std::uint64_t draws_ = 0;
};

}  // namespace sequent
