// What RapidCheck draws, in one shape for all properties: a list of numbers that are read as answers to pick(n), and a
// list of steps. Shrinking removes whole steps and makes numbers smaller, whatever a property takes them for.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sequent::property {

/// One step of a run: four numbers, whose meaning is the property's.
using step = std::array<std::uint16_t, 4>;

/// One test case.
struct drawn_case {
  std::vector<std::uint16_t> head;  ///< answers for the setting
  std::vector<step> steps;          ///< what happens then
  friend bool operator==(const drawn_case&, const drawn_case&) = default;
};

/// Answers questions from a list of numbers, and 0 after its end: a chooser of the world's kind.
class number_choice {
 public:
  /// `numbers` must outlive the chooser.
  explicit number_choice(std::span<const std::uint16_t> numbers) : numbers_(numbers) {}
  std::size_t pick(std::size_t n) {
    if (next_ == numbers_.size() || n <= 1) return 0;
    return numbers_[next_++] % n;
  }
  /// Thirty-two bits, from two numbers.
  std::uint32_t word() {
    const std::size_t high = pick(0x10000);
    return static_cast<std::uint32_t>(high << 16 | pick(0x10000));
  }
  [[nodiscard]] bool exhausted() const { return next_ == numbers_.size(); }

 private:
  std::span<const std::uint16_t> numbers_;
  std::size_t next_ = 0;
};

/// An initial window in segments: the usual ten, or 1 to 64. Two numbers.
[[nodiscard]] inline std::uint8_t drawn_initial_window(number_choice& draw) {
  const bool other = draw.pick(4) != 0;
  const std::size_t segments = draw.pick(64);
  return static_cast<std::uint8_t>(other ? 1 + segments : 10);
}

/// A case as text that parse_case() reads: what replays it, the property's id, then the numbers.
[[nodiscard]] inline std::string format(std::string_view id, const drawn_case& c) {
  std::string out =
      "sequent-case 1\n# property_tests --replay FILE checks this case again\nproperty " + std::string(id) + "\nhead";
  for (const std::uint16_t n : c.head) out += ' ' + std::to_string(n);
  for (const step& s : c.steps) {
    out += "\nstep";
    for (const std::uint16_t n : s) out += ' ' + std::to_string(n);
  }
  return out + '\n';
}

/// A case that was read from a text, and the id of its property.
struct parsed_case {
  std::string id;
  drawn_case value;
};

namespace drawn_detail {

/// The numbers of a line, or nothing if something else stands there.
[[nodiscard]] inline std::optional<std::vector<std::uint16_t>> numbers_of(std::string_view line) {
  std::vector<std::uint16_t> numbers;
  while (!line.empty()) {
    if (line.front() == ' ') {
      line.remove_prefix(1);
      continue;
    }
    std::uint16_t value = 0;
    const auto [stop, problem] = std::from_chars(line.data(), line.data() + line.size(), value);
    if (problem != std::errc()) return std::nullopt;
    line.remove_prefix(static_cast<std::size_t>(stop - line.data()));
    numbers.push_back(value);
  }
  return numbers;
}

}  // namespace drawn_detail

/// Reads what format() writes; nothing for any other text.
[[nodiscard]] inline std::optional<parsed_case> parse_case(std::string_view text) {
  parsed_case out;
  bool first = true;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    const std::size_t gap = line.find(' ');
    const std::string_view word = line.substr(0, gap);
    const std::string_view rest = gap == std::string_view::npos ? std::string_view() : line.substr(gap + 1);
    if (first) {
      if (line != "sequent-case 1") return std::nullopt;
      first = false;
      continue;
    }
    if (line.starts_with('#')) continue;
    if (word == "property") {
      out.id = std::string(rest);
      continue;
    }
    const auto numbers = drawn_detail::numbers_of(rest);
    if (!numbers) return std::nullopt;
    if (word == "head") {
      out.value.head = *numbers;
    } else if (word == "step" && numbers->size() == std::tuple_size_v<step>) {
      step& s = out.value.steps.emplace_back();
      std::copy(numbers->begin(), numbers->end(), s.begin());
    } else {
      return std::nullopt;
    }
  }
  if (first || out.id.empty()) return std::nullopt;
  return out;
}

}  // namespace sequent::property
