// Reads the octets that cross an interface into positions that never wrap, without the library's help.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "model/spec/oracles/passing.hpp"

namespace sequent::path {

/// Reads the segments of one connection in the order in which they are seen at one place, both directions.
class wire_reader {
 public:
  /// `octets` is a TCP segment that end `from` (0 or 1) sent. Nothing for one that is no TCP segment.
  std::optional<spec::passing_segment> read(int from, std::span<const std::uint8_t> octets) {
    if (octets.size() < 20) return std::nullopt;
    const std::size_t offset = std::size_t{octets[12]} / 16 * 4;
    if (offset < 20 || offset > octets.size()) return std::nullopt;
    stream& mine = streams_[from];
    stream& other = streams_[1 - from];
    const unsigned bits = octets[13];
    spec::passing_segment seg;
    seg.fin = (bits & 1) != 0;
    seg.syn = (bits & 2) != 0;
    seg.rst = (bits & 4) != 0;
    seg.echoes = (bits & 64) != 0 && !seg.syn;
    const std::uint32_t seq = word(octets, 4);
    if (seg.syn && !mine.initial) mine.initial = seq;
    seg.octets.first = mine.position_of(seq);
    const std::size_t text = octets.size() - offset;
    seg.octets.last = seg.octets.first + static_cast<spec::position>(text) + (seg.syn ? 1 : 0) + (seg.fin ? 1 : 0);
    if (!seg.rst) mine.near = std::max(mine.near, seg.octets.last);
    if ((bits & 16) != 0) seg.ack = other.position_of(word(octets, 8));
    const std::int64_t field = octets[14] * 256 + octets[15];
    options(octets.subspan(20, offset - 20), seg, mine, other);
    const bool scales = streams_[0].shift && streams_[1].shift && !seg.syn;
    seg.window = scales ? field << *mine.shift : field;
    return seg;
  }

 private:
  struct stream {
    std::optional<std::uint32_t> initial{};
    std::optional<int> shift{};
    spec::position near = 0;

    /// The position next to the furthest one seen that has this number.
    [[nodiscard]] spec::position position_of(std::uint32_t number) const {
      const std::uint32_t at = static_cast<std::uint32_t>(near) + initial.value_or(0);
      return near + static_cast<std::int32_t>(number - at);
    }
  };

  [[nodiscard]] static std::uint32_t word(std::span<const std::uint8_t> octets, std::size_t at) {
    return std::uint32_t{octets[at]} << 24 | std::uint32_t{octets[at + 1]} << 16 | std::uint32_t{octets[at + 2]} << 8 |
           std::uint32_t{octets[at + 3]};
  }

  static void options(std::span<const std::uint8_t> list, spec::passing_segment& seg, stream& mine,
                      const stream& other) {
    std::size_t i = 0;
    while (i + 1 < list.size() && list[i] != 0) {
      if (list[i] == 1) {
        ++i;
        continue;
      }
      const std::size_t length = list[i + 1];
      if (length < 2 || i + length > list.size()) return;
      if (list[i] == 3 && length == 3 && seg.syn) mine.shift = std::min<int>(list[i + 2], 14);
      if (list[i] == 8 && length == 10) {
        seg.stamp = word(list, i + 2);
        if (seg.ack) seg.echo = word(list, i + 6);
      }
      if (list[i] == 5) blocks(list.subspan(i + 2, length - 2), seg, other);
      i += length;
    }
  }

  // The first block repeats what had arrived before if it lies below the acknowledgment or within the second (RFC
  // 2883).
  static void blocks(std::span<const std::uint8_t> list, spec::passing_segment& seg, const stream& other) {
    for (std::size_t i = 0; i + 8 <= list.size(); i += 8) {
      seg.reported.push_back({other.position_of(word(list, i)), other.position_of(word(list, i + 4))});
    }
    if (seg.reported.empty()) return;
    const spec::octet_range first = seg.reported.front();
    const bool below = seg.ack && first.last <= *seg.ack;
    const bool within =
        seg.reported.size() > 1 && seg.reported[1].first <= first.first && first.last <= seg.reported[1].last;
    if (below || within) {
      seg.duplicate = first;
      seg.reported.erase(seg.reported.begin());
    }
  }

  stream streams_[2]{};
};

}  // namespace sequent::path
