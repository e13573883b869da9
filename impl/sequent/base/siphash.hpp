// SipHash (Aumasson and Bernstein, 2012): a keyed pseudo-random function of short messages.
// implements: isn demultiplexing
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include "sequent/base/compiler.hpp"

namespace sequent {

/// A secret of 128 bits. The caller draws it from a good source once per boot.
struct secret_key {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  /// Nobody has drawn it: what is made with it anybody can make.
  [[nodiscard]] constexpr bool is_zero() const noexcept { return (first | second) == 0; }
  friend bool operator==(const secret_key&, const secret_key&) noexcept = default;
};

/// SipHash-c-d over a message that comes in words of eight octets, the first octet lowest. Two strengths are in use:
/// 2-4, the authors' own, wherever an answer leaves this host (sequence numbers, cookies, ports); 1-3, against which no
/// attack is known either, where the outside sees at most the time that a lookup takes.
template <int Compression, int Finalization>
class basic_siphash {
 public:
  constexpr explicit basic_siphash(secret_key key) noexcept
      : v0_(key.first ^ 0x736f'6d65'7073'6575u),
        v1_(key.second ^ 0x646f'7261'6e64'6f6du),
        v2_(key.first ^ 0x6c79'6765'6e65'7261u),
        v3_(key.second ^ 0x7465'6462'7974'6573u) {}

  /// Takes eight octets of the message. Constant time.
  constexpr void absorb(std::uint64_t word) noexcept {
    v3_ ^= word;
    rounds(Compression);
    v0_ ^= word;
  }

  /// Takes the last word and gives the hash. The word holds the zero to seven octets that are left, and the length of
  /// the whole message modulo 256 as its highest octet: see last_word(). Constant time.
  [[nodiscard]] constexpr std::uint64_t finish(std::uint64_t last) noexcept {
    absorb(last);
    v2_ ^= 0xff;
    rounds(Finalization);
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

  /// The last word of a message of `length` octets.
  [[nodiscard]] static constexpr std::uint64_t last_word(std::uint64_t rest, std::size_t length) noexcept {
    return rest | (std::uint64_t{length} << 56);
  }

 private:
  constexpr void rounds(int count) noexcept {
    for (; count != 0; --count) {
      v0_ += v1_;
      v2_ += v3_;
      v1_ = std::rotl(v1_, 13) ^ v0_;
      v3_ = std::rotl(v3_, 16) ^ v2_;
      v0_ = std::rotl(v0_, 32) + v3_;
      v2_ += v1_;
      v3_ = std::rotl(v3_, 21) ^ v0_;
      v1_ = std::rotl(v1_, 17) ^ v2_;
      v2_ = std::rotl(v2_, 32);
    }
  }

  std::uint64_t v0_;
  std::uint64_t v1_;
  std::uint64_t v2_;
  std::uint64_t v3_;
};

/// The strength for what others see.
using siphash_2_4 = basic_siphash<2, 4>;
/// The strength for tables.
using siphash_1_3 = basic_siphash<1, 3>;

/// Eight octets as a word, the first octet lowest. The octets are there. Constant time.
[[nodiscard]] constexpr std::uint64_t load64_little(const std::uint8_t* at) noexcept {
  if (!std::is_constant_evaluated() && std::endian::native == std::endian::little) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
  }
  std::uint64_t word = 0;
  for (unsigned i = 0; i != 8; ++i) word |= std::uint64_t{at[i]} << (8 * i);
  return word;
}

/// The hash of a run of octets. Linear in the octets.
template <class Function = siphash_2_4>
[[nodiscard]] constexpr std::uint64_t siphash(secret_key key, std::span<const std::uint8_t> message) noexcept {
  Function state(key);
  std::span<const std::uint8_t> left = message;
  for (; left.size() >= 8; left = left.subspan(8)) state.absorb(load64_little(left.data()));
  std::uint64_t rest = 0;
  for (std::size_t i = 0; i != left.size(); ++i) rest |= std::uint64_t{left[i]} << (8 * i);
  return state.finish(Function::last_word(rest, message.size()));
}

}  // namespace sequent
