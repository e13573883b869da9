// A short list inside its owner: no allocation, and a copy costs what is in it.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>

namespace sequent::model {

/// At most Capacity elements, in order. T is default constructible and copyable.
template <class T, std::size_t Capacity>
class inline_list {
 public:
  inline_list() = default;
  inline_list(const inline_list& from) : size_(from.size_) { std::copy_n(from.items_.begin(), size_, items_.begin()); }
  inline_list& operator=(const inline_list& from) {
    if (this != &from) {
      size_ = from.size_;
      std::copy_n(from.items_.begin(), size_, items_.begin());
    }
    return *this;
  }

  /// How many elements there are (0 to Capacity).
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] bool full() const { return size_ == Capacity; }

  /// The element at index, which must be less than size().
  [[nodiscard]] const T& operator[](std::size_t index) const {
    assert(index < size_);
    return items_[index];
  }

  /// Appends; the list must not be full.
  void push_back(const T& item) {
    assert(!full());
    items_[size_++] = item;
  }

  /// Takes the element at index out and returns it; the order of the others stays.
  T take(std::size_t index) {
    assert(index < size_);
    T taken = items_[index];
    std::copy(items_.begin() + static_cast<std::ptrdiff_t>(index) + 1,
              items_.begin() + static_cast<std::ptrdiff_t>(size_), items_.begin() + static_cast<std::ptrdiff_t>(index));
    --size_;
    return taken;
  }

  [[nodiscard]] auto begin() const { return items_.begin(); }
  [[nodiscard]] auto end() const { return items_.begin() + static_cast<std::ptrdiff_t>(size_); }

 private:
  std::size_t size_ = 0;
  std::array<T, Capacity> items_{};
};

}  // namespace sequent::model
