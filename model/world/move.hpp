// One thing that may happen next in the world.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace sequent::model {

/// The two ends. The left one is drawn on the left of a ladder diagram.
enum class side : std::uint8_t { left, right };

/// Both sides, in canonical order.
inline constexpr side both_sides[] = {side::left, side::right};

/// The opposite end.
[[nodiscard]] constexpr side other(side s) { return s == side::left ? side::right : side::left; }

/// 0 for left, 1 for right.
[[nodiscard]] constexpr std::size_t at(side s) { return static_cast<std::size_t>(s); }

/// "left" or "right".
[[nodiscard]] constexpr const char* name(side s) { return s == side::left ? "left" : "right"; }

/// The kinds of move, in canonical order: the benign ones first, so that answering 0 for ever is a fair, well-behaved
/// run, and shrinking towards 0 makes the adversary do less.
enum class move_kind : std::uint8_t {
  call,       ///< the application of this side makes its next call
  read,       ///< the application of this side reads
  deliver,    ///< the oldest segment in flight towards this side arrives
  time,       ///< time passes to the earliest deadline of either side
  lose,       ///< the oldest segment towards this side is lost
  duplicate,  ///< the oldest segment arrives and yet stays in flight
  keep,       ///< the oldest segment arrives and the network keeps an old copy
  overtake,   ///< segment number index (1, 2, ...) arrives before older ones
  corrupt,    ///< the oldest segment arrives damaged in the index-th way
  old,        ///< the index-th old copy arrives
  inject,     ///< the index-th segment that the attacker can forge arrives
  mark,       ///< the oldest segment arrives with the network's mark of congestion (ECN)
};

/// How many kinds there are.
inline constexpr std::size_t move_kinds = 12;

/// One word for a kind.
[[nodiscard]] constexpr const char* name(move_kind kind) {
  constexpr const char* names[] = {"call", "read",     "deliver", "time", "lose",   "duplicate",
                                   "keep", "overtake", "corrupt", "old",  "inject", "mark"};
  return names[static_cast<std::size_t>(kind)];
}

/// A move. For moves of the network `where` is the receiving side; for time it means nothing and is left.
struct move {
  move_kind kind = move_kind::time;
  side where = side::left;
  std::uint8_t index = 0;
  friend bool operator==(const move&, const move&) = default;
};

/// A short text such as "deliver right" or "overtake left 1".
[[nodiscard]] inline std::string show(const move& m) {
  std::string text = name(m.kind);
  if (m.kind == move_kind::time) return text;
  text += ' ';
  text += name(m.where);
  const bool indexed = m.kind == move_kind::overtake || m.kind == move_kind::corrupt || m.kind == move_kind::old ||
                       m.kind == move_kind::inject;
  if (indexed) text += ' ' + std::to_string(m.index);
  return text;
}

}  // namespace sequent::model
