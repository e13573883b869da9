// Making and checking Fast Open cookies (RFC 7413 section 4.1.2).
// implements: fast-open
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "sequent/base/octets.hpp"
#include "sequent/base/siphash.hpp"
#include "sequent/wire/fast_open.hpp"
#include "sequent/wire/flow.hpp"

namespace sequent {

/// What a server makes of the Fast Open option on a SYN.
struct fast_open_verdict {
  bool take_text = false;                  ///< the cookie is good: text of the SYN may be taken
  std::optional<fast_open_cookie> give{};  ///< the cookie for the SYN,ACK, if it is to carry one
};

/// Makes cookies and checks them. A cookie is SipHash-2-4 over both addresses under a secret, eight octets: who has not
/// got it from this server at that address must guess it, with probability 2^-64 a try (2^-63 while an older secret is
/// accepted). It does not tell ports, so one of a server's services may give it and another accept it
/// (section 4.1.3.1). It expires when the secret has been replaced twice. A value of 32 octets.
class fast_open_keys {
 public:
  /// `key` is a secret of this purpose alone. With one of zeros no cookie is given or accepted.
  constexpr explicit fast_open_keys(secret_key key) noexcept : keys_{key, key} {}

  /// From now on cookies are made with another secret. Those made with the present one are accepted until this is
  /// called again, and are then answered with a new one.
  constexpr void rotate(secret_key fresh) noexcept {
    keys_[1] = keys_[0];
    keys_[0] = fresh;
  }

  /// The cookie of a client at `remote` who talks to `local`. Constant time.
  [[nodiscard]] constexpr fast_open_cookie cookie_for(const ip_address& local,
                                                      const ip_address& remote) const noexcept {
    const std::uint64_t hash = hash_of(keys_[0], local, remote);
    std::array<std::uint8_t, 8> octets{};
    store32(octets.data(), static_cast<u32>(hash >> 32));
    store32(octets.data() + 4, static_cast<u32>(hash));
    return *fast_open_cookie::of(octets);
  }

  /// Judges the option of a SYN, if it has one. Whoever brings no good cookie is given one, and so is he whose cookie
  /// is about to expire; who brings no option is left alone. The same work whatever the cookie. Constant time.
  [[nodiscard]] constexpr fast_open_verdict judge(const std::optional<fast_open_cookie>& brought,
                                                  const ip_address& local, const ip_address& remote) const noexcept {
    if (!brought || keys_[0].is_zero()) return {};
    const auto octets = brought->octets();
    const std::uint64_t word =
        octets.size() == 8 ? std::uint64_t{load32(octets.data())} << 32 | load32(octets.data() + 4) : 0;
    const bool present = word == hash_of(keys_[0], local, remote);
    const bool former = word == hash_of(keys_[1], local, remote) && !keys_[1].is_zero();
    fast_open_verdict verdict;
    verdict.take_text = octets.size() == 8 && (present || former);
    if (!verdict.take_text || !present) verdict.give = cookie_for(local, remote);
    return verdict;
  }

 private:
  [[nodiscard]] static constexpr std::uint64_t hash_of(secret_key key, const ip_address& local,
                                                       const ip_address& remote) noexcept {
    siphash_2_4 state(key);
    absorb_addresses(state, local, remote);
    return state.finish(siphash_2_4::last_word(0, octets_of_addresses(local, remote)));
  }

  std::array<secret_key, 2> keys_;  // the present one, and the one before it
};

}  // namespace sequent
