// Ladders as pictures: two lifelines on which time runs down, segments as arrows aslant, notes beside what they
// explain.
#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "tools/explain/narrator.hpp"
#include "tools/explain/picture.hpp"
#include "tools/explain/render.hpp"

namespace sequent::explain {

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '&': safe += "&amp;"; break;
      case '"': safe += "&quot;"; break;
      default: safe += c;
    }
  }
  return safe;
}

std::string svg_style(scheme colours) {
  const std::string light =
      "--page:#ffffff;--ink:#1d2126;--soft:#4d555f;--line:#b9bfc7;--left:#0b5cad;--right:#9a4a00;--rule:#5b3c9e;"
      "--bad:#b3261e;--good:#14734a;";
  const std::string dark =
      "--page:#14171b;--ink:#e7e9ec;--soft:#aab2bc;--line:#4a525c;--left:#7ab8ff;--right:#ffb066;--rule:#c3a8ff;"
      "--bad:#ff8a80;--good:#5fce97;";
  std::string style = ".exchange{" + (colours == scheme::dark ? dark : light) + "}";
  if (colours == scheme::either) style += "@media (prefers-color-scheme:dark){.exchange{" + dark + "}}";
  return style +
         ".exchange text{font-family:system-ui,-apple-system,'Segoe UI','DejaVu Sans',Arial,sans-serif;fill:var(--ink)}"
         ".exchange .paper{fill:var(--page)}"
         ".exchange .life{stroke:var(--line);stroke-width:2}"
         ".exchange .lead{stroke:var(--line);stroke-width:1;stroke-dasharray:1 4}"
         ".exchange .go{stroke-width:1.8;fill:none}"
         ".exchange .l{stroke:var(--left)}.exchange .r{stroke:var(--right)}"
         ".exchange .dash{stroke-dasharray:5 4}"
         ".exchange .lf{fill:var(--left)}.exchange .rf{fill:var(--right)}"
         ".exchange .seg{font-weight:600;paint-order:stroke;stroke:var(--page);stroke-width:4px;stroke-linejoin:round}"
         ".exchange .head{font-weight:700}.exchange .soft{fill:var(--soft)}"
         ".exchange .rule{fill:var(--rule)}.exchange .bad{fill:var(--bad)}.exchange "
         ".cross{stroke:var(--bad);stroke-width:2.4}"
         ".exchange .read{fill:var(--good)}"
         ".exchange .grid{stroke:var(--line);stroke-width:1;opacity:.5}.exchange .curve{fill:none;stroke-width:2}"
         ".exchange .c0{stroke:var(--left)}.exchange .c1{stroke:var(--right)}.exchange .c2{stroke:var(--rule)}"
         ".exchange .c3{stroke:var(--good)}";
}

namespace {

/// One line of a note.
struct note_line {
  const char* kind = "";
  std::string text{};
};

/// Where a step stands, and what is written beside it.
struct place {
  int y = 0;
  std::vector<note_line> notes{};
};

/// Draws one chapter below a given height.
class ladder_painter {
 public:
  ladder_painter(const chapter& of, breadth width) : of_(of), m_(measures_of(width)) {}

  /// The picture's elements from y = top on; says where they end.
  int draw(int top, std::string& out) {
    const int bottom = lay_out(top);
    const auto text = [&](int x, const char* kind, const char* anchor, const std::string& what) {
      out += fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"{}\" class=\"{}\" text-anchor=\"{}\">{}</text>\n", x,
                         top + m_.size, m_.size + 1, kind, anchor, escaped(what));
    };
    text(m_.left - 12, "head lf", "start", of_.names[0]);
    text(m_.right + 12, "head rf", "end", of_.names[1]);
    for (const int x : {m_.left, m_.right}) {
      out += fmt::format("<line class=\"life\" x1=\"{0}\" y1=\"{1}\" x2=\"{0}\" y2=\"{2}\"/>\n", x, top + m_.size + 8,
                         bottom);
    }
    for (std::size_t i = 0; i != of_.steps.size(); ++i) lead(i, out);
    for (std::size_t i = 0; i != of_.steps.size(); ++i) arrow(i, out);
    for (std::size_t i = 0; i != of_.steps.size(); ++i) mark(i, out);
    const bool texts = std::any_of(of_.steps.begin(), of_.steps.end(), [](const step& each) {
      return !each.segment.text.empty() && each.segment.shown.empty();
    });
    if (!texts) return bottom + 8;
    const std::string legend =
        "SEQ: number of the first octet. +10: ten octets of text. ACK: the number that is expected next.";
    int y = bottom + m_.line;
    for (const std::string& each : fitted(legend, m_.width - 16, m_.size, false)) {
      out += fmt::format("<text class=\"soft\" x=\"{}\" y=\"{}\" font-size=\"{}\">{}</text>\n", m_.left - 12, y,
                         m_.size, each);
      y += m_.line;
    }
    return y;
  }

