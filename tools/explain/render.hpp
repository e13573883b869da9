// The forms in which a story can be told: text for a terminal, SVG, a page of HTML, JSON.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tools/explain/facts.hpp"

namespace sequent::explain {

/// For a terminal, 96 columns wide. `colour`: with escape sequences.
[[nodiscard]] std::string as_text(const story& told, bool colour);

/// Which colours a picture has: those that its surroundings prefer, or one kind.
enum class scheme : std::uint8_t { either, light, dark };

/// How wide a picture is drawn.
enum class breadth : std::uint8_t { narrow, wide };  ///< 400 or 820 units

/// The whole story as one picture, with a title and a description that can be read aloud.
[[nodiscard]] std::string as_svg(const story& told, scheme colours, breadth width);

/// One chapter as a picture that is part of a page, which has the style. `id` makes its names unique there.
[[nodiscard]] std::string ladder_svg(const chapter& told, breadth width, const std::string& id);
[[nodiscard]] std::string plot_svg(const plot& drawn, breadth width, const std::string& id);
/// The style of pictures.
[[nodiscard]] std::string svg_style(scheme colours);

/// A page that stands alone and loads nothing.
[[nodiscard]] std::string as_html(const story& told);

/// Every step with all its facts.
[[nodiscard]] std::string as_json(const story& told);

/// Text in which nothing is markup.
[[nodiscard]] std::string escaped(std::string_view text);
/// How a change of state reads: "LISTEN -> SYN-RECEIVED", or nothing.
[[nodiscard]] std::string change_of_state(const step& of);
/// Whether what a rule says is worth quoting at a step: not that variables move on where none does.
[[nodiscard]] bool quotable(const step& at, const rule_fact& fired);
/// What the user of its end has read, if the step added to it.
[[nodiscard]] std::string reading(const chapter& of, const step& at);
/// Where the step with the arrival stands, for a send; or the send, for an arrival: an index, or the number of steps.
[[nodiscard]] std::size_t counterpart(const chapter& of, std::size_t index);

}  // namespace sequent::explain
