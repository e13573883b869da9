// The ladder as text: the ends' lifelines, arrows between them, and between the lines what there is to say.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "model/world/wrap.hpp"
#include "tools/explain/narrator.hpp"
#include "tools/explain/render.hpp"

namespace sequent::explain {

std::string change_of_state(const step& of) {
  return of.was().state == of.is().state ? std::string() : of.was().state + " -> " + of.is().state;
}

bool quotable(const step& at, const rule_fact& fired) {
  return fired.id != "ACK-6" || at.was().snd_una != at.is().snd_una || at.was().snd_wnd != at.is().snd_wnd;
}

std::string reading(const chapter& of, const step& at) {
  if (at.got.empty()) return {};
  const std::size_t all = at.is().read.size();
  if (all > 200) {
    return fmt::format("The {}'s user has read {}.", of.names[static_cast<std::size_t>(at.end)], in_octets(all));
  }
  return fmt::format("The {}'s user has read {}.", of.names[static_cast<std::size_t>(at.end)], quoted(at.is().read));
}

std::size_t counterpart(const chapter& of, std::size_t index) {
  const step& here = of.steps[index];
  if (here.segment.number == 0) return of.steps.size();
  if (here.kind == happening::sends) {
    for (std::size_t i = index + 1; i != of.steps.size(); ++i) {
      if (of.steps[i].kind == happening::arrives && of.steps[i].segment.number == here.segment.number) return i;
    }
  } else if (here.kind == happening::arrives) {
    for (std::size_t i = index; i-- != 0;) {
      if (of.steps[i].kind == happening::sends && of.steps[i].segment.number == here.segment.number) return i;
    }
  }
  return of.steps.size();
}

namespace {

constexpr std::size_t time_width = 10;
constexpr std::size_t state_width = 13;
constexpr std::size_t lane = 58;  // between the lifelines

struct ink {
  bool colour = false;
  [[nodiscard]] std::string operator()(const char* code, const std::string& text) const {
    return colour && !text.empty() ? std::string("\x1b[") + code + "m" + text + "\x1b[0m" : text;
  }
};

/// Draws one chapter.
class painter {
 public:
  painter(const chapter& of, bool colour) : of_(of), ink_{colour} {}

  std::string draw() {
    heads();
    for (std::size_t i = 0; i != of_.steps.size(); ++i) {
      const step& each = of_.steps[i];
      switch (each.kind) {
        case happening::call: own(each, "* " + each.what); break;
        case happening::timer: own(each, "* timer: " + each.what); break;
        case happening::reports: own(each, "* ICMP: " + each.what); break;
        case happening::sends: i = sends(i); break;
        case happening::arrives: arrives(each); break;
      }
    }
    return std::move(text_);
  }

 private:
  // A line: the time, the left state, what stands between the lifelines, the right state. What is between is padded
  // by its visible length.
  void line(const std::string& time, const std::string& left, const std::string& middle, std::size_t visible,
            const std::string& right, const char* code = nullptr, char at_left = '|', char at_right = '|') {
    std::string out = fmt::format("{:>{}} ", time, time_width - 2);
    out += ink_("1", fmt::format("{:>{}}", left, state_width)) + ' ' + at_left;
    out += code == nullptr ? middle : ink_(code, middle);
    out += std::string(lane > visible ? lane - visible : 0, ' ') + at_right;
    if (!right.empty()) out += ' ' + ink_("1", right);
    while (!out.empty() && out.back() == ' ') out.pop_back();
    text_ += out + '\n';
  }

  void notes(const step& at) {
    for (const rule_fact& each : at.rules) {
      if (each.tells && at.kind != happening::sends) rule(at, each);
    }
    if (!at.error.empty()) note("Refused: " + at.error, "31");
    if (!at.says.empty()) note(at.says, nullptr);
    const std::string read = reading(of_, at);
    if (!read.empty()) note(read, "32");
    line("", "", "", 0, "");
  }
  // A rule is quoted when it fires for the first time, and then only named.
  void rule(const step& at, const rule_fact& fired) {
    const bool known = std::find(named_.begin(), named_.end(), fired.id) != named_.end() || !quotable(at, fired);
    if (!known) named_.push_back(fired.id);
    note(known ? fmt::format("[{}] {}", fired.id, citation(fired.cite))
               : fmt::format("[{}] {} ({})", fired.id, fired.says, citation(fired.cite)),
         "36");
  }
  void note(const std::string& said, const char* code) {
    for (const std::string& each : model::wrap(said, lane - 4)) line("", "", "  " + each, each.size() + 2, "", code);
  }

