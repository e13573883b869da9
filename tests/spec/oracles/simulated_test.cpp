// The oracles beside a small sender that follows the pseudo-code of RFC 8985 line by line and a receiver that follows
// RFC 2018 and 2883, over a network that loses, delays and reorders: they must find nothing wrong; and with one flaw
// each, they must.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "model/spec/oracles/rack.hpp"
#include "model/spec/oracles/sack_report.hpp"
#include "model/spec/oracles/scoreboard.hpp"

namespace sequent::spec {
namespace oracle_simulated_test {

constexpr position mss = 100;
constexpr position total = 150 * mss;
constexpr microseconds way = 10'000;

enum class flaw {
  none,
  hasty,              ///< the reordering window is always closed
  slow,               ///< waits another half round trip
  blind_to_repeats,   ///< never takes a retransmission for lost
  spurious_samples,   ///< measures round trips of retransmissions that cannot be
  no_timer,           ///< arms no reordering timer
  deaf_to_reports,    ///< does not widen the window on D-SACK
  oldest_first,       ///< receiver: the first block is not that of the latest segment
  silent_on_repeats,  ///< receiver: no D-SACK
};

struct answer {
  position ack = 0;
  std::vector<octet_range> blocks;
  std::optional<octet_range> report;
};

/// Holds what is out of order and answers every segment at once.
class receiver {
 public:
  explicit receiver(flaw f) : flaw_(f), oracle_({.first = 0}) {}

  answer arrived(position first, position last) {
    oracle_.arrived(first, last, total + 1000);
    answer out;
    const auto block = around(first);
    if (first < next_ || block) out.report = octet_range{first, last};
    if (!block && first >= next_) held_.push_back({first, last});
    held_ = joined(held_);
    if (!held_.empty() && held_[0].first <= next_) next_ = held_[0].last, held_.erase(held_.begin());
    out.ack = next_;
    const std::size_t room = out.report && flaw_ != flaw::silent_on_repeats ? 3 : 4;
    const auto mine = around(first);
    if (mine) out.blocks.push_back(*mine);
    for (const octet_range& r : held_) {
      if (out.blocks.size() < room && (!mine || r != *mine)) out.blocks.push_back(r);
    }
    if (flaw_ == flaw::oldest_first) std::reverse(out.blocks.begin(), out.blocks.end());
    if (flaw_ == flaw::silent_on_repeats) out.report.reset();
    std::vector<octet_range> wire = out.blocks;
    if (out.report) wire.insert(wire.begin(), *out.report);
    oracle_.acknowledged(out.ack, wire, 4);
    return out;
  }

  [[nodiscard]] const std::string& violation() const { return oracle_.violation(); }

 private:
  [[nodiscard]] std::optional<octet_range> around(position octet) const {
    for (const octet_range& r : held_) {
      if (r.first <= octet && octet < r.last) return r;
    }
    return std::nullopt;
  }

  flaw flaw_;
  position next_ = 0;
  octet_ranges held_;
  sack_report_oracle oracle_;
};

/// RFC 8985 section 6, over equal segments, with a fixed window.
class sender {
 public:
  explicit sender(flaw f) : flaw_(f), rack_oracle_({.smss = mss, .first = 0}), board_({.smss = mss, .first = 0}) {}

  [[nodiscard]] bool done() const { return una_ == total; }
  [[nodiscard]] std::string violation() const {
    return !rack_oracle_.violation().empty() ? rack_oracle_.violation() : board_.violation();
  }

  /// The next segment that may be sent now.
  std::optional<position> poll(microseconds now) {
    const auto in_flight =
        std::count_if(table_.begin(), table_.end(), [](const auto& s) { return !s.second.sacked && !s.second.lost; });
    if (in_flight >= 12) return std::nullopt;
    for (auto& [first, s] : table_) {
      if (!s.lost || s.sacked) continue;
      s.lost = false;
      s.retransmitted = true;
      return transmit(first, s, now);
    }
    if (nxt_ == total) return std::nullopt;
    nxt_ += mss;
    return transmit(nxt_ - mss, table_[nxt_ - mss], now);
  }

