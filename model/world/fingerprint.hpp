// A 128-bit incremental hash of a state.
//
// The explorer tells states apart by this hash alone. Two independent 64-bit mixers make an accidental collision among
// n states about n * n / 2^129: below 10^-24 for ten million. That is part of the trust base.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <type_traits>

namespace sequent::model {

/// The finished hash of a state.
struct digest {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  friend bool operator==(const digest&, const digest&) = default;
};

/// Takes a state in, value by value. The order of the values matters; what is fed must determine the state.
class fingerprint {
 public:
  /// Takes in one 64-bit word.
  void word(std::uint64_t value) noexcept {
    left_ = (left_ ^ value) * 0x9E3779B97F4A7C15u;
    left_ ^= left_ >> 32;
    right_ = std::rotl(right_ ^ (value * 0xC2B2AE3D27D4EB4Fu), 29) * 0xD6E8FEB86659FD93u + 0x165667B19E3779F9u;
    ++words_;
  }

  /// Takes in any integer, bool or enumerator.
  template <class T>
  requires std::integral<T> || std::is_enum_v<T>
  void add(T value) noexcept { word(static_cast<std::uint64_t>(value)); }

  /// Takes in a value that may be absent; absent differs from every value.
  template <class T>
  void add(const std::optional<T>& value) noexcept {
    add(value.has_value());
    if (value) add(*value);
  }

  /// Takes in a run of octets and its length.
  void octets(std::span<const std::uint8_t> run) noexcept {
    word(run.size());
    std::size_t at = 0;
    for (; at + 8 <= run.size(); at += 8) word(load(run.data() + at, 8));
    if (at < run.size()) word(load(run.data() + at, run.size() - at));
  }

  /// The hash of all that was taken in so far.
  [[nodiscard]] digest value() const noexcept {
    return {finish(left_ + words_), finish(right_ ^ std::rotl(words_, 32))};
  }

 private:
  static std::uint64_t load(const std::uint8_t* from, std::size_t count) noexcept {
    std::uint64_t value = 0;
    std::memcpy(&value, from, count);
    return value;
  }

  static constexpr std::uint64_t finish(std::uint64_t x) noexcept {
    x = (x ^ (x >> 33)) * 0xFF51AFD7ED558CCDu;
    x = (x ^ (x >> 33)) * 0xC4CEB9FE1A85EC53u;
    return x ^ (x >> 33);
  }

  std::uint64_t left_ = 0x243F6A8885A308D3u;
  std::uint64_t right_ = 0x13198A2E03707344u;
  std::uint64_t words_ = 0;
};

}  // namespace sequent::model
