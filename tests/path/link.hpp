// One direction of a path, in virtual time: a rate, a queue that drops its tail, a delay, and everything else that
// happens to packets.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace sequent::path {

/// A moment or a span of virtual time: nanoseconds, since a segment takes 1.2 us at 10 Gbit/s.
using nanoseconds = std::int64_t;
inline constexpr nanoseconds microsecond = 1'000;
inline constexpr nanoseconds millisecond = 1'000'000;
inline constexpr nanoseconds second = 1'000'000'000;

/// What a link does to one packet beyond what it does to all.
enum class fate : std::uint8_t { loss, late, twice };

/// A fate for the packet with a number: 0 is the first that enters the link.
struct fault {
  std::uint64_t number = 0;
  fate what = fate::loss;
  nanoseconds by = 0;  ///< late: so much later; twice: the copy so much later
};

/// A stretch of time in which the link loses everything.
struct blackout {
  nanoseconds from = 0;
  nanoseconds until = 0;
};

/// A link. The defaults lose, delay and mark nothing.
struct link_setting {
  std::int64_t rate = 100'000'000;  ///< bit/s
  nanoseconds delay = 10 * millisecond;
  std::int64_t queue = 1'000'000;  ///< octets; a packet that finds no room is dropped
  std::int64_t marks_above = -1;   ///< octets queued above which an ECN-capable packet is marked; negative: never
  std::uint32_t loss = 0;          ///< of a million packets
  nanoseconds jitter = 0;          ///< a packet is later by up to so much, in order
  nanoseconds gathers = 0;         ///< packets come out at multiples of this (radio, interrupts)
  std::vector<fault> faults{};     ///< in ascending order of number
  std::vector<blackout> blackouts{};
  nanoseconds changes_at = -1;  ///< from this moment on the rate and the delay are others; negative: never
  std::int64_t rate_then = 0;
  nanoseconds delay_then = 0;
  std::int64_t mtu = 0;          ///< octets of an IP packet: what is larger is dropped; 0: nothing is too large
  nanoseconds narrows_at = 0;    ///< from this moment on
  bool reports_too_big = false;  ///< the sender of what is dropped so hears of it, a delay later; or nobody does
  std::uint32_t seed = 1;        ///< of random loss and jitter
};

/// Carries packets.
class link {
 public:
  explicit link(const link_setting& given) : given_(given), state_(given.seed * 2'654'435'761u + 1) {}

  /// What becomes of a packet that enters now: when it arrives, if it does, and when a copy does.
  struct outcome {
    std::optional<nanoseconds> arrives{};
    std::optional<nanoseconds> again{};
    bool marked = false;
    bool lost = false;  ///< dropped, for whatever reason
    bool too_big = false;
    bool held_back = false;                 ///< it is late by itself
    std::optional<nanoseconds> reported{};  ///< when an ICMP message that says so arrives at its sender
  };
  outcome carry(std::size_t octets, bool may_mark, nanoseconds now) {
    const std::uint64_t number = number_++;
    outcome out;
    const bool changed = given_.changes_at >= 0 && now >= given_.changes_at;
    const std::int64_t rate = changed ? given_.rate_then : given_.rate;
    const nanoseconds waits = std::max<nanoseconds>(free_at_ - now, 0);
    const std::int64_t queued = static_cast<std::int64_t>(static_cast<double>(waits) * static_cast<double>(rate) / 8e9);
    const auto size = static_cast<std::int64_t>(octets);
    const fault* const special = fault_of(number);
    const bool dark = std::any_of(given_.blackouts.begin(), given_.blackouts.end(),
                                  [&](const blackout& b) { return b.from <= now && now < b.until; });
    out.lost = dark || draw(1'000'000) < given_.loss || (special != nullptr && special->what == fate::loss) ||
               (queued + size > given_.queue && queued > 0);
    if (out.lost) return out;
    if (given_.mtu != 0 && now >= given_.narrows_at && size > given_.mtu) {
      out.lost = out.too_big = true;
      // The narrow hop stands half way, before the queue.
      if (given_.reports_too_big) out.reported = now + (changed ? given_.delay_then : given_.delay);
      return out;
    }
    out.marked = may_mark && given_.marks_above >= 0 && queued > given_.marks_above;
    free_at_ = std::max(free_at_, now) + size * 8 * second / rate;
    nanoseconds due = free_at_ + (changed ? given_.delay_then : given_.delay);
    if (given_.jitter != 0) due += static_cast<nanoseconds>(draw(static_cast<std::uint64_t>(given_.jitter) + 1));
    if (special != nullptr && special->what == fate::late) {
      due += special->by;
      out.held_back = true;
    } else {
      due = latest_ = std::max(due, latest_);  // packets keep their order but for those that a fault makes late
    }
    if (given_.gathers != 0) due = (due + given_.gathers - 1) / given_.gathers * given_.gathers;
    out.arrives = due;
    if (special != nullptr && special->what == fate::twice) out.again = due + special->by;
    return out;
  }

 private:
  [[nodiscard]] const fault* fault_of(std::uint64_t number) const {
    const auto at = std::lower_bound(given_.faults.begin(), given_.faults.end(), number,
                                     [](const fault& f, std::uint64_t n) { return f.number < n; });
    return at != given_.faults.end() && at->number == number ? &*at : nullptr;
  }
  std::uint64_t draw(std::uint64_t below) {  // xorshift64
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_ % below;
  }

  link_setting given_;
  std::uint64_t state_;
  std::uint64_t number_ = 0;
  nanoseconds free_at_ = 0;
  nanoseconds latest_ = 0;
};

}  // namespace sequent::path