  void acknowledged(const answer& a, microseconds now) {
    std::vector<std::pair<position, segment>> fresh;
    for (auto& [first, s] : table_) {
      const bool sacked = std::any_of(a.blocks.begin(), a.blocks.end(),
                                      [&, at = first](const octet_range& b) { return b.first <= at && at < b.last; });
      if (s.sacked || (!sacked && first >= a.ack)) continue;
      s.sacked = true;
      fresh.emplace_back(first, s);
    }
    if (a.ack > una_) rto_at_ = now + 20 * way;
    una_ = std::max(una_, a.ack);
    std::erase_if(table_, [&](const auto& s) { return s.first < una_; });
    sample(fresh, now);
    update(fresh, now);
    const bool ends = recovering_ && una_ >= recovery_point_;
    if (ends) recovering_ = false;
    adapt(a.report.has_value(), ends);
    detect(now);
    std::vector<octet_range> wire = a.blocks;
    if (a.report) wire.insert(wire.begin(), *a.report);
    board_.acknowledged(a.ack, wire);
    rack_oracle_.acknowledged({.ack = a.ack,
                               .blocks = a.blocks,
                               .duplicate_reported = a.report.has_value(),
                               .echoed = std::nullopt,
                               .min_rtt = min_rtt_,
                               .srtt = srtt_,
                               .in_recovery = recovering_,
                               .ends_recovery = ends},
                              now);
    tell(now);
  }

  [[nodiscard]] std::optional<microseconds> deadline() const {
    if (table_.empty()) return std::nullopt;
    return timer_ ? std::min(*timer_, rto_at_) : rto_at_;
  }

  void expired(microseconds now) {
    if (timer_ && *timer_ <= now) {
      detect(now);
      rack_oracle_.timer_expired(now);
      rack_oracle_.recovery(recovering_);
    } else {
      rto_at_ = now + 20 * way;
      for (auto& [first, s] : table_) {
        if (!s.sacked && (first == una_ || s.sent_at + rtt_ + window() <= now)) s.lost = true;
      }
      recovering_ = true;
      recovery_point_ = nxt_;
      timer_.reset();
      rack_oracle_.timed_out(now);
      board_.timed_out(false);
    }
    tell(now);
  }

 private:
  struct segment {
    microseconds sent_at = 0;
    bool retransmitted = false;
    bool lost = false;
    bool sacked = false;
  };

  position transmit(position first, segment& s, microseconds now) {
    s.sent_at = now;
    rack_oracle_.sent(first, first + mss, now);
    board_.sent(first, first + mss);
    if (rto_at_ == 0) rto_at_ = now + 20 * way;
    return first;
  }

  void sample(const std::vector<std::pair<position, segment>>& fresh, microseconds now) {
    for (const auto& [first, s] : fresh) {
      if (s.retransmitted) continue;
      const microseconds r = now - s.sent_at;
      min_rtt_ = min_rtt_ == 0 ? r : std::min(min_rtt_, r);
      srtt_ = srtt_ == 0 ? r : (7 * srtt_ + r) / 8;
    }
  }

  void update(std::vector<std::pair<position, segment>> fresh, microseconds now) {
    const auto by_time = [](const auto& a, const auto& b) {
      return std::pair(a.second.sent_at, a.first) < std::pair(b.second.sent_at, b.first);
    };
    std::sort(fresh.begin(), fresh.end(), by_time);
    for (const auto& [first, s] : fresh) {
      const microseconds r = now - s.sent_at;
      if (s.retransmitted && r < min_rtt_ && flaw_ != flaw::spurious_samples) continue;
      rtt_ = r;
      newest_ = std::max(newest_, std::pair(s.sent_at, first + mss));
    }
    std::sort(fresh.begin(), fresh.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [first, s] : fresh) {
      if (first + mss > fack_) {
        fack_ = first + mss;
      } else if (first + mss < fack_ && !s.retransmitted) {
        reordering_seen_ = true;
      }
    }
  }

  void adapt(bool reported, bool ends) {
    if (round_ && una_ >= *round_) round_.reset();
    if (!round_ && reported) {
      round_ = nxt_;
      multiplier_ += flaw_ == flaw::deaf_to_reports ? 0 : 1;
      persist_ = 16;
    } else if (ends && --persist_ <= 0) {
      multiplier_ = 1;
    }
  }

  [[nodiscard]] microseconds window() const {
    if (flaw_ == flaw::hasty) return 0;
    const auto sacked = std::count_if(table_.begin(), table_.end(), [](const auto& s) { return s.second.sacked; });
    if (!reordering_seen_ && (recovering_ || sacked >= 3)) return 0;
    return std::min(multiplier_ * min_rtt_ / 4, srtt_) + (flaw_ == flaw::slow ? min_rtt_ / 2 : 0);
  }