 private:
  [[nodiscard]] int x_of(int end) const { return end == 0 ? m_.left : m_.right; }

  void write(place& to, const char* kind, const std::string& text) const {
    const bool bold = std::string_view(kind).starts_with("head");
    for (std::string& line : fitted(text, m_.width - m_.notes - 6, m_.size, bold)) {
      to.notes.push_back({kind, std::move(line)});
    }
  }

  // A rule: where there is room for it with what it says, when it fires for the first time.
  [[nodiscard]] std::string quoted_rule(const step& at, const rule_fact& fired) {
    const bool known = std::find(named_.begin(), named_.end(), fired.id) != named_.end() || !quotable(at, fired);
    if (!known) named_.push_back(fired.id);
    if (known || m_.width < 800) return fired.id + ": " + citation(fired.cite);
    return fired.id + ": " + fired.says + " (" + citation(fired.cite) + ")";
  }

  // What there is to say of a step; nothing, for what is only an arrow's beginning.
  [[nodiscard]] place described(std::size_t index) {
    const step& at = of_.steps[index];
    place made;
    const bool sends = at.kind == happening::sends;
    const std::string change = change_of_state(at);
    if (sends && at.says.empty() && change.empty() && at.became != fate::lost) return made;
    const std::string& who = of_.names[static_cast<std::size_t>(at.end)];
    std::string head = fmt::format("{} {}", in_time(at.at), who);
    if (at.kind == happening::call) head += ": " + at.what;
    if (at.kind == happening::timer) head += ": timer, " + at.what;
    if (at.kind == happening::reports) head += ": ICMP, " + at.what;
    if (at.kind == happening::sends && at.became == fate::lost) head += fmt::format(": #{} is lost", at.segment.number);
    if (at.kind == happening::arrives && at.became != fate::whole) head += fmt::format(" ({})", name(at.became));
    write(made, at.end == 0 ? "head lf" : "head rf", head);
    if (!change.empty()) write(made, "head", change);
    for (const rule_fact& each : at.rules) {
      if (!sends && each.tells) write(made, "rule", quoted_rule(at, each));
    }
    if (!at.error.empty()) write(made, "bad", at.error);
    if (!at.says.empty()) write(made, "", at.says);
    const std::string read = reading(of_, at);
    if (!read.empty()) write(made, "read", read);
    return made;
  }

  [[nodiscard]] static bool dies(const step& at) {
    return at.kind == happening::sends && (at.became == fate::lost || at.became == fate::too_big);
  }

  // What stands at the beginning of an arrow, in as many lines as it needs.
  [[nodiscard]] std::vector<std::string> labelled(std::size_t index) const {
    const step& at = of_.steps[index];
    const auto lines_of = [&](const segment_facts& segment) {
      std::string said = label(segment);
      if (segment.number != 0) said = fmt::format("#{} {}", segment.number, said);
      return fitted(said, m_.right - m_.left - 14, m_.size, true);
    };
    const std::vector<std::string> whole = lines_of(at.segment);
    if (whole.size() == 1 || at.segment.text.empty() || at.segment.syn) return whole;
    // An acknowledgment that has been seen on the segment before is left out where room is short.
    for (std::size_t i = index; i-- != 0;) {
      const step& before = of_.steps[i];
      if (before.kind != happening::sends || before.end != at.end) continue;
      if (before.segment.ack != at.segment.ack || !before.segment.has_ack) break;
      segment_facts brief = at.segment;
      brief.has_ack = false;
      return lines_of(brief);
    }
    return whole;
  }

