// What ladders and plots have in common as pictures: measures, and lines that fit.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/explain/facts.hpp"
#include "tools/explain/render.hpp"

namespace sequent::explain {

/// The measures of a picture, in its units.
struct measures {
  int width = 400, left = 16, right = 190, notes = 206;
  int size = 12;  ///< of letters
  int line = 15;  ///< from one line to the next
};

[[nodiscard]] measures measures_of(breadth width);
/// How wide a text is at most, in units, in the fonts that readers have.
[[nodiscard]] double width_of(std::string_view text, int size, bool bold);
/// Breaks a text at spaces into lines of at most so many units.
[[nodiscard]] std::vector<std::string> fitted(std::string_view text, double units, int size, bool bold);
/// Draws curves below a given height; says where they end.
int draw_plot(const plot& of, breadth width, int top, std::string& out);

}  // namespace sequent::explain