  void heads() {
    const std::string& left = of_.names[0];
    const std::string& right = of_.names[1];
    text_ += fmt::format("{:>{}} {:>{}}  {:{}}  {}\n", "time", time_width - 2, left, state_width, "", lane - 2, right);
    if (of_.steps.empty()) return;
    const step& first = of_.steps.front();
    line("", first.before[0].state, "", 0, first.before[1].state);
  }

  [[nodiscard]] std::string state_of(const step& at, int end) const {
    const auto i = static_cast<std::size_t>(end);
    return at.before[i].state == at.after[i].state ? std::string() : at.after[i].state;
  }

  // Something that happens at one end.
  void own(const step& at, const std::string& what) {
    std::string said = what;
    if (said.size() > lane - 2) said = said.substr(0, lane - 5) + "...";
    const std::string middle = at.end == 0 ? said : std::string(lane - said.size(), ' ') + said;
    line(in_time(at.at), state_of(at, 0), middle, middle.size(), state_of(at, 1));
    notes(at);
  }

  // Segments that one end sends at once: those that are lost or need a word alone, the others in one line.
  std::size_t sends(std::size_t i) {
    const step& first = of_.steps[i];
    if (first.became == fate::lost || first.became == fate::too_big) {
      arrow(first, in_time(first.at),
            fmt::format("#{} {} {}", first.segment.number, label(first.segment), name(first.became)), 'x');
      notes(first);
      return i;
    }
    if (!first.says.empty()) {
      own(first, fmt::format("sends #{} {}", first.segment.number, label(first.segment)));
      return i;
    }
    std::string all = fmt::format("sends #{}", first.segment.number);
    std::size_t last = i;
    for (; last + 1 != of_.steps.size(); ++last) {
      const step& next = of_.steps[last + 1];
      if (next.kind != happening::sends || next.end != first.end || next.became == fate::lost ||
          next.became == fate::too_big || !next.says.empty()) {
        break;
      }
      all += fmt::format(" #{}", next.segment.number);
    }
    // One segment whose arrival comes next needs no line of its own.
    const bool alone = last == i && counterpart(of_, i) == i + 1;
    const std::string state = state_of(first, first.end);
    if (alone && state.empty()) return last;
    if (!state.empty() || !alone) {
      const std::string middle = first.end == 0 ? " " + all : std::string(lane - all.size() - 1, ' ') + all + ' ';
      line(in_time(first.at), state_of(first, 0), middle, middle.size(), state_of(first, 1), "2");
    }
    return last;
  }

  void arrow(const step& at, const std::string& time, const std::string& said, char tip) {
    const bool to_right = (at.kind == happening::arrives) == (at.end == 1);
    std::string middle = ' ' + said + ' ';
    if (middle.size() < lane - 6) {
      const std::size_t before = (lane - middle.size()) / 2;
      middle = std::string(before, '-') + middle + std::string(lane - before - middle.size(), '-');
    } else {
      middle = "--" + middle + "--";
      if (middle.size() < lane) middle += std::string(lane - middle.size(), '-');
    }
    const bool whole = tip != 'x';
    if (to_right) {
      if (whole)
        middle.back() = '>';
      else
        middle.replace(middle.size() - 6, 6, " x    ");
    } else {
      if (whole)
        middle.front() = '<';
      else
        middle.replace(0, 6, "    x ");
    }
    line(time, state_of(at, 0), middle, middle.size(), state_of(at, 1), whole ? "34" : "31");
  }

  void arrives(const step& at) {
    std::string said = at.segment.number == 0 ? std::string() : fmt::format("#{} ", at.segment.number);
    said += label(at.segment);
    if (at.became != fate::whole) said += fmt::format(" ({})", name(at.became));
    arrow(at, in_time(at.at), said, '>');
    notes(at);
  }

