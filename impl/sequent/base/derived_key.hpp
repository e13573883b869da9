// Keys for several uses out of one secret, so that what one of them gives away says nothing about the others.
#pragma once

#include <array>
#include <cstdint>

#include "sequent/base/siphash.hpp"

namespace sequent {

/// What a key is for. Each use of the one secret has its own, so that none tells about another.
enum class key_use : std::uint8_t {
  flows = 1,
  sequence_numbers,
  timestamp_clocks,
  ports,
  cookies,
  fast_open,
  flow_labels
};

/// The key for one use of the secret; of none, if the secret is all zeros, so that nothing can be forged that was left
/// unset: with such a key no cookie is made or accepted. Constant time.
[[nodiscard]] constexpr secret_key derive_key(secret_key secret, key_use use) noexcept {
  if (secret.is_zero()) return {};
  const auto half = [&](std::uint8_t which) {
    const std::array<std::uint8_t, 2> message{static_cast<std::uint8_t>(use), which};
    return siphash(secret, message);
  };
  return {half(0), half(1)};
}

}  // namespace sequent
