// What a connection says of itself (connection::statistics()) is what crossed the wire.
#include <optional>
#include <string>

#include "tests/property/connection/stream_world.hpp"

namespace sequent::property {
namespace statistics_properties {

template <class Statistics>
struct counting_policy : roomy_policy {
  using statistics = Statistics;
};
template <class Statistics>
using counting_end = refinement::lockstep<counting_policy<Statistics>, longest_header + ordinary_size.most_mss>;

/// Counts beside Base.
template <class Base>
class counters_watched : public Base {
 public:
  using packet = typename Base::packet;
  using Base::Base;

  void arrives(const packet& p) {
    Base::arrives(p);
    const auto parsed = parse_segment(p.octets(), pseudo_header{});
    const control_block<u32>& tcb = Base::tcp().tcb();
    if (!parsed || !Base::ack_taken() || tcb.state == connection_state::closed) return;
    if (tcb.sack_permitted && reports_again(parsed->header)) ++counted_.needless;
  }

  std::optional<packet> poll() {
    auto sent = Base::poll();
    if (!sent) {
      judge();
      return sent;
    }
    const auto parsed = parse_segment(sent->octets(), pseudo_header{});
    if (!parsed || parsed->header.control.syn() || parsed->header.control.rst()) return sent;
    const segment<u32>& seg = parsed->header;
    if (seg.text_length == 0 && !seg.control.fin()) {
      ++counted_.acks_sent;
      return sent;
    }
    const sequence_number<u32> last = seg.seq + (seg.text_length + (seg.control.fin() ? 1u : 0u));
    const bool again = until_ && before(seg.seq, *until_);
    ++counted_.segments_sent;
    counted_.octets_sent += seg.text_length;
    if (again) {
      ++counted_.segments_again;
      counted_.octets_again += seg.text_length;
    }
    if (!until_ || before(*until_, last)) until_ = last;
    return sent;
  }

  std::size_t read(std::span<std::uint8_t> room) {
    const std::size_t n = Base::read(room);
    read_ += n;
    return n;
  }

  [[nodiscard]] std::string violation() const { return wrong_.empty() ? Base::violation() : wrong_; }

 private:
  void judge() {
    const connection_statistics said = Base::tcp().statistics();
    const connection_counters& told = said.counters;
    same(told.segments_sent, counted_.segments_sent, "segments sent");
    same(told.octets_sent, counted_.octets_sent, "octets sent");
    same(told.segments_again, counted_.segments_again, "segments sent again");
    same(told.octets_again, counted_.octets_again, "octets sent again");
    same(told.acks_sent, counted_.acks_sent, "acknowledgments sent");
    const control_block<u32>& tcb = Base::tcp().tcb();
    if (tcb.state < connection_state::established) return;
    same(told.octets_received, read_ + Base::tcp().readable(), "octets received");
    same(told.needless, counted_.needless, "reports of duplicates");
    same(told.octets_delivered, tcb.snd.una - tcb.snd.iss, "octets delivered");
    same(said.in_flight, tcb.snd.nxt - tcb.snd.una, "octets in flight");
    if (said.sacked + said.lost > said.in_flight) wrong_ = "more is reported and lost than is in flight";
  }
  // RFC 2883 section 4, by distances from what the segment acknowledges.
  static bool reports_again(const segment<u32>& seg) {
    const auto blocks = seg.options.sack.view();
    if (blocks.empty()) return false;
    const auto distance = [&](sequence_number<u32> x) { return static_cast<std::int32_t>(x - seg.ack); };
    const std::int32_t left = distance(blocks[0].left);
    const std::int32_t right = distance(blocks[0].right);
    if (right <= 0) return true;
    return blocks.size() > 1 && distance(blocks[1].left) <= left && right <= distance(blocks[1].right);
  }
  void same(std::uint64_t told, std::uint64_t seen, const char* what) {
    if (told == seen || !wrong_.empty()) return;
    wrong_ = std::to_string(told) + " " + what + " are told of, " + std::to_string(seen) + " were seen";
  }

  connection_counters counted_{};
  std::optional<sequence_number<u32>> until_{};
  std::uint64_t read_ = 0;
  std::string wrong_;
};

/// Takes what is sent again for new.
struct forgets_again : counted_statistics {
  constexpr void sent(u32 text, bool) noexcept { counted_statistics::sent(text, false); }
};
/// Counts a segment that fills a hole without what was held behind it.
struct forgets_held : counted_statistics {
  constexpr void took(bool in_order, u32 octets) noexcept {
    counted_statistics::took(in_order, octets > 548 ? 548 : octets);
  }
};

const registered counters{claim{
    // covers: statistics
    .id = "stream-statistics",
    .says =
        "On every run a connection that counts tells of as many segments and octets, sent, sent again, received and "
        "delivered, as crossed the wire",
    .bounds = "the runs of the property stream",
    .head = setting_numbers,
    .steps = 120,
    .cases = 1'000,
    .run = stream_check<counters_watched<counting_end<counted_statistics>>>(ordinary_size),
    .controls = {{"what is sent again is counted as new",
                  stream_check<counters_watched<counting_end<forgets_again>>>(ordinary_size)},
                 {"what was held behind a hole is not counted",
                  stream_check<counters_watched<counting_end<forgets_held>>>(ordinary_size)}},
}};

}  // namespace statistics_properties
}  // namespace sequent::property
