// What one end of a connection has sent, as positions that never wrap: 0 is its SYN, 1 its first octet.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

namespace capture_replay {

/// One direction of a connection. Positions are 64 bits wide and this code's own: it shares no arithmetic with the
/// library whose traffic it judges.
class stream {
 public:
  using position = std::int64_t;

  /// The SYN was seen. False if there was one before with another number.
  bool begin(std::uint32_t iss) {
    if (begun_) return iss == iss_;
    begun_ = true;
    iss_ = iss;
    next_ = highest_ = 1;
    return true;
  }
  [[nodiscard]] bool begun() const { return begun_; }

  /// The position of a sequence number of this direction: the one closest to the highest octet seen.
  [[nodiscard]] position place(std::uint32_t number) const {
    const auto from_highest = static_cast<std::int32_t>(number - static_cast<std::uint32_t>(iss_ + highest_));
    return highest_ + from_highest;
  }

  /// Text was seen at a position. False if an octet of it was seen before with another value.
  bool add(position at, std::span<const std::uint8_t> text) {
    bool same = true;
    for (std::size_t i = 0; i != text.size(); ++i) {
      const position here = at + static_cast<position>(i);
      if (here < 1 || here > most_octets) continue;
      const auto index = static_cast<std::size_t>(here - 1);
      if (octets_.size() <= index) octets_.resize(index + 1, unseen);
      same &= octets_[index] == unseen || octets_[index] == text[i];
      if (octets_[index] == unseen) octets_[index] = text[i];
    }
    note_end(at + static_cast<position>(text.size()));
    return same;
  }
  /// The FIN was seen.
  void add_fin(position at) {
    fin_ = at;
    note_end(at + 1);
  }

  /// Everything before this position was seen: what an acknowledgment of a receiver may name at most.
  [[nodiscard]] position next() const { return next_; }
  /// The position after the highest that was seen.
  [[nodiscard]] position highest() const { return highest_; }
  /// All octets of [first, last) were seen.
  [[nodiscard]] bool holds(position first, position last) const {
    if (first < 1 || last <= first || last - 1 > static_cast<position>(octets_.size())) return false;
    for (position at = first; at != last; ++at) {
      if (octets_[static_cast<std::size_t>(at - 1)] == unseen) return false;
    }
    return true;
  }

 private:
  void note_end(position end) {
    if (end > highest_) highest_ = end;
    while (next_ <= static_cast<position>(octets_.size()) && octets_[static_cast<std::size_t>(next_ - 1)] != unseen) {
      ++next_;
    }
    if (fin_ && next_ == *fin_) ++next_;
  }

  static constexpr std::int16_t unseen = -1;
  static constexpr position most_octets = position{1} << 26;  // captures are small; memory stays bounded all the same

  bool begun_ = false;
  std::uint32_t iss_ = 0;
  position next_ = 0;
  position highest_ = 0;
  std::optional<position> fin_{};
  std::vector<std::int16_t> octets_{};
};

}  // namespace capture_replay