  const chapter& of_;
  ink ink_;
  std::vector<std::string> named_{};
  std::string text_{};
};

/// Curves as characters: each its own letter.
std::string drawn(const plot& of) {
  constexpr std::size_t columns = 78, rows = 16;
  double most_x = 0, most_y = 0;
  for (const series& each : of.curves) {
    for (const auto& [x, y] : each.points) {
      most_x = std::max(most_x, x);
      most_y = std::max(most_y, y);
    }
  }
  if (most_x <= 0 || most_y <= 0) return {};
  std::vector<std::string> grid(rows, std::string(columns, ' '));
  constexpr const char* marks = "*o+x";
  for (std::size_t c = 0; c != of.curves.size(); ++c) {
    for (const auto& [x, y] : of.curves[c].points) {
      const auto column = static_cast<std::size_t>(x / most_x * static_cast<double>(columns - 1));
      const auto row = rows - 1 - static_cast<std::size_t>(y / most_y * static_cast<double>(rows - 1));
      grid[row][column] = marks[c % 4];
    }
  }
  std::string text = "  " + of.title + "\n";
  for (std::size_t row = 0; row != rows; ++row) {
    const double value = most_y * static_cast<double>(rows - 1 - row) / static_cast<double>(rows - 1);
    std::string out =
        fmt::format("  {:>7} |{}", row % 5 == 0 || row == rows - 1 ? fmt::format("{:.0f}", value) : "", grid[row]);
    while (out.back() == ' ') out.pop_back();
    text += out + "\n";
  }
  text += fmt::format("          +{}\n           0{:>{}}\n", std::string(columns, '-'),
                      fmt::format("{:.4g} {}", most_x, of.x), columns - 1);
  for (std::size_t c = 0; c != of.curves.size(); ++c)
    text += fmt::format("          {} {}\n", marks[c % 4], of.curves[c].name);
  text += fmt::format("          upwards: {}\n", of.y);
  return text;
}

std::string drawn(const table& of) {
  std::vector<std::size_t> widths;
  for (const std::string& head : of.heads) widths.push_back(head.size());
  for (const auto& row : of.rows) {
    for (std::size_t i = 0; i != row.size() && i != widths.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text = "  ";
    for (std::size_t i = 0; i != cells.size(); ++i) text += fmt::format("{:{}}  ", cells[i], widths[i]);
    while (!text.empty() && text.back() == ' ') text.pop_back();
    return text + "\n";
  };
  std::string text = of.title.empty() ? "" : "  " + of.title + "\n";
  const bool headed =
      std::any_of(of.heads.begin(), of.heads.end(), [](const std::string& head) { return !head.empty(); });
  if (headed) text += line(of.heads);
  for (const auto& row : of.rows) text += line(row);
  return text;
}

}  // namespace

std::string as_text(const story& told, bool colour) {
  const ink ink{colour};
  std::string text = ink("1", told.title) + "\n\n";
  for (const std::string& each : model::wrap(told.about, 96)) text += each + "\n";
  int number = 0;
  for (const chapter& each : told.chapters) {
    text += "\n" + ink("1", fmt::format("{}. {}", ++number, each.title)) + "\n\n";
    if (!each.about.empty()) {
      for (const std::string& line : model::wrap(each.about, 96)) text += line + "\n";
      text += "\n";
    }
    if (!each.steps.empty()) text += painter(each, colour).draw();
    for (const plot& one : each.plots) text += "\n" + drawn(one);
    for (const table& one : each.tables) text += "\n" + drawn(one);
    if (!each.lessons.empty()) text += "\n";
    for (const std::string& lesson : each.lessons) {
      std::string mark = "  - ";
      for (const std::string& line : model::wrap(lesson, 92)) {
        text += mark + line + "\n";
        mark = "    ";
      }
    }
    if (!each.wrong.empty()) text += "\n" + ink("31", "The specification objects: " + each.wrong) + "\n";
  }
  return text;
}

}  // namespace sequent::explain
