// The receiving half of a connection beside a map from positions to octets: what it has accepted once never changes,
// also when later copies of the same octets differ.
// covers: reassembly
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sequent/transfer/receiver.hpp"
#include "tests/property/drawn.hpp"
#include "tests/property/tables/interval_subject.hpp"
#include "tests/refinement/bounded_storage.hpp"

namespace sequent::property {

/// What is broken on purpose.
enum class reassembly_fault {
  none,
  overwrites,      ///< a later copy of octets that are held takes their place
  reads_past_fin,  ///< a FIN that arrives ahead is forgotten
  tells_twice,     ///< a repetition is reported again with the next acknowledgment
};

/// Drives the core's seventh and eighth checks and the receiver behind them. Positions count from the first octet.
template <reassembly_fault Fault = reassembly_fault::none>
class reassembly_subject {
 public:
  static constexpr std::size_t most_ranges = 4;
  static constexpr std::size_t most_capacity = 256;

  /// A receiver with so many octets of storage (1 to most_capacity) whose first octet has this number.
  reassembly_subject(std::uint32_t first_number, std::size_t capacity)
      : zero_(first_number),
        capacity_(static_cast<std::int64_t>(capacity)),
        receiver_(refinement::bounded_storage<most_capacity>(capacity)) {
    tcb_.state = connection_state::established;
    tcb_.rcv.irs = zero_ - 1u;
    tcb_.rcv.nxt = zero_;
    tcb_.rcv.wnd = static_cast<u32>(capacity);
    tcb_.sack_permitted = true;
    receiver_.start();
  }

  /// Makes one step: {kind, where, length, content}. Returns what is wrong after it, or an empty string.
  std::string apply(const step& s) {
    switch (s[0] % 8) {
      case 6: return read(s[1] % 64);
      case 7: return offer();
      default: break;
    }
    const std::int64_t ahead = static_cast<std::int64_t>(s[1]) % (capacity_ + 48) - 24;
    return arrive(next_ + ahead, s[2] % 48, s[3], s[0] % 8 == 5);
  }

 private:
  std::string arrive(std::int64_t first, std::int64_t length, std::uint16_t content, bool fin) {
    std::vector<std::uint8_t> text(static_cast<std::size_t>(length));
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<std::uint8_t>(content + 31 * i);
    segment<u32> seg;
    seg.seq = zero_ + static_cast<u32>(first);
    seg.text_length = static_cast<u32>(length);
    if (fin) seg.control = seg.control.with(control_bits<u32>::fin_bit);
    if (closed_ || !acceptable(seg, tcb_.rcv)) return {};
    interval_of_model again = model_repetition(first, first + length);
    if (first < 0) again = {};  // what lies before the stream is no part of it
    model_arrival(first, text, fin);

    if constexpr (Fault == reassembly_fault::overwrites) {
      if (first > next_) receiver_.end_stream_at(tcb_.rcv.nxt, seg.seq);
    }
    if constexpr (Fault == reassembly_fault::reads_past_fin) tcb_.rcv.fin.reset();
    actions<u32> out;
    receive_text(tcb_, seg, out);
    if (out.text != text_placement::none) {
      static_cast<void>(receiver_.accept(tcb_, out, text));
    } else if (out.raised.has(signal::peer_closed)) {
      receiver_.end_stream_at(tcb_.rcv.nxt, tcb_.rcv.nxt);
    } else if (tcb_.rcv.fin) {
      receiver_.end_stream_at(tcb_.rcv.nxt, *tcb_.rcv.fin);
    }
    if (out.text == text_placement::none) {
      receiver_.note_refused(tcb_, seg);
      if (tcb_.rcv.nxt - seg.seq > static_cast<u32>(capacity_)) again = {};  // nobody vouches for what is so old
    }
    const std::string after =
        "arrival at " + std::to_string(first) + " of " + std::to_string(length) + (fin ? " with FIN" : "");
    if (std::string wrong = compare(after); !wrong.empty()) return wrong;
    return check_report(after, again, length != 0 && ahead_.contains(first) ? first : next_);
  }

  // The same on the map: first come, first kept; inside the window; before a FIN; and nothing that would be a run too
  // many.
  void model_arrival(std::int64_t first, const std::vector<std::uint8_t>& text, bool fin) {
    const std::map<std::int64_t, std::uint8_t> before = ahead_;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const std::int64_t at = first + static_cast<std::int64_t>(i);
      if (at < next_ || at >= next_ + window_ || (fin_ && at >= *fin_)) continue;
      ahead_.try_emplace(at, text[i]);
    }
    const std::int64_t end = first + static_cast<std::int64_t>(text.size());
    if (fin && end >= next_ && end < next_ + window_ && (!fin_ || end < *fin_)) fin_ = end;
    if (fin_) ahead_.erase(ahead_.lower_bound(*fin_), ahead_.end());
    while (ahead_.contains(next_)) {
      unread_.push_back(ahead_.at(next_));
      ahead_.erase(next_);
      ++next_;
      --window_;
    }
    closed_ = fin_ == next_;
    std::set<std::int64_t> positions;
    for (const auto& [at, octet] : ahead_) positions.insert(at);
    const auto runs = runs_of(positions);
    if (runs.size() > most_ranges) ahead_ = before;
  }

  using interval_of_model = std::pair<std::int64_t, std::int64_t>;

