// The Internet checksum (RFC 1071, RFC 9293 section 3.1, MUST-2 and MUST-3).
// implements: checksum-offload
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "sequent/base/word.hpp"
#include "sequent/config.hpp"

// Long runs are summed in registers of 256 bits where the processor has them, whatever the compiler was told about it:
// this asks the processor, through a variable of the compiler's own library. Define it as 0 to do without.
#if !defined(SEQUENT_WIDE_SUMS)
#if SEQUENT_BUILTINS && defined(__x86_64__) && defined(__ELF__) && __STDC_HOSTED__
#define SEQUENT_WIDE_SUMS 1
#else
#define SEQUENT_WIDE_SUMS 0
#endif
#endif

namespace sequent {

/// Adds the two halves of a sum of 16-bit quantities until it fits sixteen bits (RFC 1071 section 1). Two steps are
/// enough for every 32-bit sum. The result is congruent to the sum modulo 65535, and zero only if the sum is.
template <word W>
[[nodiscard]] constexpr W fold_checksum(W sum) noexcept {
  const W once = (sum & W(0xffffu)) + (sum >> W(16u));
  return (once & W(0xffffu)) + (once >> W(16u));
}

/// The same for a sum in 64 bits. Constant time.
[[nodiscard]] constexpr u32 fold_wide(std::uint64_t sum) noexcept {
  // A number added to itself with its halves exchanged: the carry of the lower halves' sum reaches the upper one.
  const auto half = static_cast<u32>((sum + std::rotl(sum, 32)) >> 32);
  return (half + std::rotl(half, 16)) >> 16;
}

namespace detail {

// Sums are taken by 32-bit halves of words of 64, without watching for carries: the upper halves' sum is kept in full,
// and that of the whole words, although it wraps, then tells the lower halves' sum, which fits 64 bits too. Good for
// 2^31 words.
[[nodiscard]] constexpr std::uint64_t sum_of_halves(std::uint64_t all, std::uint64_t upper) noexcept {
  return all - (upper << 32) + upper;
}

/// Reads a word in native order at an offset, and stores it at the same offset of `to` if that is wanted. Vectors are
/// passed by reference, because how they are passed by value depends on the flags of the compiler.
template <bool Copying, class Word>
inline void take(Word& word, const std::uint8_t* from, std::uint8_t* to, std::size_t at) noexcept {
  std::memcpy(&word, from + at, sizeof word);
  if constexpr (Copying) std::memcpy(to + at, &word, sizeof word);
}

/// Octets that the sums over vectors take at a time.
inline constexpr std::size_t sum_stride = 64;

#if SEQUENT_BUILTINS
/// The sum in native order of a whole number of strides, at least one, in the registers of 128 bits that every x86-64
/// and every 64-bit Arm have; elsewhere the compiler does the same word by word.
template <bool Copying>
[[nodiscard, gnu::noinline]] inline std::uint64_t sum_strides(const std::uint8_t* from, std::uint8_t* to,
                                                              std::size_t count) noexcept {
  using lanes [[gnu::vector_size(16)]] = std::uint64_t;
  lanes all{};
  lanes more{};
  lanes upper{};
  lanes more_upper{};
  for (std::size_t at = 0; at != count; at += sum_stride) {
    lanes first;
    lanes second;
    take<Copying>(first, from, to, at);
    take<Copying>(second, from, to, at + 16);
    all += first;
    upper += first >> 32;
    more += second;
    more_upper += second >> 32;
    take<Copying>(first, from, to, at + 32);
    take<Copying>(second, from, to, at + 48);
    all += first;
    upper += first >> 32;
    more += second;
    more_upper += second >> 32;
  }
  all += more;
  upper += more_upper;
  return sum_of_halves(all[0], upper[0]) + sum_of_halves(all[1], upper[1]);
}
#else
/// The sum in native order of a whole number of strides, at least one, word by word.
template <bool Copying>
[[nodiscard]] inline std::uint64_t sum_strides(const std::uint8_t* from, std::uint8_t* to, std::size_t count) noexcept {
  std::uint64_t all = 0;
  std::uint64_t upper = 0;
  for (std::size_t at = 0; at != count; at += sizeof all) {
    std::uint64_t word = 0;
    take<Copying>(word, from, to, at);
    all += word;
    upper += word >> 32;
  }
  return sum_of_halves(all, upper);
}
#endif

#if SEQUENT_WIDE_SUMS
/// The same in registers of 256 bits, for processors that have them.
template <bool Copying>
[[nodiscard, gnu::target("avx2")]] inline std::uint64_t sum_strides_wide(const std::uint8_t* from, std::uint8_t* to,
                                                                         std::size_t count) noexcept {
  using lanes [[gnu::vector_size(32)]] = std::uint64_t;
  lanes all{};
  lanes more{};
  lanes upper{};
  lanes more_upper{};
  for (std::size_t at = 0; at != count; at += sum_stride) {
    lanes first;
    lanes second;
    take<Copying>(first, from, to, at);
    take<Copying>(second, from, to, at + 32);
    all += first;
    upper += first >> 32;
    more += second;
    more_upper += second >> 32;
  }
  all += more;
  upper += more_upper;
  return sum_of_halves(all[0], upper[0]) + sum_of_halves(all[1], upper[1]) + sum_of_halves(all[2], upper[2]) +
         sum_of_halves(all[3], upper[3]);
}
#endif

/// The sum in native order of a whole number of strides, at least one.
template <bool Copying>
[[nodiscard]] inline std::uint64_t sum_long(const std::uint8_t* from, std::uint8_t* to, std::size_t count) noexcept {
#if SEQUENT_WIDE_SUMS
  if (__builtin_cpu_supports("avx2")) return sum_strides_wide<Copying>(from, to, count);
#endif
  return sum_strides<Copying>(from, to, count);
}

/// The sum in native order of fewer than eight octets.
template <bool Copying>
[[nodiscard]] inline std::uint64_t sum_few(const std::uint8_t* from, std::uint8_t* to, std::size_t count) noexcept {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i != count; ++i) {
    const std::size_t place = std::endian::native == std::endian::little ? i : 7 - i;
    std::uint8_t octet = 0;
    take<Copying>(octet, from, to, i);
    word |= std::uint64_t{octet} << 8 * place;
  }
  return sum_of_halves(word, word >> 32);
}

/// The sum in native order of the last `count % 64` octets of at least eight: what is no whole stride.
template <bool Copying>
[[nodiscard]] inline std::uint64_t sum_rest(const std::uint8_t* from, std::uint8_t* to, std::size_t count) noexcept {
  std::size_t at = count & ~(sum_stride - 1);
  std::uint64_t all = 0;
  std::uint64_t upper = 0;
  const auto add = [&](std::uint64_t word) noexcept {
    all += word;
    upper += word >> 32;
  };
  const auto add_next = [&]() noexcept {
    std::uint64_t word = 0;
    take<Copying>(word, from, to, at);
    add(word);
    at += 8;
  };
  if ((count & 32) != 0) {
    add_next();
    add_next();
    add_next();
    add_next();
  }
  if ((count & 16) != 0) {
    add_next();
    add_next();
  }
  if ((count & 8) != 0) add_next();
  if ((count & 7) != 0) {
    // The last eight octets, less those that have been counted: what is left stands as if zeros followed it.
    std::uint64_t last = 0;
    take<Copying>(last, from, to, count - 8);
    const std::size_t counted = 64 - 8 * (count & 7);
    add(std::endian::native == std::endian::little ? last >> counted : last << counted);
  }
  return sum_of_halves(all, upper);
}

/// The sum in native order of any number of octets, not folded. One's complement sums may be formed in either byte
/// order and swapped at the end (RFC 1071 section 2.B), in words of any width (section 2.C). `to` is not looked at
/// unless copying.
template <bool Copying>
[[nodiscard, gnu::noinline]] inline std::uint64_t sum_native(const std::uint8_t* from, std::uint8_t* to,
                                                             std::size_t count) noexcept {
  if (count < 8) return sum_few<Copying>(from, to, count);
  const std::size_t strides = count & ~(sum_stride - 1);
  const std::uint64_t most = strides == 0 ? 0 : sum_long<Copying>(from, to, strides);
  return most + sum_rest<Copying>(from, to, count);
}

/// The sum in native order of a few words of 32 bits, not folded.
template <std::size_t Words>
[[nodiscard]] inline std::uint64_t sum_words(const std::uint8_t* at) noexcept {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i != Words; ++i) {
    u32 word = 0;
    std::memcpy(&word, at + 4 * i, sizeof word);
    sum += word;
  }
  return sum;
}

