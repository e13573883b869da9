// Documentation drawn from the rules: tables in Markdown, and the state diagram.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/spec/choices.hpp"
#include "model/spec/samples.hpp"
#include "model/spec/specification.hpp"

namespace sequent::spec {

/// A change of state that some rule makes.
struct diagram_edge {
  phase from{};
  phase to{};
  std::size_t rule_index = 0;
  auto operator<=>(const diagram_edge&) const = default;
};

/// The edges of the state diagram, found by running every sample event in every sample state. Ascending.
[[nodiscard]] inline std::vector<diagram_edge> diagram_edges() {
  std::set<diagram_edge> found;
  const auto note = [&](std::size_t index, const state<position>& before, const outcome<position>& after) {
    if (before.at != after.next.at) found.insert({before.at, after.next.at, index});
  };
  for (const auto& s : sample_states()) {
    for (const auto& e : sample_events(s)) (void)walk(s, e, note, [](stage, int) {});
  }
  return {found.begin(), found.end()};
}

namespace detail {

/// How often an edge's rules fired, as a colour: grey when never, else darker the more often (one step a factor of 16).
[[nodiscard]] inline const char* edge_colour(std::uint64_t count) {
  constexpr std::array colours{"#bbbbbb", "#9ecae1", "#6baed6", "#4292c6", "#2171b5", "#08519c", "#08306b"};
  std::size_t step = 0;
  for (; count > 0 && step + 1 < colours.size(); count /= 16) ++step;
  return colours[step];
}

/// A cell of a Markdown table: the bar is the only character that needs care.
[[nodiscard]] inline std::string cell(const std::string& text) {
  std::string safe;
  for (const char c : text) safe += c == '|' ? std::string("\\|") : std::string(1, c);
  return safe;
}

[[nodiscard]] inline std::string choice_rows(std::span<const choice> table) {
  std::string text = "| id | about | answer | which, and why | rules |\n|---|---|---|---|---|\n";
  for (const auto& each : table) {
    text += "| " + std::string(each.id) + " | " + cell(each.about) + " | " + name(each.answer) + " | " +
            cell(each.says) + " | " + each.rules + " |\n";
  }
  return text;
}

}  // namespace detail

/// The state diagram as Graphviz. With counts, an edge is coloured by how often its rules fired.
[[nodiscard]] inline std::string state_diagram(const firing_counts* fired = nullptr) {
  struct drawn {
    std::string label;
    std::uint64_t count = 0;
  };
  std::map<std::pair<phase, phase>, drawn> lines;
  for (const auto& edge : diagram_edges()) {
    auto& line = lines[{edge.from, edge.to}];
    line.label += (line.label.empty() ? "" : "\\n") + std::string(all_rules<position>()[edge.rule_index].id);
    if (fired != nullptr) line.count += fired->counts[edge.rule_index];
  }
  std::string text = "digraph states {\n  node [shape=box, style=rounded];\n";
  for (const auto& [ends, line] : lines) {
    text +=
        "  \"" + std::string(name(ends.first)) + "\" -> \"" + name(ends.second) + "\" [label=\"" + line.label + "\"";
    if (fired != nullptr) text += std::string(", color=\"") + detail::edge_colour(line.count) + "\"";
    text += "];\n";
  }
  return text + "}\n";
}

/// The changes of state as a Markdown table.
[[nodiscard]] inline std::string edges_markdown() {
  std::map<std::pair<phase, phase>, std::string> lines;
  for (const auto& edge : diagram_edges()) {
    auto& ids = lines[{edge.from, edge.to}];
    ids += (ids.empty() ? "" : " ") + std::string(all_rules<position>()[edge.rule_index].id);
  }
  std::string text = "| from | to | rules |\n|---|---|---|\n";
  for (const auto& [ends, ids] : lines) {
    text += "| " + std::string(name(ends.first)) + " | " + name(ends.second) + " | " + ids + " |\n";
  }
  return text;
}

/// The rules as Markdown, one table a stage, and the state diagram. With counts, how often each fired.
[[nodiscard]] inline std::string rules_markdown(const firing_counts* fired = nullptr) {
  std::string text =
      "# Rules of the specification\n\nGenerated from `model/spec` by `tools/spec_docs.cpp`; do not edit.\n\n"
      "Within a stage exactly one rule is enabled; each may permit several outcomes.\n";
  const auto rules = all_rules<position>();
  for (const stage at : all_stages) {
    text += "\n## " + std::string(name(at)) + "\n\n| id | says | source |" + (fired ? " fired |" : "") +
            "\n|---|---|---|" + (fired ? "---|" : "") + "\n";
    for (std::size_t i = 0; i < rules.size(); ++i) {
      if (rules[i].in != at) continue;
      text += "| " + std::string(rules[i].id) + " | " + detail::cell(rules[i].says) + " | " + rules[i].cite + " |";
      if (fired != nullptr) text += " " + std::to_string(fired->counts[i]) + " |";
      text += "\n";
    }
  }
  return text + "\n## State diagram\n\nThe changes of state that the rules make.\n\n" + edges_markdown() +
         "\n```dot\n" + state_diagram(fired) + "```\n";
}

/// The answers to choices and ambiguities as Markdown.
[[nodiscard]] inline std::string choices_markdown() {
  return "# Choices and ambiguities\n\nGenerated from `model/spec/choices.hpp` by `tools/spec_docs.cpp`; do not "
         "edit.\n\n"
         "Each is allowed (every reading is in the set of outcomes), decided (one reading is taken), or out of "
         "scope.\n\n"
         "## Choices left to the implementation\n\n" +
         detail::choice_rows(choices_table) + "\n## Ambiguities, contradictions and text bugs\n\n" +
         detail::choice_rows(ambiguities_table);
}

}  // namespace sequent::spec
