#include "tools/explain/picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "tools/explain/narrator.hpp"

namespace sequent::explain {

namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end != 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

/// The step of an axis: 1, 2 or 5 times a power of ten, for at most five of them.
double round_step(double most) {
  const double tens = std::pow(10.0, std::floor(std::log10(most / 5)));
  for (const double times : {1.0, 2.0, 5.0}) {
    if (most / (times * tens) <= 5) return times * tens;
  }
  return 10 * tens;
}

std::string short_number(double value) {
  if (value >= 1'000) return grouped(static_cast<std::uint64_t>(value + 0.5));
  return fmt::format("{:.3g}", value);
}

}  // namespace

measures measures_of(breadth width) {
  if (width == breadth::narrow) return {400, 16, 190, 206, 12, 15};
  return {820, 40, 330, 356, 13, 17};
}

// Those of DejaVu are the widest of them.
double width_of(std::string_view text, int size, bool bold) {
  double sum = 0;
  for (const char c : text) {
    double em = 0.615;
    if (std::string_view("iljI.,:;'|!").find(c) != std::string_view::npos) em = 0.33;
    if (std::string_view("ftr()- /\"").find(c) != std::string_view::npos) em = 0.41;
    if (std::string_view("mwMW").find(c) != std::string_view::npos) em = 0.95;
    if (std::string_view("=+<>#").find(c) != std::string_view::npos) em = 0.84;
    if (c >= 'A' && c <= 'Z' && c != 'I' && c != 'M' && c != 'W') em = 0.71;
    sum += em;
  }
  return sum * size * (bold ? 1.1 : 1.0);
}

std::vector<std::string> fitted(std::string_view text, double units, int size, bool bold) {
  std::vector<std::string> lines{""};
  for (const std::string& word : words_of(text)) {
    std::string& last = lines.back();
    if (last.empty()) {
      last = word;
    } else if (width_of(last, size, bold) + width_of(word, size, bold) + 0.41 * size <= units) {
      last += ' ' + word;
    } else {
      lines.push_back(word);
    }
  }
  return lines;
}

int draw_plot(const plot& of, breadth width, int top, std::string& out) {
  const measures m = measures_of(width);
  const int height = width == breadth::narrow ? 190 : 280, x0 = 46, x1 = m.width - 12, y0 = top + 26, y1 = y0 + height;
  double most_x = 0, most_y = 0;
  for (const series& each : of.curves) {
    for (const auto& [x, y] : each.points) {
      most_x = std::max(most_x, x);
      most_y = std::max(most_y, y);
    }
  }
  if (most_x <= 0 || most_y <= 0) return top;
  const auto text = [&](int x, int y, const char* kind, const char* anchor, const std::string& what) {
    out += fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\" font-size=\"{}\" text-anchor=\"{}\">{}</text>\n", kind, x,
                       y, m.size, anchor, escaped(what));
  };
  text(8, top + m.size, "head", "start", of.title);
  const double step_x = round_step(most_x), step_y = round_step(most_y);
  for (double value = 0; value <= most_y * 1.001; value += step_y) {
    const int y = y1 - static_cast<int>((y1 - y0) * value / most_y);
    out += fmt::format("<line class=\"grid\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>\n", x0, y, x1, y);
    text(x0 - 6, y + 4, "soft", "end", short_number(value));
  }
  for (double value = 0; value <= most_x * 1.001; value += step_x) {
    const int x = x0 + static_cast<int>((x1 - x0) * value / most_x);
    text(x, y1 + m.line + 2, "soft", x + 20 > x1 ? "end" : "middle", short_number(value));
  }
  constexpr std::array dashes{"", "7 3", "2 3", "9 3 2 3"};
  int y = y1 + 2 * m.line + 4;
  text(x1, y, "soft", "end", of.x);
  text(8, y, "soft", "start", "upwards: " + of.y);
  for (std::size_t c = 0; c != of.curves.size(); ++c) {
    std::string points;
    for (const auto& [px, py] : of.curves[c].points) {
      points += fmt::format("{}{:.1f} {:.1f}", points.empty() ? "M" : "L", x0 + (x1 - x0) * px / most_x,
                            y1 - (y1 - y0) * py / most_y);
    }
    const auto curve = [&](const std::string& d) {
      out += fmt::format("<path class=\"curve c{}\" stroke-dasharray=\"{}\" d=\"{}\"/>\n", c % 4, dashes[c % 4], d);
    };
    curve(points);
    y += m.line;
    curve(fmt::format("M8 {0}L38 {0}", y - 4));
    text(46, y, "", "start", of.curves[c].name);
  }
  return y + 12;
}

}  // namespace sequent::explain
