// The Fast Open cookie (RFC 7413 section 4.1): octets that a server gives to a client and asks back with text on a SYN.
// implements: fast-open
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "sequent/base/compiler.hpp"

namespace sequent {

/// A cookie: an even number of octets, 4 to 16, of which only the server knows what they mean. Without octets it is a
/// client's request for one.
class fast_open_cookie {
 public:
  static constexpr std::size_t least = 4;
  static constexpr std::size_t most = 16;

  /// The request.
  constexpr fast_open_cookie() noexcept = default;
  /// A cookie of these octets, or the request if there are none; nothing if no cookie can have so many, and then an
  /// option that carries them is to be ignored (section 4.1.1). Constant time.
  [[nodiscard]] static constexpr std::optional<fast_open_cookie> of(std::span<const std::uint8_t> octets) noexcept {
    const bool some = octets.size() >= least && octets.size() <= most && octets.size() % 2 == 0;
    if (!some && !octets.empty()) return std::nullopt;
    fast_open_cookie made;
    std::copy(octets.begin(), octets.end(), made.octet_.begin());
    made.length_ = static_cast<std::uint8_t>(octets.size());
    return made;
  }

  [[nodiscard]] constexpr std::span<const std::uint8_t> octets() const noexcept { return {octet_.data(), length_}; }
  [[nodiscard]] constexpr bool is_request() const noexcept { return length_ == 0; }

  friend constexpr bool operator==(const fast_open_cookie&, const fast_open_cookie&) noexcept = default;

 private:
  std::array<std::uint8_t, most> octet_{};  // zero behind the last
  std::uint8_t length_ = 0;
};

}  // namespace sequent
