// SYN cookies (RFC 4987 section 3.6 and appendix A): a handshake that leaves nothing behind until it is complete.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "sequent/base/seq.hpp"
#include "sequent/base/siphash.hpp"
#include "sequent/base/time.hpp"
#include "sequent/wire/flow.hpp"

namespace sequent {

/// What a cookie remembers of the peer's SYN.
struct cookie_options {
  std::uint16_t mss = 536;                   ///< rounded down to one of cookie_mss, but never below the least of them
  bool timestamps = false;                   ///< the SYN had timestamps; without them nothing below is remembered
  std::optional<std::uint8_t> window_scale;  ///< shift count, 0 to 14: greater counts as 14 (RFC 7323 section 2.3)
  bool sack_permitted = false;
  bool ecn = false;  ///< the SYN asked for ECN (RFC 3168 section 6.1.1) and this end agreed
  friend constexpr bool operator==(const cookie_options&, const cookie_options&) noexcept = default;
};

/// The segment sizes that a cookie can say: those of hosts behind Ethernet and the usual tunnels and, for the rest, the
/// defaults of IPv4 and IPv6 and the least that connection_config sends.
inline constexpr std::array<std::uint16_t, 8> cookie_mss{48, 536, 1'220, 1'360, 1'400, 1'440, 1'452, 1'460};

/// A SYN,ACK without state.
struct syn_cookie {
  sequence_number<u32> iss{};
  u32 timestamp = 0;  ///< TSval to send, if the SYN had timestamps; at most 63 ticks older than the clock
};

/// Makes cookies and checks them. A cookie is 5 bits of a count of minutes and 3 bits that say the segment size, to
/// which 8 bits of a hash of the flow are added, and 24 bits of SipHash-2-4 over the flow, the peer's initial number,
/// the whole count, the size and the options. So the ISS of a flow moves on with time (RFC 4987 appendix A), and:
/// - A cookie is accepted if it was made for exactly this flow, peer's number and options, in this minute or the one
///   before: it lives for 60 to 120 seconds. One of the next minute counts too: a clock that goes back a little, over
///   the edge of a minute, refuses nothing that is fresh.
/// - Any other number passes with probability 2^-24 if the attacker knows the flow's 8 bits (holds a cookie of the same
///   flow, but for another number, minute, size or options), and 3 * 2^-29 if not. While an older secret is still
///   accepted the latter doubles.
/// - The options other than the size stand in the low 6 bits of our timestamp, which the peer echoes (as in FreeBSD and
///   Linux): 4 bits of window scale, of which 15 is none, 1 of SACK, 1 of ECN.
///
/// make() and check() do the same work whatever the secret, the cookie and the verdict are. A value of 40 octets.
class syn_cookies {
 public:
  /// How long the count stands still.
  static constexpr duration period = duration::seconds(60);
  /// The longest that a cookie lives.
  static constexpr duration lifetime = period * 2;

  /// `key` is a secret of this purpose alone. With one of zeros no cookie is accepted, and none should be made.
  constexpr explicit syn_cookies(secret_key key) noexcept : keys_{key, key} {}

  /// From now on cookies are made with another secret. Those made before are accepted to the end of their lives, if
  /// this is not called twice within it.
  constexpr void rotate(secret_key fresh, instant now) noexcept {
    keys_[1] = keys_[0];
    keys_[0] = fresh;
    rotated_ = count_of(now);
  }

  /// There is a secret to make cookies with.
  [[nodiscard]] constexpr bool usable() const noexcept { return !keys_[0].is_zero(); }

  /// The cookie for a SYN with sequence number `irs` and these options. `clock` is what our timestamp would say now;
  /// the connection that comes of it must go on with the same clock. Constant time.
  [[nodiscard]] constexpr syn_cookie make(const flow& f, sequence_number<u32> irs, const cookie_options& options,
                                          u32 clock, instant now) const noexcept {
    const u32 size = size_of(options.mss);
    const u32 bits = bits_of(options);
    const u32 count = count_of(now);
    const u32 plain = (count & 31u) << 27 | size << 24;
    const hashes secret = hashes_of(keys_[0], f, irs, count, size, bits);
    const sequence_number<u32> iss((plain + secret.mask) | secret.tag);
    if (!options.timestamps) return {iss, clock};
    // The options replace the low bits, and what would then be in the future is put one step of them back.
    const u32 stamp = (clock & ~option_mask) | bits;
    return {iss, (clock & option_mask) < bits ? stamp - (option_mask + 1) : stamp};
  }

