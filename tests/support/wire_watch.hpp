// What must hold of every segment that a connection emits, checked on the octets and independently of the library.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sequent/base/word.hpp"

namespace sequent::test {

/// Watches what one end sends, from its first SYN on. Each rule that is broken is described in `violations`.
class wire_watch {
 public:
  std::vector<std::string> violations{};

  /// `octets` is a whole segment whose pseudo-header has no addresses: default-constructed, it adds the length alone.
  void see(std::span<const std::uint8_t> octets) {
    if (octets.size() < 20) return broken("shorter than a header");
    const std::size_t offset = std::size_t{octets[12]} / 16 * 4;
    if (offset < 20 || offset > octets.size()) return broken("data offset out of range");
    if ((octets[12] & 0x0f) != 0) broken("reserved bits set");
    checksum(octets);
    options(octets.subspan(20, offset - 20), (octets[13] & 0x02) != 0);
    ports(octets);
    if ((octets[13] & 0x04) == 0) window(octets);
  }

 private:
  void broken(std::string what) { violations.push_back(std::move(what)); }

  // MUST-2: with no addresses, the sum over the segment and its length is all ones.
  void checksum(std::span<const std::uint8_t> octets) {
    std::uint64_t sum = octets.size();
    for (std::size_t i = 0; i != octets.size(); ++i) sum += i % 2 == 0 ? octets[i] * 256u : octets[i];
    while (sum > 0xffff) sum = sum / 0x1'0000 + sum % 0x1'0000;
    if (sum != 0xffff) broken("checksum does not hold");
  }

  // MUST-65, MUST-68, MUST-69: every option has its length, those of a SYN stand on a SYN, zero after an end marker.
  void options(std::span<const std::uint8_t> list, bool syn) {
    std::size_t i = 0;
    while (i < list.size()) {
      const unsigned kind = list[i];
      if (kind == 0) {
        for (; i != list.size(); ++i) {
          if (list[i] != 0) return broken("padding after the end of the options is not zero");
        }
        return;
      }
      if (kind == 1) {
        ++i;
        continue;
      }
      if (i + 1 == list.size() || list[i + 1] < 2 || i + list[i + 1] > list.size()) return broken("option length");
      if (!syn && (kind == 2 || kind == 3 || kind == 4)) broken("option " + std::to_string(kind) + " without SYN");
      if (syn && kind == 3) shift_ = list[i + 2];
      i += list[i + 1];
    }
  }

  // The four-tuple of a connection never changes (MUST-45; here its ports).
  void ports(std::span<const std::uint8_t> octets) {
    const std::vector<std::uint8_t> now(octets.begin(), octets.begin() + 4);
    if (!ports_.empty() && ports_ != now) broken("ports changed");
    ports_ = now;
  }

  // SHLD-14: the right edge of the window does not move left, but for the rounding of the scale (RFC 7323 section 2.4).
  void window(std::span<const std::uint8_t> octets) {
    if ((octets[13] & 0x10) == 0) return;
    const bool syn = (octets[13] & 0x02) != 0;
    const auto word = [&](std::size_t at) {
      return u32{octets[at]} << 24 | u32{octets[at + 1]} << 16 | u32{octets[at + 2]} << 8 | u32{octets[at + 3]};
    };
    const u32 field = u32{octets[14]} * 256u + octets[15];
    const u32 shift = syn ? 0 : shift_;
    const u32 edge = word(8) + (field << shift);
    const u32 unit = (1u << shift_) - 1;
    if (edge_ && edge - *edge_ >= 0x8000'0000u && *edge_ - edge > unit) broken("right edge moved left");
    if (!edge_ || edge - *edge_ < 0x8000'0000u) edge_ = edge;
  }

  std::vector<std::uint8_t> ports_{};
  std::optional<u32> edge_{};
  u32 shift_ = 0;
};

}  // namespace sequent::test
