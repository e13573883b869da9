// A bad network, seeded: packets are lost, duplicated, delayed behind later ones, corrupted, and marked as having met
// congestion.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <vector>

#include "sequent/base/time.hpp"
#include "tun_host/packet_edits.hpp"

namespace tun_host {

/// How often what happens, in percent of the packets. What happens to one in n happens at least once in any 3 n of
/// them, so that a short transfer meets it as well.
struct impairment_rates {
  double loss = 0;
  double duplicate = 0;
  double reorder = 0;
  double corrupt = 0;
  double mark = 0;  ///< of those whose sender takes part in ECN; only then is another number drawn for each packet
};

/// How often what happened, in packets.
struct impairment_counts {
  std::uint64_t passed = 0;
  std::uint64_t lost = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;
  std::uint64_t corrupted = 0;
  std::uint64_t marked = 0;
};

/// One direction of a bad network. The n-th packet of one seed always meets the same fate; which packet that is depends
/// on the timing of both ends.
class impairment {
 public:
  /// Without rates everything passes as it is.
  impairment() = default;
  impairment(std::uint64_t seed, const impairment_rates& rates) : random_(seed), rates_(rates), active_(true) {}

  /// Takes a packet, and calls deliver(std::span<const std::uint8_t>) for whatever comes out now: nothing, this packet
  /// once or twice, and earlier ones that it has overtaken.
  template <class Deliver>
  void pass(std::span<const std::uint8_t> packet, sequent::instant now, Deliver deliver) {
    ++counts_.passed;
    if (!active_) return deliver(packet);
    // All four are drawn for every packet, so that one fate does not shift the next packet's.
    const bool lost = happens(rates_.loss, spared_.loss);
    const bool twice = happens(rates_.duplicate, spared_.duplicate);
    const bool late = happens(rates_.reorder, spared_.reorder);
    const bool corrupted = happens(rates_.corrupt, spared_.corrupt);
    const std::uint64_t detail = random_();
    const bool marked = rates_.mark > 0 && happens(rates_.mark, spared_.mark);
    if (lost) {
      ++counts_.lost;
    } else {
      std::vector<std::uint8_t> copy(packet.begin(), packet.end());
      if (marked && mark_congestion(copy)) ++counts_.marked;
      if (corrupted) corrupt(copy, detail);
      if (twice) {
        ++counts_.duplicated;
        deliver(std::span<const std::uint8_t>(copy));
      }
      if (late) {
        ++counts_.reordered;
        held_.push_back(
            {std::move(copy), 1 + static_cast<unsigned>(detail >> 32) % most_overtaking, now + longest_wait});
      } else {
        deliver(std::span<const std::uint8_t>(copy));
      }
    }
    overtake(late && !lost, deliver);
  }

  /// Delivers packets that nothing has come to overtake.
  template <class Deliver>
  void release(sequent::instant now, Deliver deliver) {
    while (!held_.empty() && held_.front().until <= now) {
      const held_packet packet = std::move(held_.front());
      held_.erase(held_.begin());
      deliver(std::span<const std::uint8_t>(packet.octets));
    }
  }

  /// When release() has something to do, if ever.
  [[nodiscard]] std::optional<sequent::instant> next_deadline() const {
    return held_.empty() ? std::nullopt : std::optional(held_.front().until);
  }
  [[nodiscard]] const impairment_counts& counts() const { return counts_; }

 private:
  struct held_packet {
    std::vector<std::uint8_t> octets;
    unsigned overtaken_by;  // packets that still pass before it
    sequent::instant until;
  };
  static constexpr unsigned most_overtaking = 6;  // beyond three a sender takes it for a loss (RFC 5681 section 3.2)
  static constexpr sequent::duration longest_wait = sequent::duration::milliseconds(2);

  // For how many packets nothing of a kind has happened.
  struct spared_packets {
    unsigned loss = 0;
    unsigned duplicate = 0;
    unsigned reorder = 0;
    unsigned corrupt = 0;
    unsigned mark = 0;
  };

  // std::mt19937_64 is the same everywhere; the distributions of the standard library are not.
  bool happens(double percent, unsigned& spared) {
    constexpr double range = 18'446'744'073'709'551'616.0;
    const bool drawn = static_cast<double>(random_()) < percent / 100.0 * range;
    ++spared;
    const bool overdue = spared * percent >= 300;
    if (!drawn && !overdue) return false;
    spared = 0;
    return true;
  }

  // Changes bits within one octet. The Internet checksum finds every such change, so that a stream which arrives with a
  // wrong octet is a fault of an end and never of the checksum's sixteen bits.
  void corrupt(std::vector<std::uint8_t>& packet, std::uint64_t detail) {
    if (packet.empty()) return;
    ++counts_.corrupted;
    const auto flip = static_cast<std::uint8_t>(1 + detail % 255);
    std::uint8_t& octet = packet[static_cast<std::size_t>((detail >> 8) & 0xff'ffff) % packet.size()];
    octet = static_cast<std::uint8_t>(octet ^ flip);
  }

  // A packet went by: those held back come out when enough have. The newest does not overtake itself.
  template <class Deliver>
  void overtake(bool newest_is_held, Deliver deliver) {
    std::size_t ageing = held_.size() - (newest_is_held ? 1 : 0);
    for (std::size_t i = 0; i < ageing;) {
      if (--held_[i].overtaken_by != 0) {
        ++i;
        continue;
      }
      const held_packet packet = std::move(held_[i]);
      held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(i));
      --ageing;
      deliver(std::span<const std::uint8_t>(packet.octets));
    }
  }

  std::mt19937_64 random_{};
  impairment_rates rates_{};
  impairment_counts counts_{};
  spared_packets spared_{};
  std::vector<held_packet> held_{};
  bool active_ = false;
};

}  // namespace tun_host
