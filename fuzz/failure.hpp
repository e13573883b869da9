// How a target reports: a readable message, and an end that every fuzzing engine takes for a crash.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace sequent::fuzz {

/// Ends the process if something is wrong: says what, and how to see it again.
inline void require_nothing_wrong(const char* target, const std::string& why) {
  if (why.empty()) return;
  std::fprintf(stderr, "\n%s: %s\nreplay: replay_%s FILE, with the file that the fuzzer saves\n", target, why.c_str(),
               target);
  std::fflush(nullptr);
  std::abort();
}

}  // namespace sequent::fuzz
