// What the library leaves to its surroundings: the clock, randomness, and failures of system calls.
#pragma once

#include <sys/random.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>

#include "sequent/base/time.hpp"
#include "sequent/core/isn.hpp"

namespace tun_host {

/// Throws the error that the last system call left in errno; `what` says what was tried.
[[noreturn]] inline void throw_errno(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// The monotonic clock.
inline sequent::instant now() {
  const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
  return sequent::instant::from_microseconds(std::chrono::duration_cast<std::chrono::microseconds>(since_boot).count());
}

/// A secret from the kernel's random number generator. Throws std::system_error.
inline sequent::secret_key draw_secret() {
  sequent::secret_key key;
  if (::getrandom(&key, sizeof key, 0) != static_cast<ssize_t>(sizeof key)) throw_errno("getrandom");
  return key;
}

}  // namespace tun_host
