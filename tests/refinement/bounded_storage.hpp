// Storage inside the object whose size is chosen when it is made: small buffers for exhaustive exploration.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace sequent::refinement {

/// At most Most octets, and as many as the constructor is told.
template <std::size_t Most>
class bounded_storage {
 public:
  constexpr bounded_storage() noexcept = default;
  constexpr explicit bounded_storage(std::size_t size) noexcept : size_(size < Most ? size : Most) {}
  [[nodiscard]] constexpr std::span<std::uint8_t> octets() noexcept { return {room_.data(), size_}; }
  [[nodiscard]] constexpr std::span<const std::uint8_t> octets() const noexcept { return {room_.data(), size_}; }

 private:
  std::array<std::uint8_t, Most> room_{};
  std::size_t size_ = Most;
};

}  // namespace sequent::refinement
