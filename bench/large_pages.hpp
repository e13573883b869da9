// Memory in large pages, where the system gives them: with small ones each line of memory that a segment touches among
// very many costs a walk through the page tables as well.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <utility>

#include "bench/measure.hpp"

namespace bench {

/// So many octets. A system that gives no large pages gives small ones.
class large_memory {
 public:
  explicit large_memory(std::size_t octets) : size_(octets) {
    constexpr std::size_t page = std::size_t{2} << 20;
    const std::size_t whole = (octets + page - 1) / page * page;
    place_.reset(static_cast<std::uint8_t*>(std::aligned_alloc(page, whole)));
    require(place_ != nullptr, "there is not so much memory");
    static_cast<void>(madvise(place_.get(), whole, MADV_HUGEPAGE));
  }
  [[nodiscard]] std::span<std::uint8_t> octets() const noexcept { return {place_.get(), size_}; }

 private:
  struct release {
    void operator()(std::uint8_t* place) const noexcept { std::free(place); }
  };
  std::unique_ptr<std::uint8_t, release> place_;
  std::size_t size_;
};

/// One object there.
template <class T>
class in_large_memory {
 public:
  template <class... Arguments>
  explicit in_large_memory(Arguments&&... arguments)
      : memory_(sizeof(T)), object_(new (memory_.octets().data()) T(std::forward<Arguments>(arguments)...)) {}
  in_large_memory(const in_large_memory&) = delete;
  in_large_memory& operator=(const in_large_memory&) = delete;
  ~in_large_memory() { object_->~T(); }
  [[nodiscard]] T* operator->() noexcept { return object_; }
  [[nodiscard]] const T* operator->() const noexcept { return object_; }

 private:
  large_memory memory_;
  T* object_;
};

}  // namespace bench
