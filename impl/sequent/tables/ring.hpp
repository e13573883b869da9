// A ring of octets over storage that somebody else provides.
// implements: storage
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sequent/base/checksum.hpp"
#include "sequent/base/octets.hpp"
#include "sequent/base/word.hpp"
#include "sequent/config.hpp"

namespace sequent {

/// Storage inside the object itself: the connection stays a value that can be copied. It is made where it stands, so
/// that however large it is it takes nothing of the call stack.
template <std::size_t Capacity>
class inline_storage {
 public:
  [[nodiscard]] constexpr std::span<std::uint8_t> octets() noexcept { return octets_; }
  [[nodiscard]] constexpr std::span<const std::uint8_t> octets() const noexcept { return octets_; }

 private:
  std::array<std::uint8_t, Capacity> octets_{};
};

/// Storage that the caller owns and that outlives the connection. Copies of the connection share it.
class span_storage {
 public:
  constexpr span_storage() noexcept = default;
  constexpr explicit span_storage(std::span<std::uint8_t> octets) noexcept : octets_(octets) {}
  [[nodiscard]] constexpr std::span<std::uint8_t> octets() noexcept { return octets_; }
  [[nodiscard]] constexpr std::span<const std::uint8_t> octets() const noexcept { return octets_; }

 private:
  std::span<std::uint8_t> octets_{};
};

/// Circular addressing: offset 0 is the oldest octet. The ring does not know which octets have been filled; its owner
/// does. Offsets and lengths stay within the capacity, which is asserted.
template <class Storage>
class ring {
 public:
  constexpr ring() noexcept = default;
  constexpr explicit ring(const Storage& storage) noexcept : storage_(storage) {}

  /// Octets that the ring can hold.
  [[nodiscard]] constexpr std::size_t capacity() const noexcept { return storage_.octets().size(); }

  /// Stores octets from offset on, unless they stand there. Linear in their number.
  void put(std::size_t offset, std::span<const std::uint8_t> octets) noexcept {
    SEQUENT_ASSERT(offset + octets.size() <= capacity());
    if (octets.empty()) return;
    const std::span<std::uint8_t> all = storage_.octets();
    const std::size_t at = index(offset);
    if (octets.data() == all.data() + at) return;
    const std::size_t until_end = (std::min)(octets.size(), all.size() - at);
    copy_octets(all.data() + at, octets.data(), until_end);
    copy_octets(all.data(), octets.data() + until_end, octets.size() - until_end);
  }

  /// Octets from offset on will be stored soon: has their place brought near.
  void expect(std::size_t offset, std::size_t octets) const noexcept {
    SEQUENT_ASSERT(offset + octets <= capacity());
    if (octets == 0) return;
    const std::span<const std::uint8_t> all = storage_.octets();
    const std::size_t at = index(offset);
    fetch_ahead(all.data() + at, (std::min)(octets, all.size() - at));
  }

  /// Copies octets from offset on to `out`. Linear in their number.
  void get(std::size_t offset, std::span<std::uint8_t> out) const noexcept {
    SEQUENT_ASSERT(offset + out.size() <= capacity());
    if (out.empty()) return;
    const std::span<const std::uint8_t> all = storage_.octets();
    const std::size_t at = index(offset);
    const std::size_t until_end = (std::min)(out.size(), all.size() - at);
    copy_octets(out.data(), all.data() + at, until_end);
    copy_octets(out.data() + until_end, all.data(), out.size() - until_end);
  }

  /// The same, and returns the sum_octets() of what was copied, from one pass. Linear in the octets.
  u32 get_and_sum(std::size_t offset, std::span<std::uint8_t> out) const noexcept {
    SEQUENT_ASSERT(offset + out.size() <= capacity());
    if (out.empty()) return 0;
    const std::span<const std::uint8_t> all = storage_.octets();
    const std::size_t at = index(offset);
    const std::size_t until_end = (std::min)(out.size(), all.size() - at);
    const u32 sum = copy_and_sum(all.subspan(at, until_end), out.first(until_end));
    if (until_end == out.size()) return sum;
    const std::size_t rest = out.size() - until_end;
    return join_sums(sum, until_end, copy_and_sum(all.first(rest), out.last(rest)));
  }

  /// The octets from offset on, at most so many, that stand together before the end of the storage.
  [[nodiscard]] constexpr std::span<std::uint8_t> run_at(std::size_t offset, std::size_t most) noexcept {
    if (most == 0) return {};
    const std::size_t at = index(offset);
    return storage_.octets().subspan(at, (std::min)(most, capacity() - at));
  }
  [[nodiscard]] constexpr std::span<const std::uint8_t> run_at(std::size_t offset, std::size_t most) const noexcept {
    if (most == 0) return {};
    const std::size_t at = index(offset);
    return storage_.octets().subspan(at, (std::min)(most, capacity() - at));
  }

  /// Forgets the oldest octets. Constant time.
  constexpr void drop(std::size_t octets) noexcept {
    SEQUENT_ASSERT(octets <= capacity());
    head_ = capacity() == 0 ? 0 : index(octets);
  }

 private:
  [[nodiscard]] constexpr std::size_t index(std::size_t offset) const noexcept {
    const std::size_t at = head_ + offset;
    return at >= capacity() ? at - capacity() : at;
  }

  Storage storage_{};
  std::size_t head_ = 0;
};

}  // namespace sequent
