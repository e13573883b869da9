// The scoreboard beside one mark an octet: both are told the same, and must say the same, as far as a board of so few
// runs can.
// covers: rfc6675#3 rfc6675#4
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "model/spec/oracles/scoreboard.hpp"
#include "sequent/recovery/scoreboard.hpp"
#include "tests/property/drawn.hpp"

namespace sequent::property {

/// Drives a board (the real one or a broken one). Positions count from the first octet and never wrap. Whatever it has
/// no room for it may forget; never may it count wrong, or believe what it was not told.
template <class Board>
class scoreboard_subject {
 public:
  explicit scoreboard_subject(u32 origin)
      : origin_(origin), reported_(spec::scoreboard_parameters{.smss = 1, .first = 0}) {
    board_.start(wire(0));
  }

  /// Makes one step; returns what is wrong after it, or an empty string.
  std::string apply(const step& s) {
    clock_ += s[3] % 4u;
    switch (s[0] % 10) {
      case 0:
      case 1: send(1 + s[1] % 40, s[2] % 2 == 1); break;
      case 2: acknowledge(s[1]); break;
      case 3:
      case 4:
      case 5: sack(s[1], s[2]); break;
      case 6: send_again(s[1], s[2]); break;
      case 7: lose(s[1]); break;
      case 8: lose_head(1 + s[1] % 40); break;
      default: forget(s[1] % 8);
    }
    return wrong_.empty() ? compare() : wrong_;
  }

 private:
  static constexpr std::int64_t most_outstanding = 1'000;

  [[nodiscard]] sequence_number<u32> wire(std::int64_t x) const {
    return sequence_number<u32>(origin_ + static_cast<u32>(x));
  }
  [[nodiscard]] std::int64_t una() const { return reported_.high_ack(); }
  [[nodiscard]] std::int64_t nxt() const { return reported_.high_data(); }
  [[nodiscard]] std::int64_t position_of(sequence_number<u32> x) const { return una() + (x - wire(una())); }

  void send(std::int64_t octets, bool joins) {
    if (nxt() - una() + octets > most_outstanding) return;
    reported_.sent(nxt(), nxt() + octets);
    lost_.extend(nxt());
    board_.sent(wire(nxt()), clock_, joins);
    // With no room for another run the last one takes new octets in, whatever it was.
    full_ = full_ || board_.view().size() == Board::most;
    if (full_) follow_board();
  }

  // What the board delivers has not been reported before, and lies where it must.
  void hear(const delivered_run& run, std::int64_t from, std::int64_t until) {
    const std::int64_t first = position_of(run.first);
    const std::int64_t last = position_of(run.last);
    if (first < std::max(heard_, from) || last <= first || last > until) wrong_ = "octets are delivered out of order";
    for (std::int64_t x = first; x < last; ++x) {
      if (reported_.is_sacked(x) && !full_) wrong_ = "octets are delivered twice";
    }
    heard_ = last;
    delivered_ += last - first;
  }

  void acknowledge(std::uint16_t how_far) {
    if (una() == nxt()) return;
    const std::int64_t until = una() + 1 + how_far % (nxt() - una());
    std::int64_t expected = 0;
    for (std::int64_t x = una(); x < until; ++x) expected += reported_.is_sacked(x) ? 0 : 1;
    heard_ = delivered_ = 0;
    board_.acknowledge(wire(until), [&](const delivered_run& run) { hear(run, una(), until); });
    if (delivered_ != expected && !full_) wrong_ = "not everything that arrives is delivered";
    (void)reported_.acknowledged(until);
    lost_.drop_below(until);
  }

  void sack(std::uint16_t where, std::uint16_t length) {
    if (nxt() - una() < 2) return;
    const std::int64_t left = una() + 1 + where % (nxt() - una() - 1);
    const std::int64_t right = std::min<std::int64_t>(nxt(), left + 1 + length % 64);
    heard_ = delivered_ = 0;
    full_ = full_ || board_.view().size() + 2 > Board::most;
    board_.sack(wire(left), wire(right), [&](const delivered_run& run) { hear(run, left, right); });
    const auto told = reported_.acknowledged(una(), {{left, right}});
    if (delivered_ != told.newly_sacked && !full_) wrong_ = "not everything that is reported is delivered";
    lost_.clear({left, right}, mark);
    if (full_) follow_board();
  }

  void send_again(std::uint16_t where, std::uint16_t length) {
    if (una() == nxt()) return;
    const auto lost = board_.first_lost();
    std::int64_t first = una() + where % (nxt() - una());
    std::int64_t last = std::min<std::int64_t>(nxt(), first + 1 + length % 64);
    if (lost) {
      first = position_of(lost->first);
      last = std::min(position_of(lost->last), first + 1 + length % 64);
    } else if (spec::holds_any(reported_.sacked_ranges(), {first, last})) {
      return;
    }
    full_ = full_ || board_.view().size() + 2 > Board::most;
    board_.sent_again(wire(first), wire(last), clock_);
    reported_.sent(first, last, spec::repeat_reason::timeout);
    lost_.clear({first, last}, mark);
    if (full_) follow_board();
  }

