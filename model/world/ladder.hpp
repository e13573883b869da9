// Draws a run as a ladder: the left end in the left column, the right end in the right one, segments as arrows between.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "model/world/choice.hpp"
#include "model/world/move.hpp"
#include "model/world/run.hpp"
#include "model/world/witness.hpp"
#include "model/world/wrap.hpp"

namespace sequent::model {

namespace ladder_detail {

inline constexpr std::size_t total_width = 100;
inline constexpr std::size_t end_width = 26;
inline constexpr std::size_t middle_width = total_width - 2 * end_width - 2;

/// Puts a text in the middle of a field.
[[nodiscard]] inline std::string centre(const std::string& text, std::size_t width, char fill = ' ') {
  if (text.size() >= width) return text;
  const std::size_t before = (width - text.size()) / 2;
  return std::string(before, fill) + text + std::string(width - text.size() - before, fill);
}

/// The lines of a diagram.
class page {
 public:
  /// Three columns side by side; each may take more than one line.
  void row(std::string_view left, std::string_view middle, std::string_view right) {
    const auto l = wrap(left, end_width);
    const auto m = wrap(middle, middle_width);
    const auto r = wrap(right, end_width);
    for (std::size_t i = 0; i < std::max({l.size(), m.size(), r.size()}); ++i) {
      std::string line = i < l.size() ? l[i] : std::string();
      line.resize(end_width, ' ');
      line += '|' + centre(i < m.size() ? m[i] : std::string(), middle_width) + '|';
      if (i < r.size()) line += r[i];
      while (!line.empty() && line.back() == ' ') line.pop_back();
      text_ += line + '\n';
    }
  }

  /// An arrow across the middle. whole: it reaches the other end; otherwise it ends in an x.
  void arrow(side to, const std::string& label, bool whole) {
    const char tip = whole ? (to == side::right ? '>' : '<') : 'x';
    for (const std::string& line : wrap(label, middle_width - 6)) {
      std::string middle = centre(' ' + line + ' ', middle_width - 2, '-');
      middle = to == side::right ? '-' + middle + tip : tip + middle + '-';
      row({}, middle, {});
    }
  }

  void line(const std::string& text) { text_ += text + '\n'; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// Watches the world and draws what it sees.
template <class World>
class artist final : public witness<typename World::packet> {
 public:
  using packet = typename World::packet;
  explicit artist(page& on) : page_(on) {}

  void acted(const move& m, const std::string& what) override {
    if (m.kind == move_kind::time) return page_.row({}, "(" + what + ")", {});
    if (m.where == side::left) {
      page_.row("* " + what, {}, {});
    } else {
      page_.row({}, {}, "* " + what);
    }
  }
  void sent(side from, std::uint32_t number, const packet& content, bool dropped) override {
    const std::string label = "#" + std::to_string(number) + " " + World::end_type::show(content);
    const std::string text = (dropped ? "(no room) " : "sends ") + label;
    if (from == side::left) {
      page_.row("+ " + text, {}, {});
    } else {
      page_.row({}, {}, "+ " + text);
    }
  }
  void arrives(side to, std::uint32_t number, const packet& content, move_kind how) override {
    std::string label = how == move_kind::inject ? std::string("forged") : "#" + std::to_string(number);
    if (how == move_kind::corrupt) label += " damaged";
    if (how == move_kind::old) label += " again, late";
    if (how == move_kind::duplicate) label += " duplicated";
    if (how == move_kind::keep) label += " (a copy is kept)";
    if (how == move_kind::overtake) label += " overtaking";
    if (how == move_kind::mark) label += " marked";
    page_.arrow(to, label + " " + World::end_type::show(content), true);
  }
  void lost(side to, std::uint32_t number, const packet& content) override {
    page_.arrow(to, "#" + std::to_string(number) + " lost " + World::end_type::show(content), false);
  }

 private:
  page& page_;
};

}  // namespace ladder_detail

/// Replays `choices` on a copy of `start` and draws it: text, at most 100 columns. `judge` is asked after each move as
/// in run(); the drawing stops at the first violation and ends with it.
template <class World, class Judge>
[[nodiscard]] std::string ladder(const World& start, const std::vector<std::uint16_t>& choices, Judge judge) {
  using namespace ladder_detail;
  page out;
  artist<World> painter(out);
  World w = start;
  w.watch(&painter);
  out.line("scenario " + w.setting().name + ": " + w.setting().what);
  out.row("LEFT", "", "RIGHT");
  std::string shown[2];
  const auto states = [&] {
    std::string now[2] = {w.end(side::left).show(), w.end(side::right).show()};
    if (now[0] == shown[0] && now[1] == shown[1]) return;
    out.row(now[0] == shown[0] ? "" : now[0], "", now[1] == shown[1] ? "" : now[1]);
    shown[0] = now[0];
    shown[1] = now[1];
  };
  states();
  std::string why = judge(w);
  replay_choice replay(choices);
  std::vector<move> scratch;
  for (std::size_t step = 0; why.empty() && !replay.exhausted(); ++step) {
    w.moves(scratch);
    if (scratch.empty()) {
      why = "the list of choices goes on although nothing can happen: it was made for another world";
      break;
    }
    const move next = scratch[replay.pick(scratch.size())];
    if (replay.diverged()) {
      why = "choice " + std::to_string(step) + " is out of range: the list was made for another world";
      break;
    }
    char head[64];
    std::snprintf(head, sizeof head, "--- %zu. %s, at %.6f s ", step + 1, show(next).c_str(),
                  static_cast<double>(w.now()) / 1e6);
    std::string line = head;
    if (line.size() < total_width) line.append(total_width - line.size(), '-');
    out.line(line);
    w.apply(next);
    states();
    why = judge(w);
  }
  w.moves(scratch);
  const bool nothing_left = scratch.empty() || scratch.front().kind > move_kind::time;
  if (why.empty() && nothing_left && !w.finished() && !w.at_horizon()) {
    why = "deadlock: nothing can happen and the ends are not done";
  }
  for (const std::string& text : wrap(why.empty() ? "==> nothing wrong up to here" : "==> " + why, total_width)) {
    out.line(text);
  }
  return out.text();
}

}  // namespace sequent::model
