// Takes a subject through drawn steps.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/property/drawn.hpp"

namespace sequent::property {

/// What the first step that goes wrong says, with its number; empty when none does.
template <class Subject>
std::string drive(Subject subject, const std::vector<step>& steps) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (std::string wrong = subject.apply(steps[i]); !wrong.empty()) return "step " + std::to_string(i) + ": " + wrong;
  }
  return {};
}

}  // namespace sequent::property
