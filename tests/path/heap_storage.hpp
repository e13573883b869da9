// Storage for a connection's buffers whose size is chosen when it is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sequent::path {

/// Storage whose size is chosen when it is made.
class heap_storage {
 public:
  heap_storage() = default;
  explicit heap_storage(std::size_t size) : room_(size) {}
  [[nodiscard]] std::span<std::uint8_t> octets() noexcept { return room_; }
  [[nodiscard]] std::span<const std::uint8_t> octets() const noexcept { return room_; }

 private:
  std::vector<std::uint8_t> room_{};
};

}  // namespace sequent::path
