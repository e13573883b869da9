// The one text format for a list of choices, whichever engine found it.
//
//   sequent-choices 1
//   scenario data-both-ways.small
//   found-by explorer
//   why left: octet 0 of the stream is 7, not 9
//   choices 0 3 1 0 0
//     2 1
//
// A line that begins with a space continues the choices; '#' begins a comment line. Every field stands once, in any
// order after the first line.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sequent::model {

/// A run that can be replayed.
struct trace {
  std::string scenario;  ///< its name; letters, digits, '-', '_', '.', '/'
  std::string found_by;  ///< the engine, one line
  std::string why;       ///< what is wrong at its end, one line
  std::vector<std::uint16_t> choices;
  friend bool operator==(const trace&, const trace&) = default;
};

/// A trace, or a message that names the line which is wrong.
struct parsed_trace {
  std::optional<trace> value;
  std::string error;
};

/// The largest number of choices that a trace may have.
inline constexpr std::size_t most_choices = 1'000'000;

/// Writes a trace. Line ends in the texts become spaces.
[[nodiscard]] inline std::string format(const trace& t) {
  const auto one_line = [](std::string text) {
    for (char& c : text) {
      if (static_cast<unsigned char>(c) < ' ') c = ' ';
    }
    return text;
  };
  std::string out = "sequent-choices 1\nscenario " + one_line(t.scenario) + "\nfound-by " + one_line(t.found_by) +
                    "\nwhy " + one_line(t.why) + "\nchoices";
  std::size_t column = 7;
  for (const std::uint16_t choice : t.choices) {
    const std::string number = std::to_string(choice);
    if (column + 1 + number.size() > 100) {
      out += "\n ";
      column = 1;
    }
    out += ' ' + number;
    column += 1 + number.size();
  }
  return out + '\n';
}

namespace trace_detail {

/// The state of parsing: which fields were seen, and the first error.
class reader {
 public:
  parsed_trace read(std::string_view text) {
    while (!text.empty() && error_.empty()) {
      const std::size_t end = text.find('\n');
      std::string_view line = text.substr(0, end);
      text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      ++number_;
      take(line);
    }
    if (error_.empty() && !header_) fail("the first line is not \"sequent-choices 1\"");
    if (error_.empty()) missing();
    if (!error_.empty()) return {std::nullopt, error_};
    return {trace{*scenario_, *found_by_, *why_, choices_}, {}};
  }

 private:
  void take(std::string_view line) {
    for (const char c : line) {
      if (static_cast<unsigned char>(c) < ' ' && c != '\t') return fail("a control character");
    }
    if (!header_) return take_header(line);
    if (line.empty() || line.front() == '#') return;
    if (line.front() == ' ' || line.front() == '\t') {
      if (!in_choices_) return fail("a continued line where there is nothing to continue");
      return take_numbers(line);
    }
    in_choices_ = false;
    const std::size_t gap = line.find(' ');
    const std::string_view field = line.substr(0, gap);
    const std::string_view rest = gap == std::string_view::npos ? std::string_view() : line.substr(gap + 1);
    if (field == "scenario") return take_scenario(rest);
    if (field == "found-by") return take_text(found_by_, rest);
    if (field == "why") return take_text(why_, rest);
    if (field == "choices") {
      if (has_choices_) return fail("a second \"choices\"");
      has_choices_ = in_choices_ = true;
      return take_numbers(rest);
    }
    fail("unknown field \"" + std::string(field.substr(0, 40)) + "\"");
  }

  void take_header(std::string_view line) {
    constexpr std::string_view word = "sequent-choices ";
    if (line.substr(0, word.size()) != word)
      return fail("not a list of choices: it must begin with \"sequent-choices 1\"");
    if (line != "sequent-choices 1") {
      return fail("version \"" + std::string(line.substr(word.size(), 20)) + "\" is not known; this reads version 1");
    }
    header_ = true;
  }

  void take_text(std::optional<std::string>& field, std::string_view text) {
    if (field) return fail("a field stands twice");
    field = std::string(text);
  }

  void take_scenario(std::string_view text) {
    if (text.empty()) return fail("\"scenario\" without a name");
    for (const char c : text) {
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!letter && c != '-' && c != '_' && c != '.' && c != '/')
        return fail("a scenario's name has no such character");
    }
    take_text(scenario_, text);
  }

  void take_numbers(std::string_view text) {
    std::size_t at = 0;
    while (true) {
      while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
      if (at == text.size()) return;
      std::uint16_t value = 0;
      const auto [stop, problem] = std::from_chars(text.data() + at, text.data() + text.size(), value);
      if (problem == std::errc::result_out_of_range) return fail("a choice is above 65535");
      at = static_cast<std::size_t>(stop - text.data());
      if (problem != std::errc() || (at < text.size() && text[at] != ' ' && text[at] != '\t')) {
        return fail("a choice is not a decimal number");
      }
      if (choices_.size() == most_choices) return fail("more than " + std::to_string(most_choices) + " choices");
      choices_.push_back(value);
    }
  }

  void missing() {
    if (!scenario_) return fail("\"scenario\" is missing");
    if (!found_by_) return fail("\"found-by\" is missing");
    if (!why_) return fail("\"why\" is missing");
    if (!has_choices_) return fail("\"choices\" is missing");
  }

  void fail(const std::string& what) {
    if (error_.empty()) error_ = "line " + std::to_string(number_) + ": " + what;
  }

  std::size_t number_ = 0;
  bool header_ = false;
  bool in_choices_ = false;
  bool has_choices_ = false;
  std::optional<std::string> scenario_;
  std::optional<std::string> found_by_;
  std::optional<std::string> why_;
  std::vector<std::uint16_t> choices_;
  std::string error_;
};

}  // namespace trace_detail

/// Reads a trace; any text is safe to give.
[[nodiscard]] inline parsed_trace parse_trace(std::string_view text) { return trace_detail::reader().read(text); }

}  // namespace sequent::model
