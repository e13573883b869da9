// The faults that the controls put in.
#include "tools/capture_replay/controls.hpp"

#include <algorithm>
#include <functional>
#include <optional>

namespace capture_replay {

namespace {

using segments_of = std::vector<seen_segment>;
using sequent::sequence_number;

constexpr std::uint32_t far = 1u << 20;

// Where a fault can be put: the last segment that fits, so that there is a connection before it.
template <class Fits>
std::optional<std::size_t> last(const segments_of& segments, Fits fits) {
  for (std::size_t i = segments.size(); i-- != 0;) {
    if (fits(segments[i])) return i;
  }
  return std::nullopt;
}

// Puts the fault for one check into the segments; false if there is none that it could be put into.
bool put_fault(check which, segments_of& segments, const sequent::ipv4_address& self) {
  const auto own = [&](const seen_segment& seg) {
    const auto control = seg.header.control;
    return seg.source == self && control.ack() && !control.syn() && !control.rst();
  };
  const auto own_text = [&](const seen_segment& seg) { return own(seg) && !seg.text.empty(); };
  const auto own_stamped = [&](const seen_segment& seg) { return own(seg) && seg.header.options.ts.has_value(); };
  const auto own_sack = [&](const seen_segment& seg) { return own(seg) && seg.header.options.sack.count != 0; };
  const auto peers = [&](const seen_segment& seg) {
    return seg.source != self && seg.header.control.ack() && !seg.header.control.rst();
  };
  const auto peers_text = [&](const seen_segment& seg) { return peers(seg) && !seg.text.empty(); };
  const auto refusal = [&](const seen_segment& seg) {
    return seg.source == self && seg.header.control.rst() && seg.header.control.ack() && seg.header.seq.wire() == 0;
  };
  const auto change = [&](auto fits, auto fault) {
    const auto at = last(segments, fits);
    if (at) fault(segments[*at]);
    return at.has_value();
  };
  // The segment once more, with another first octet.
  const auto repeat = [&](auto fits) {
    const auto at = last(segments, fits);
    if (!at) return false;
    seen_segment again = segments[*at];
    again.text[0] ^= 1u;
    segments.insert(segments.begin() + static_cast<std::ptrdiff_t>(*at) + 1, again);
    return true;
  };
  switch (which) {
    case check::acknowledges_what_arrived:
      return change(own, [](seen_segment& seg) { seg.header.ack = seg.header.ack + far; });
    case check::acknowledgment_advances:
      return change(own, [](seen_segment& seg) { seg.header.ack = seg.header.ack - far; });
    case check::window_never_shrinks: return change(own, [](seen_segment& seg) { seg.header.wnd = 0; });
    case check::stays_inside_window:
      return change(own_text, [](seen_segment& seg) { seg.header.seq = seg.header.seq + 64 * far; });
    case check::sends_the_same_again: return repeat(own_text);
    case check::receives_the_same_again: return repeat(peers_text);
    case check::sack_names_what_arrived:
      return change(own_sack, [](seen_segment& seg) {
        auto& block = seg.header.options.sack.block[0];
        block.right = block.right + far;
      });
    case check::echoes_a_timestamp:
      return change(own_stamped,
                    [](seen_segment& seg) { seg.header.options.ts->echo = seg.header.options.ts->echo + far; });
    case check::clock_advances:
      return change(own_stamped,
                    [](seen_segment& seg) { seg.header.options.ts->value = seg.header.options.ts->value - far; });
    case check::peer_acknowledges_what_was_sent:
      return change(peers, [](seen_segment& seg) { seg.header.ack = seg.header.ack + far; });
    case check::reset_answers_segment:
      return change(refusal, [](seen_segment& seg) { seg.header.ack = seg.header.ack + 1u; });
  }
  return false;
}

// Every octet of a packet is covered by one checksum or the other, and what is wrong with one of our own is counted as
// ours, as long as it can be told from which host it is.
void try_every_octet(const packet& original, const sequent::ipv4_address& self, control_counts& counts) {
  for (std::size_t i = 0; i != original.octets.size(); ++i) {
    std::vector<packet> changed{original};
    changed[0].octets[i] ^= 0x10u;
    parse_counts parsed;
    ++counts.tried;
    const bool ours = i != 0 && (i < 12 || i >= 16);
    if (decode(changed, self, parsed).empty() && (!ours || parsed.refused_outgoing == 1)) {
      ++counts.caught;
    } else {
      counts.missed.push_back("octet " + std::to_string(i) + " of a packet was changed");
    }
  }
}

}  // namespace

control_counts try_controls(const std::vector<packet>& packets, const std::vector<seen_segment>& segments,
                            const sequent::ipv4_address& self) {
  control_counts counts;
  for (std::size_t i = 0; i != checks; ++i) {
    const auto which = static_cast<check>(i);
    segments_of faulty = segments;
    ++counts.tried;
    if (!put_fault(which, faulty, self)) {
      counts.missed.push_back(std::string("no segment to try the control on: ") + describe(which));
    } else if (examine(faulty, self).broken[i] != 0) {
      ++counts.caught;
    } else {
      counts.missed.push_back(std::string("a fault stayed unnoticed: ") + describe(which));
    }
  }
  const auto whole = std::ranges::find_if(packets, [&](const packet& each) {
    parse_counts parsed;
    const auto decoded = decode({each}, self, parsed);
    return !decoded.empty() && decoded[0].source == self;
  });
  if (whole != packets.end()) try_every_octet(*whole, self, counts);
  return counts;
}

}  // namespace capture_replay
