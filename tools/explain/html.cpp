// A page that stands alone: no script, nothing loaded, for a telephone as for a desk, by day and by night.
#include <fmt/format.h>

#include "tools/explain/narrator.hpp"
#include "tools/explain/render.hpp"

namespace sequent::explain {

namespace {

constexpr const char* style = R"(
:root { color-scheme: light dark; --page: #f7f6f2; --card: #fff; --ink: #1d2126; --soft: #4d555f; --rule: #e1dfd8; --wash: #eef3fa; }
@media (prefers-color-scheme: dark) {
  :root { --page: #0f1215; --card: #14171b; --ink: #e7e9ec; --soft: #aab2bc; --rule: #30363d; --wash: #1a222c; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", Arial, sans-serif; }
main { max-width: 900px; margin: 0 auto; padding: 40px 24px 64px; }
h1 { font-size: 34px; line-height: 1.15; letter-spacing: -.02em; margin: 4px 0 12px; }
h2 { font-size: 21px; margin: 44px 0 6px; }
p { max-width: 72ch; margin: 8px 0; }
.brand, .lead { color: var(--soft); }
.lead { font-size: 17px; }
figure { margin: 16px 0; background: var(--card); border: 1px solid var(--rule); border-radius: 12px; padding: 10px; overflow: hidden; }
figure svg { display: block; width: 100%; height: auto; }
.narrow { display: none; }
@media (max-width: 720px) {
  .wide { display: none; } .narrow { display: block; } main { padding: 20px 8px 40px; } h1 { font-size: 27px; }
  figure { padding: 0; }
}
ul.lessons { background: var(--wash); border-radius: 12px; padding: 12px 18px 12px 34px; margin: 14px 0; }
ul.lessons li { margin: 5px 0; max-width: 72ch; }
details { margin: 10px 0; } summary { cursor: pointer; color: var(--soft); }
ol.steps { padding-left: 30px; } ol.steps li { margin: 10px 0; border-top: 1px solid var(--rule); padding-top: 8px; overflow-wrap: anywhere; }
code { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 14px; overflow-wrap: anywhere; }
.stand { color: var(--soft); font-size: 14px; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: 15px; margin: 14px 0; width: 100%; }
th, td { text-align: left; padding: 6px 12px 6px 0; border-top: 1px solid var(--rule); vertical-align: top; overflow-wrap: anywhere; }
caption { text-align: left; font-weight: 600; padding: 4px 0; }
.wrong { color: #b3261e; font-weight: 600; } footer { color: var(--soft); font-size: 14px; margin-top: 48px; }
)";

std::string standing(const std::string& who, const end_facts& at) {
  return fmt::format(
      "<div class=\"stand\">{}: {}, SND.UNA {}, SND.NXT {}, SND.WND {}, RCV.NXT {}, RCV.WND {}, send buffer {}, cwnd "
      "{}</div>",
      escaped(who), at.state, at.snd_una, at.snd_nxt, at.snd_wnd, at.rcv_nxt, at.rcv_wnd, at.buffered, at.cwnd);
}

std::string in_words(const chapter& of, const step& at) {
  const std::string who = of.names[static_cast<std::size_t>(at.end)];
  std::string head = in_time(at.at) + ", " + who + ": ";
  switch (at.kind) {
    case happening::call: head += at.what; break;
    case happening::timer: head += "timer, " + at.what; break;
    case happening::reports: head += "ICMP, " + at.what; break;
    case happening::sends:
    case happening::arrives:
      head += at.kind == happening::sends ? "sends " : "receives ";
      if (at.segment.number != 0) head += fmt::format("#{} ", at.segment.number);
      head += label(at.segment);
      if (at.became != fate::whole) head += fmt::format(" ({})", name(at.became));
      if (at.kind == happening::sends) head += fmt::format("; why: {}", at.what);
  }
  std::string text = "<li><code>" + escaped(head) + "</code>";
  for (const rule_fact& each : at.rules) {
    text += fmt::format("<div><code>{}</code> {} <span class=\"stand\">{}</span></div>", each.id, escaped(each.says),
                        escaped(citation(each.cite)));
  }
  if (!at.says.empty()) text += "<div>" + escaped(at.says) + "</div>";
  const std::string read = reading(of, at);
  if (!read.empty()) text += "<div>" + escaped(read) + "</div>";
  return text + standing(of.names[0], at.after[0]) + standing(of.names[1], at.after[1]) + "</li>\n";
}

std::string figure(const std::string& narrow, const std::string& wide) {
  return "<figure><div class=\"narrow\">" + narrow + "</div><div class=\"wide\">" + wide + "</div></figure>\n";
}

std::string drawn(const table& of) {
  std::string text = "<div class=\"scroll\"><table>" +
                     (of.title.empty() ? "" : "<caption>" + escaped(of.title) + "</caption>") + "<tr>";
  for (const std::string& each : of.heads) text += "<th>" + escaped(each) + "</th>";
  text += "</tr>\n";
  for (const auto& row : of.rows) {
    text += "<tr>";
    for (const std::string& each : row) text += "<td>" + escaped(each) + "</td>";
    text += "</tr>\n";
  }
  return text + "</table></div>\n";
}

}  // namespace

std::string as_html(const story& told) {
  std::string text =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\">\n<title>" +
      escaped(told.title) + " - Sequent</title>\n<style>" + style + svg_style(scheme::either) +
      "</style>\n</head>\n<body>\n<main>\n";
  text += "<header><div class=\"brand\">TCP explained by the thing itself: " + escaped(told.topic) + "</div><h1>" +
          escaped(told.title) + "</h1><p class=\"lead\">" + escaped(told.about) + "</p></header>\n";
  int number = 0;
  for (const chapter& each : told.chapters) {
    const std::string id = fmt::format("run{}", ++number);
    text += fmt::format("<section><h2>{}. {}</h2>\n", number, escaped(each.title));
    if (!each.about.empty()) text += "<p>" + escaped(each.about) + "</p>\n";
    if (!each.steps.empty())
      text += figure(ladder_svg(each, breadth::narrow, id + "n"), ladder_svg(each, breadth::wide, id + "w"));
    for (std::size_t i = 0; i != each.plots.size(); ++i) {
      const std::string of = fmt::format("{}p{}", id, i);
      text +=
          figure(plot_svg(each.plots[i], breadth::narrow, of + "n"), plot_svg(each.plots[i], breadth::wide, of + "w"));
    }
    for (const table& one : each.tables) text += drawn(one);
    if (!each.lessons.empty()) {
      text += "<ul class=\"lessons\">";
      for (const std::string& lesson : each.lessons) text += "<li>" + escaped(lesson) + "</li>\n";
      text += "</ul>\n";
    }
    if (!each.wrong.empty()) text += "<p class=\"wrong\">The specification objects: " + escaped(each.wrong) + "</p>\n";
    if (!each.steps.empty()) {
      text +=
          "<details><summary>Every step, every rule, and how both ends stand after it</summary><ol class=\"steps\">\n";
      for (const step& one : each.steps) text += in_words(each, one);
      text += "</ol></details>\n";
    }
    text += "</section>\n";
  }
  return text + "<footer>Drawn by <code>sequent explain " + escaped(told.topic) +
         "</code>: the production core ran this, in virtual time, with the specification beside "
         "it.</footer>\n</main>\n</body>\n</html>\n";
}

}  // namespace sequent::explain