  // The first run of a segment's octets that had been accepted before and that lie where text may be taken now.
  [[nodiscard]] interval_of_model model_repetition(std::int64_t first, std::int64_t last) const {
    const std::int64_t limit = std::min(last, fin_ ? std::min(*fin_, next_ + window_) : next_ + window_);
    const auto known = [&](std::int64_t at) { return at < next_ || ahead_.contains(at); };
    std::int64_t from = first;
    while (from < limit && !known(from)) ++from;
    std::int64_t to = from;
    while (to < limit && known(to)) ++to;
    return {from, to};
  }

  // The blocks of the next acknowledgment: what came again, the run around it; then whole runs, the latest first, none
  // twice and as many as there is room for.
  std::string check_report(const std::string& after, const interval_of_model& again, std::int64_t latest) {
    std::set<std::int64_t> positions;
    for (const auto& [at, octet] : ahead_) positions.insert(at);
    auto runs = runs_of(positions);
    const auto report = receiver_.sack(tcb_.rcv.nxt);
    if (receiver_.report_blocks(tcb_.rcv.nxt) != report.count) return after + ": another number of blocks is announced";
    std::vector<interval_of_model> blocks;
    for (const sack_block<u32>& b : report.view()) {
      const std::int64_t left = next_ + static_cast<std::int32_t>(b.left - (zero_ + static_cast<u32>(next_)));
      blocks.emplace_back(left, left + (b.right - b.left));
    }
    std::size_t at = 0;
    const bool refused = again.first >= next_ && !ahead_.contains(again.first);
    if (again.first != again.second && !refused) {
      if (blocks.empty() || blocks[at++] != again) return after + ": what came again is not reported";
      // The run around it comes next.
      if (again.first >= next_ &&
          (blocks.size() < 2 || !(blocks[1].first <= again.first && again.second <= blocks[1].second))) {
        return after + ": the run around what came again is not the second block";
      }
    }
    const std::size_t told = blocks.size() - at;
    if (told != std::min(runs.size(), sack_blocks<u32>::most - at))
      return after + ": another number of runs is reported";
    for (; at != blocks.size(); ++at) {
      const auto run = std::find(runs.begin(), runs.end(), blocks[at]);
      if (run == runs.end()) return after + ": a block is no run, or is told twice";
      runs.erase(run);
    }
    const bool latest_first = latest == next_ || told == 0 || again.first != again.second ||
                              (blocks[0].first <= latest && latest < blocks[0].second);
    if (!latest_first) return after + ": the latest arrival is not in the first block";
    if (Fault != reassembly_fault::tells_twice) receiver_.reported();
    return {};
  }

  std::string read(std::size_t most) {
    std::vector<std::uint8_t> got(most);
    got.resize(receiver_.read(got));
    const std::size_t expected = std::min(most, unread_.size());
    const bool same = got.size() == expected && std::equal(got.begin(), got.end(), unread_.begin());
    unread_.erase(unread_.begin(), unread_.begin() + static_cast<std::ptrdiff_t>(expected));
    if (!same) return "read gives other octets than were accepted";
    return compare("read");
  }

  // The window opens as far as there is room.
  std::string offer() {
    if (closed_) return {};
    const std::int64_t room = capacity_ - static_cast<std::int64_t>(unread_.size());
    if (receiver_.room() != static_cast<u32>(room)) return "room is wrong";
    window_ = std::max(window_, room);
    tcb_.rcv.wnd = static_cast<u32>(window_);
    return {};
  }

  [[nodiscard]] std::string compare(const std::string& after) const {
    const std::int64_t nxt = next_ + (closed_ ? 1 : 0);
    if (tcb_.rcv.nxt - zero_ != static_cast<u32>(nxt)) {
      return after + ": RCV.NXT is at " + std::to_string(tcb_.rcv.nxt - zero_) + ", not " + std::to_string(nxt);
    }
    if (receiver_.unread() != unread_.size()) return after + ": another number of octets can be read";
    std::map<std::int64_t, std::uint8_t> held;
    std::uint8_t octet = 0;
    for (const interval& range : receiver_.held().view()) {
      for (u32 i = range.first - zero_; i < range.last - zero_; ++i) {
        receiver_.peek(unread_.size() + (i - static_cast<u32>(next_)), std::span(&octet, 1));
        held.emplace(i, octet);
      }
    }
    if (held != ahead_) return after + ": the octets held out of order differ" + difference(held);
    for (std::size_t i = 0; i < unread_.size(); ++i) {
      receiver_.peek(i, std::span(&octet, 1));
      if (octet != unread_[i]) return after + ": accepted octet " + std::to_string(i) + " has changed";
    }
    return {};
  }

  [[nodiscard]] std::string difference(const std::map<std::int64_t, std::uint8_t>& held) const {
    for (const auto& [at, octet] : held) {
      const auto kept = ahead_.find(at);
      if (kept == ahead_.end()) return ": " + std::to_string(at) + " is held";
      if (kept->second != octet) return ": " + std::to_string(at) + " has changed";
    }
    return ": one is missing";
  }

  sequence_number<u32> zero_;
  std::int64_t capacity_;
  control_block<u32> tcb_{};
  receiver<refinement::bounded_storage<most_capacity>, most_ranges> receiver_;
  std::int64_t next_ = 0;                         // RCV.NXT
  std::int64_t window_ = capacity_;               // RCV.WND
  std::optional<std::int64_t> fin_{};             // where the stream ends, once that is known
  bool closed_ = false;                           // the FIN was reached
  std::map<std::int64_t, std::uint8_t> ahead_{};  // octets beyond next_
  std::vector<std::uint8_t> unread_{};
};

}  // namespace sequent::property