  /// What the SYN said, if `iss` (the number acknowledged, less one) is a cookie made for this flow and for `irs` (the
  /// segment's number, less one). `echo` is the segment's TSecr if it has timestamps: a peer that sent them with its
  /// SYN sends them always (RFC 7323 section 3.2). Constant time.
  [[nodiscard]] constexpr std::optional<cookie_options> check(const flow& f, sequence_number<u32> irs,
                                                              sequence_number<u32> iss, std::optional<u32> echo,
                                                              instant now) const noexcept {
    const u32 bits = echo ? *echo & option_mask : no_timestamps;
    const u32 latest = count_of(now) + 1u;  // of a clock that has gone back since
    u32 accepted = 0;                       // one more than the size, so that 0 is none
    for (std::size_t i = 0; i != keys_.size(); ++i) {
      const u32 plain = iss.wire() - mask_of(keys_[i], f);
      const u32 age = (latest - (plain >> 27)) & 31u;
      const u32 count = latest - age;
      const u32 size = plain >> 24 & 7u;
      const hashes secret = hashes_of(keys_[i], f, irs, count, size, bits);
      const u32 differs = (iss.wire() ^ secret.tag) & tag_mask;
      // An older secret made nothing after it was replaced.
      const bool in_use = i == 0 || static_cast<std::int32_t>(rotated_ - count) >= 0;
      const bool good = (differs == 0) & (age <= 2) & in_use & !keys_[i].is_zero();
      accepted |= (size + 1) & (u32{0} - static_cast<u32>(good));
    }
    if (accepted == 0) return std::nullopt;
    return options_of((accepted - 1) & 7u, bits);
  }

 private:
  static constexpr u32 tag_mask = 0x00ff'ffffu;
  static constexpr u32 option_mask = 0x3fu;
  static constexpr u32 no_timestamps = 0x40u;  // apart from every value of the low six bits
  static constexpr u32 no_scale = 15;

  struct hashes {
    u32 mask = 0;  // of the high eight bits
    u32 tag = 0;   // the low twenty-four
  };

  // Minutes, rounded down also before the clock's origin.
  [[nodiscard]] static constexpr u32 count_of(instant now) noexcept {
    const std::int64_t t = now.microseconds();
    return static_cast<u32>(t / period.count() - (t % period.count() < 0 ? 1 : 0));
  }

  [[nodiscard]] static constexpr u32 size_of(std::uint16_t mss) noexcept {
    u32 size = 0;
    for (std::size_t i = 1; i != cookie_mss.size(); ++i) size += mss >= cookie_mss[i] ? 1u : 0u;
    return size;
  }

  [[nodiscard]] static constexpr u32 bits_of(const cookie_options& options) noexcept {
    if (!options.timestamps) return no_timestamps;
    const u32 scale = !options.window_scale ? no_scale : *options.window_scale < 14 ? *options.window_scale : 14u;
    return scale | (options.sack_permitted ? 0x10u : 0u) | (options.ecn ? 0x20u : 0u);
  }

  [[nodiscard]] static constexpr cookie_options options_of(u32 size, u32 bits) noexcept {
    cookie_options options;
    options.mss = cookie_mss[size];
    if (bits == no_timestamps) return options;
    options.timestamps = true;
    if (const u32 scale = bits & 0xfu; scale != no_scale) options.window_scale = static_cast<std::uint8_t>(scale);
    options.sack_permitted = (bits & 0x10u) != 0;
    options.ecn = (bits & 0x20u) != 0;
    return options;
  }

  [[nodiscard]] static constexpr u32 mask_of(secret_key key, const flow& f) noexcept {
    siphash_2_4 state(key);
    absorb_addresses(state, f.local, f.remote);
    const std::uint64_t hash = state.finish(
        siphash_2_4::last_word(word_of_ports(f.local_port, f.remote_port), octets_of_addresses(f.local, f.remote) + 4));
    return static_cast<u32>(hash) & ~tag_mask;
  }

  [[nodiscard]] static constexpr hashes hashes_of(secret_key key, const flow& f, sequence_number<u32> irs, u32 count,
                                                  u32 size, u32 bits) noexcept {
    siphash_2_4 state(key);
    absorb_addresses(state, f.local, f.remote);
    state.absorb(word_of_ports(f.local_port, f.remote_port) | std::uint64_t{irs.wire()} << 32);
    const std::uint64_t hash = state.finish(siphash_2_4::last_word(
        std::uint64_t{count} | std::uint64_t{size << 8 | bits} << 32, octets_of_addresses(f.local, f.remote) + 14));
    return {mask_of(key, f), static_cast<u32>(hash) & tag_mask};
  }

  std::array<secret_key, 2> keys_;  // the present one, and the one before it
  u32 rotated_ = 0;                 // the count when that happened
};

}  // namespace sequent