  int lay_out(int top) {
    int y = top + m_.size + 22;
    int free = y;  // below the notes so far
    bool first = true;
    for (std::size_t i = 0; i != of_.steps.size(); ++i) {
      place made = described(i);
      const step& at = of_.steps[i];
      const bool labels = at.kind == happening::sends || (at.kind == happening::arrives && at.segment.number == 0);
      if (!first) y += labels ? static_cast<int>(labelled(i).size()) * m_.line + 3 : 12;
      // Where a segment is lost there is room for the cross.
      if (i != 0 && dies(of_.steps[i - 1])) y += m_.line;
      first = false;
      if (!made.notes.empty()) y = std::max(y, free);
      made.y = y;
      if (!made.notes.empty()) free = y + static_cast<int>(made.notes.size()) * m_.line + 8;
      places_.push_back(std::move(made));
    }
    return std::max(y + 24, free);
  }

  void lead(std::size_t index, std::string& out) const {
    const place& at = places_[index];
    if (at.notes.empty()) return;
    out += fmt::format("<line class=\"lead\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>\n", x_of(of_.steps[index].end),
                       at.y, m_.notes - 4, at.y);
  }

  void cross(int x, int y, std::string& out) const {
    out += fmt::format("<path class=\"cross\" d=\"M{} {}l10 10m0 -10l-10 10\"/>\n", x - 5, y - 5);
  }

  void line(int from_x, int from_y, int to_x, int to_y, bool left, bool dashed, bool tip, std::string& out) const {
    const char* const side = left ? "l" : "r";
    out += fmt::format("<path class=\"go {}{}\" d=\"M{} {}L{} {}\"/>\n", side, dashed ? " dash" : "", from_x, from_y,
                       to_x, to_y);
    if (!tip) return;
    // The tip lies along the line.
    const double dx = to_x - from_x, dy = to_y - from_y, length = std::max(1.0, std::hypot(dx, dy));
    const double ux = dx / length, uy = dy / length;
    out += fmt::format("<path class=\"{}f\" d=\"M{} {}L{:.1f} {:.1f}L{:.1f} {:.1f}Z\"/>\n", side, to_x, to_y,
                       to_x - 9 * ux + 4 * uy, to_y - 9 * uy - 4 * ux, to_x - 9 * ux - 4 * uy, to_y - 9 * uy + 4 * ux);
  }

  // The arrow of a segment, drawn where it arrives, or where it is lost.
  void arrow(std::size_t index, std::string& out) const {
    const step& at = of_.steps[index];
    const int y = places_[index].y;
    if (at.kind == happening::sends) {
      if (!dies(at)) return;
      const int to = at.end == 0 ? m_.left + (m_.right - m_.left) * 3 / 5 : m_.right - (m_.right - m_.left) * 3 / 5;
      line(x_of(at.end), y, to, y + 16, at.end == 0, false, false, out);
      cross(to, y + 16, out);
      return;
    }
    if (at.kind != happening::arrives) return;
    const std::size_t sent = counterpart(of_, index);
    const bool known = sent != of_.steps.size();
    const bool left = at.end == 1;
    // What neither end sent comes out of the network between them.
    const int from_x = known ? x_of(1 - at.end) : (m_.left + m_.right) / 2;
    const int from_y = known ? places_[sent].y : y - 16;
    const bool strange = !known || at.became == fate::repeated || at.became == fate::old || at.became == fate::forged;
    line(from_x, from_y, x_of(at.end), y, left, strange, at.became != fate::damaged, out);
    if (at.became == fate::damaged) cross(x_of(at.end) + (left ? -12 : 12), y - 2, out);
  }