  void detect(microseconds now) {
    timer_.reset();
    const microseconds wait = rtt_ + window();
    bool found = false;
    for (auto& [first, s] : table_) {
      if (s.sacked || s.lost || newest_ <= std::pair(s.sent_at, first + mss)) continue;
      if (s.retransmitted && flaw_ == flaw::blind_to_repeats) continue;
      if (s.sent_at + wait <= now) {
        s.lost = found = true;
      } else {
        timer_ = std::max(timer_.value_or(0), s.sent_at + wait);
      }
    }
    if (flaw_ == flaw::no_timer) timer_.reset();
    if (!found || recovering_) return;
    recovering_ = true;
    recovery_point_ = nxt_;
  }

  void tell(microseconds now) {
    octet_ranges lost, sacked;
    position flight = 0;
    for (const auto& [first, s] : table_) {
      if (s.sacked) sacked.push_back({first, first + mss});
      if (s.lost && !s.sacked) lost.push_back({first, first + mss});
      if (!s.lost && !s.sacked) flight += mss;
    }
    rack_oracle_.claims_lost(lost, now);
    rack_oracle_.claims_timer(timer_);
    rack_oracle_.claims_pipe(flight, now);
    board_.claims_sacked(sacked);
  }

  flaw flaw_;
  std::map<position, segment> table_;
  position una_ = 0;
  position nxt_ = 0;
  microseconds min_rtt_ = 0;
  microseconds srtt_ = 0;
  microseconds rtt_ = 0;
  std::pair<microseconds, position> newest_{-1, 0};
  position fack_ = 0;
  bool reordering_seen_ = false;
  bool recovering_ = false;
  position recovery_point_ = 0;
  std::optional<position> round_;
  int multiplier_ = 1;
  int persist_ = 0;
  std::optional<microseconds> timer_;
  microseconds rto_at_ = 0;
  rack_oracle rack_oracle_;
  scoreboard_oracle board_;
};

/// One transfer. Returns the first complaint; "stuck" if it does not end.
std::string transfer(flaw f, unsigned seed) {
  std::mt19937 random(seed);
  const auto below = [&](unsigned n) { return static_cast<microseconds>(random() % n); };
  const microseconds loss = below(20);
  const microseconds jitter = below(3) * way / 2;
  sender tx(f);
  receiver rx(f);
  std::multimap<microseconds, position> data;
  std::multimap<microseconds, answer> answers;
  microseconds now = 0;
  for (int steps = 0; steps < 20'000 && !tx.done(); ++steps) {
    while (const auto first = tx.poll(now)) {
      const microseconds late = jitter > 0 && below(5) == 0 ? below(static_cast<unsigned>(jitter)) : 0;
      if (below(100) >= loss) data.emplace(now + way + late, *first);
      if (below(200) == 0) break;  // the rest has to wait for the next event
    }
    std::optional<microseconds> next = tx.deadline();
    if (!data.empty() && (!next || data.begin()->first <= *next)) next = data.begin()->first;
    if (!answers.empty() && (!next || answers.begin()->first <= *next)) next = answers.begin()->first;
    if (!next) return "stuck";
    now = std::max(now, *next);
    if (!data.empty() && data.begin()->first <= now) {
      const position first = data.begin()->second;
      data.erase(data.begin());
      const answer a = rx.arrived(first, first + mss);
      if (below(100) >= loss / 2) answers.emplace(now + way, a);
    } else if (!answers.empty() && answers.begin()->first <= now) {
      const answer a = answers.begin()->second;
      answers.erase(answers.begin());
      tx.acknowledged(a, now);
    } else {
      tx.expired(now);
    }
    if (!tx.violation().empty()) return "sender: " + tx.violation();
    if (!rx.violation().empty()) return "receiver: " + rx.violation();
  }
  return tx.done() ? std::string() : "stuck";
}

TEST(SimulatedOracles, FindNothingWrongWithTheRfcsOwnAlgorithm) {
  for (unsigned seed = 1; seed <= 200; ++seed) ASSERT_EQ(transfer(flaw::none, seed), "") << "seed " << seed;
}

TEST(SimulatedOracles, FindEveryFlaw) {
  for (const flaw f : {flaw::hasty, flaw::slow, flaw::blind_to_repeats, flaw::spurious_samples, flaw::no_timer,
                       flaw::deaf_to_reports, flaw::oldest_first, flaw::silent_on_repeats}) {
    int found = 0;
    for (unsigned seed = 1; seed <= 20; ++seed) {
      const std::string wrong = transfer(f, seed);
      found += !wrong.empty() && wrong != "stuck" ? 1 : 0;
    }
    EXPECT_GT(found, 10) << "flaw " << static_cast<int>(f);
  }
}

}  // namespace oracle_simulated_test
}  // namespace sequent::spec