/// A sum of 16-bit words whose octets are exchanged, as one in the other byte order is; folded before and after.
[[nodiscard]] constexpr u32 exchange_octets(u32 folded) noexcept { return ((folded & 0xffu) << 8) | (folded >> 8); }

/// Folds a sum that was formed in native order.
[[nodiscard]] constexpr u32 fold_native(std::uint64_t sum) noexcept {
  return std::endian::native == std::endian::little ? exchange_octets(fold_wide(sum)) : fold_wide(sum);
}

}  // namespace detail

/// The sum of a run of octets as big-endian 16-bit words, folded to sixteen bits; an odd last octet is padded with zero
/// on its right. Linear in the octets, 64 at a time.
[[nodiscard]] inline u32 sum_octets(std::span<const std::uint8_t> octets) noexcept {
  return detail::fold_native(detail::sum_native<false>(octets.data(), nullptr, octets.size()));
}

/// Copies octets to a place as long that does not overlap theirs, and returns their sum_octets(): one pass instead of
/// two. Linear in the octets.
inline u32 copy_and_sum(std::span<const std::uint8_t> from, std::span<std::uint8_t> to) noexcept {
  SEQUENT_ASSERT(from.size() == to.size());
  return detail::fold_native(detail::sum_native<true>(from.data(), to.data(), from.size()));
}

