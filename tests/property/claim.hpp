// A property that is checked by drawing cases, together with the broken variants that it must tell from the real thing.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/property/drawn.hpp"

namespace sequent::property {

/// What checking one case found.
struct finding {
  std::string why;     ///< what is wrong; empty if nothing is
  std::string ladder;  ///< the run as a diagram, where there is one
  std::string trace;   ///< the run in the common text format, where there is one
};

/// Checks one case. The same case gives the same finding.
using case_check = std::function<finding(const drawn_case&)>;

/// A broken variant: the same check of something that is wrong on purpose. Some case must find it.
struct control {
  std::string broken;  ///< what is wrong with it, one line
  case_check run;
};

/// One property.
struct claim {
  std::string id;         ///< lower case, words joined by '-', unique
  std::string says;       ///< one sentence
  std::string bounds;     ///< what the cases range over
  std::size_t head = 0;   ///< how many numbers of the setting are drawn
  std::size_t steps = 0;  ///< how many steps at most
  int cases = 1000;       ///< cases of an ordinary run
  case_check run;
  std::vector<control> controls;
  /// Where there are letters, nothing is drawn: every word of at most `steps` of them is a case, the shortest first.
  std::vector<step> letters{};
};

/// All properties that are linked in.
[[nodiscard]] inline std::vector<claim>& claims() {
  static std::vector<claim> all;
  return all;
}

/// Adds a property to the list: one object of this at namespace scope for each.
struct registered {
  explicit registered(claim c) { claims().push_back(std::move(c)); }
};

/// A check that only says what is wrong.
template <class Check>
[[nodiscard]] case_check saying(Check check) {
  return [check](const drawn_case& c) { return finding{check(c), {}, {}}; };
}

}  // namespace sequent::property