  // Runs whose number has some bits are taken for lost.
  void lose(std::uint16_t bits) {
    std::size_t index = 0;
    std::vector<spec::octet_range> gone;
    const bool any = board_.mark_lost([&](const sent_run& run, sequence_number<u32> last) {
      if (run.fate != run_fate::in_flight) wrong_ = "what is not in flight may be lost";
      if (((bits >> (index++ % 16)) & 1) == 0) return false;
      gone.push_back({position_of(run.first), position_of(last)});
      return true;
    });
    if (any == gone.empty()) wrong_ = "it is not said whether anything was lost";
    for (const auto& range : gone) lost_.set(range, mark);
  }

  void lose_head(std::int64_t octets) {
    if (una() == nxt() || board_.view().front().fate != run_fate::in_flight) return;
    const std::int64_t end = position_of(board_.last_of(0));
    const bool fits = board_.view().size() + 2 <= Board::most;
    board_.mark_head_lost(static_cast<u32>(octets));
    full_ = full_ || !fits;
    lost_.set({una(), std::min(end, una() + octets)}, mark);
    if (full_) follow_board();
  }

  void forget(int what) {
    if (what == 0) {
      board_.forget_sacks();
      reported_.timed_out(true);
    } else if (what == 1) {
      board_.forget_losses();
      lost_.clear({una(), nxt()}, mark);
    } else if (what == 2) {
      board_.rebase(clock_);
      clock_ = 0;
    }
  }

  // A board that was full may have forgotten reports, and given more or less up than it was told to: from there only
  // that it believes in no report that there was not, and that its counts are those of its runs.
  void follow_board() {
    lost_.clear({una(), nxt()}, mark);
    for (std::size_t i = 0; i != board_.view().size(); ++i) {
      if (board_.view()[i].fate != run_fate::lost) continue;
      lost_.set({position_of(board_.view()[i].first), position_of(board_.last_of(i))}, mark);
    }
  }

  std::string compare() {
    const auto runs = board_.view();
    if (runs.size() > Board::most) return "there are more runs than there may be";
    if (runs.empty() != (una() == nxt())) return "something else is outstanding";
    if (!(board_.end() == wire(nxt()))) return "the end is elsewhere";
    spec::octet_ranges sacked;
    spec::octet_ranges lost;
    std::int64_t at = una();
    for (std::size_t i = 0; i != runs.size(); ++i) {
      const std::int64_t last = position_of(board_.last_of(i));
      if (position_of(runs[i].first) != at || last <= at) return "the runs are not what is outstanding";
      if (runs[i].fate == run_fate::sacked) sacked.push_back({at, last});
      if (runs[i].fate == run_fate::lost) lost.push_back({at, last});
      at = last;
    }
    if (at != nxt()) return "the runs do not end with what was sent";
    reported_.claims_sacked(sacked, full_);
    if (!reported_.violation().empty()) return reported_.violation();
    if (spec::count(spec::joined(sacked)) != board_.sacked()) return "what is reported is counted wrong";
    if (spec::count(spec::joined(lost)) != board_.lost()) return "what is lost is counted wrong";
    if (spec::joined(lost) != lost_.with(mark)) return "something else is lost than was said";
    const std::int64_t pipe = nxt() - una() - spec::count(spec::joined(sacked)) - spec::count(spec::joined(lost));
    if (board_.pipe() != pipe) return "the pipe is " + std::to_string(board_.pipe()) + ", not " + std::to_string(pipe);
    return first_lost(lost);
  }

  std::string first_lost(const spec::octet_ranges& lost) const {
    const auto first = board_.first_lost();
    if (first.has_value() == lost.empty()) return "it is wrong whether anything is to be sent again";
    if (!first) return {};
    const spec::octet_range range = spec::joined(lost).front();
    const bool right = position_of(first->first) == range.first && position_of(first->last) == range.last;
    return right ? std::string() : "something else than the first lost octets is to be sent again";
  }

  static constexpr std::uint8_t mark = 1;

  u32 origin_;
  Board board_{};
  spec::scoreboard_oracle reported_;  // nothing is lost to it: it holds the reports alone
  spec::octet_marks lost_{};
  u32 clock_ = 0;
  bool full_ = false;  // the board has been full at some time
  std::int64_t heard_ = 0;
  std::int64_t delivered_ = 0;
  std::string wrong_;
};

/// Does not count what an acknowledgment takes out of a report.
template <std::size_t Most>
struct forgetful_board : scoreboard<Most> {
  template <class Delivered>
  void acknowledge(sequence_number<u32> una, Delivered delivered) noexcept {
    gone_ += scoreboard<Most>::sacked();
    scoreboard<Most>::acknowledge(una, delivered);
    gone_ -= scoreboard<Most>::sacked();
  }
  [[nodiscard]] u32 sacked() const noexcept { return scoreboard<Most>::sacked() + gone_; }
  [[nodiscard]] u32 pipe() const noexcept { return scoreboard<Most>::pipe() - gone_; }

 private:
  u32 gone_ = 0;
};

/// Takes a block for one octet longer than it is.
template <std::size_t Most>
struct generous_board : scoreboard<Most> {
  template <class Delivered>
  void sack(sequence_number<u32> left, sequence_number<u32> right, Delivered delivered) noexcept {
    scoreboard<Most>::sack(left, right == this->end() ? right : right + 1u, delivered);
  }
};

/// Takes what it sends again for lost still.
template <std::size_t Most>
struct anxious_board : scoreboard<Most> {
  void sent_again(sequence_number<u32> first, sequence_number<u32> last, u32 now) noexcept {
    if (last - first > 1) scoreboard<Most>::sent_again(first, last - 1u, now);
  }
};

}  // namespace sequent::property