  // The dot, the segment's label where it leaves, and the notes.
  void mark(std::size_t index, std::string& out) const {
    const step& at = of_.steps[index];
    const place& where = places_[index];
    const bool left = at.end == 0;
    out += fmt::format("<circle class=\"{}\" cx=\"{}\" cy=\"{}\" r=\"3.5\"/>\n", left ? "lf" : "rf", x_of(at.end),
                       where.y);
    const bool stranger = at.kind == happening::arrives && at.segment.number == 0;
    if (at.kind == happening::sends || stranger) {
      const bool starts_left = stranger ? !left : left;
      const int x = starts_left ? m_.left + 8 : m_.right - 8;
      const std::vector<std::string> lines = labelled(index);
      int y = (stranger ? where.y - 20 : where.y - 4) - (static_cast<int>(lines.size()) - 1) * m_.line;
      for (const std::string& each : lines) {
        out += fmt::format("<text class=\"seg {}\" x=\"{}\" y=\"{}\" font-size=\"{}\" text-anchor=\"{}\">{}</text>\n",
                           starts_left ? "lf" : "rf", x, y, m_.size, starts_left ? "start" : "end", escaped(each));
        y += m_.line;
      }
    }
    int y = where.y + 4;
    for (const note_line& each : where.notes) {
      out += fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\" font-size=\"{}\">{}</text>\n", each.kind, m_.notes, y,
                         m_.size, escaped(each.text));
      y += m_.line;
    }
  }

  const chapter& of_;
  measures m_;
  std::vector<place> places_{};
  std::vector<std::string> named_{};
};

// What can be read aloud instead of looking.
std::string spoken(const chapter& of) {
  std::string text;
  for (const step& each : of.steps) {
    if (each.kind == happening::arrives) {
      text += fmt::format("At {} the {} receives {}. ", in_time(each.at), of.names[static_cast<std::size_t>(each.end)],
                          label(each.segment));
    }
    if (!each.says.empty()) text += each.says + " ";
  }
  for (const plot& each : of.plots) text += "Plot: " + each.title + ". ";
  return text;
}

std::string frame(int width, int height, const std::string& id, const std::string& title, const std::string& about,
                  const std::string& style, const std::string& body) {
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"exchange\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
      "height=\"{1}\" role=\"img\" "
      "aria-labelledby=\"{2}-title {2}-about\">\n<title id=\"{2}-title\">{3}</title>\n<desc "
      "id=\"{2}-about\">{4}</desc>\n{5}"
      "<rect class=\"paper\" x=\"0\" y=\"0\" width=\"{0}\" height=\"{1}\" rx=\"8\"/>\n{6}</svg>\n",
      width, height, id, escaped(title), escaped(about), style.empty() ? "" : "<style>" + style + "</style>\n", body);
}

}  // namespace

std::string ladder_svg(const chapter& told, breadth width, const std::string& id) {
  std::string body;
  const int bottom = ladder_painter(told, width).draw(10, body);
  return frame(measures_of(width).width, bottom, id, told.title, spoken(told), "", body);
}

std::string plot_svg(const plot& drawn, breadth width, const std::string& id) {
  std::string body;
  const int bottom = draw_plot(drawn, width, 8, body);
  return frame(measures_of(width).width, bottom, id, drawn.title, drawn.title + ": " + drawn.y + " over " + drawn.x, "",
               body);
}

std::string as_svg(const story& told, scheme colours, breadth width) {
  const measures m = measures_of(width);
  std::string body, about = told.about + " ";
  int y = 10;
  for (std::size_t i = 0; i != told.chapters.size(); ++i) {
    const chapter& each = told.chapters[i];
    for (const std::string& line : fitted(each.title, m.width - 12, m.size + 3, true)) {
      body += fmt::format("<text class=\"head\" x=\"6\" y=\"{}\" font-size=\"{}\">{}</text>\n", y + m.size + 2,
                          m.size + 3, escaped(line));
      y += m.line + 6;
    }
    if (!each.steps.empty()) y = ladder_painter(each, width).draw(y + 6, body);
    for (const plot& one : each.plots) y = draw_plot(one, width, y + 6, body);
    y += 14;
    about += each.title + ". " + spoken(each);
  }
  return frame(m.width, y, "exchange", told.title, about, svg_style(colours), body);
}

}  // namespace sequent::explain