/// The sum_octets() of two runs of octets, one behind the other, from those of each. Behind an odd number of octets the
/// second run's stand in the other halves of their words (RFC 1071 section 2.B). Constant time.
[[nodiscard]] constexpr u32 join_sums(u32 first, std::size_t first_octets, u32 second) noexcept {
  return fold_checksum(first + (first_octets % 2 == 0 ? second : detail::exchange_octets(second)));
}

/// The checksum field that makes a sum come out right: the one's complement of the folded sum.
[[nodiscard]] constexpr std::uint16_t checksum_field(u32 sum) noexcept {
  return static_cast<std::uint16_t>(~fold_checksum(sum) & 0xffffu);
}

/// The part of the pseudo-header (RFC 9293 section 3.1) that a connection never changes: addresses and protocol,
/// folded. Add the TCP length of each segment to it.
class pseudo_header {
 public:
  /// Nothing to add: for callers whose checksums are made and verified elsewhere.
  constexpr pseudo_header() noexcept = default;

  /// IPv4 addresses in network byte order, four octets each.
  [[nodiscard]] static pseudo_header ipv4(std::span<const std::uint8_t, 4> source,
                                          std::span<const std::uint8_t, 4> destination) noexcept {
    const std::uint64_t sum = detail::sum_words<1>(source.data()) + detail::sum_words<1>(destination.data());
    return pseudo_header(detail::fold_native(sum) + protocol_tcp);
  }
  /// IPv6 addresses in network byte order, sixteen octets each (RFC 8200 section 8.1).
  [[nodiscard]] static pseudo_header ipv6(std::span<const std::uint8_t, 16> source,
                                          std::span<const std::uint8_t, 16> destination) noexcept {
    const std::uint64_t sum = detail::sum_words<4>(source.data()) + detail::sum_words<4>(destination.data());
    return pseudo_header(detail::fold_native(sum) + protocol_tcp);
  }

  /// The pseudo-header's sum for a segment of so many octets, header included; at most 17 bits wide.
  [[nodiscard]] constexpr u32 sum(std::size_t tcp_length) const noexcept {
    const auto length = static_cast<u32>(tcp_length);
    return addresses_ + (length & 0xffffu) + (length >> 16);
  }

  friend bool operator==(pseudo_header, pseudo_header) noexcept = default;

 private:
  static constexpr u32 protocol_tcp = 6;
  constexpr explicit pseudo_header(u32 sum) noexcept : addresses_(fold_checksum(sum)) {}
  u32 addresses_ = 0;
};

}  // namespace sequent
