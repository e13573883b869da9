// The model checker: breadth-first search over all moves of a world, level by level, on several threads.
//
// It stores 128-bit fingerprints of the states seen, whole worlds only for the level that is being expanded and the
// next one. Every figure it reports, and the counterexample, is the same whatever the number and timing of threads.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "model/check/liveness.hpp"
#include "model/check/properties.hpp"
#include "model/check/visited.hpp"
#include "model/world/move.hpp"

namespace sequent::model {

/// How far a search has come.
struct exploration_progress {
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint32_t depth = 0;     ///< of the level that is being expanded
  std::uint64_t frontier = 0;  ///< states in that level
  std::uint64_t expanded = 0;  ///< of them done
  double seconds = 0;
  double states_per_second = 0;  ///< over the whole search
  std::size_t octets = 0;        ///< memory, as counted against the limit
};

/// How to search.
struct exploration_options {
  unsigned threads = 2;
  std::size_t most_octets = std::size_t{4} << 30;  ///< memory limit; see exploration::stopped
  std::uint64_t most_states = 4'000'000'000;       ///< limit on distinct states
  std::size_t world_octets = 0;  ///< memory of one world with what it allocates; 0: its size without that
  bool liveness = true;          ///< check that both ends can still finish (needs the whole space and its edges)
  std::function<void(const exploration_progress&)> report;  ///< called now and then on the calling thread
  double report_seconds = 1.0;
};

/// The verdict of a search.
enum class exploration_verdict : std::uint8_t {
  holds,       ///< the whole space was seen and everything holds in it
  violated,    ///< see why and counterexample
  incomplete,  ///< stopped before the end: nothing wrong was seen, but nothing is claimed; see stopped
};

/// What a search found.
struct exploration {
  exploration_verdict verdict = exploration_verdict::incomplete;
  std::string why;                            ///< violated: what is wrong
  std::vector<std::uint16_t> counterexample;  ///< violated: a shortest list of choices that shows it
  std::string stopped;                        ///< incomplete: what stopped it
  std::uint64_t states = 0;                   ///< distinct states
  std::uint64_t transitions = 0;              ///< moves made
  std::uint32_t depth = 0;                    ///< longest of the shortest ways from the start
  std::uint64_t widest_level = 0;
  std::uint64_t finished = 0;     ///< states in which both ends are done
  std::uint64_t bounded_out = 0;  ///< states where only the bound on timers stops the clock
  std::uint64_t undecided = 0;    ///< states that reach such a state and no finished one
  std::uint64_t overflows = 0;    ///< moves with a segment lost for lack of room in flight: a bound on coverage
  std::array<std::uint64_t, move_kinds> by_kind{};  ///< transitions of each kind of move
  double seconds = 0;
  std::size_t octets = 0;  ///< most memory held, as counted
};

/// A search over all runs of a world.
template <class World>
class explorer {
 public:
  /// stop: set it from a signal handler or another thread to end the search early.
  explorer(exploration_options options, const std::atomic<bool>& stop)
      : options_(std::move(options)), stop_(stop), started_(std::chrono::steady_clock::now()) {
    options_.threads = std::max(1u, options_.threads);
    if (options_.world_octets == 0) options_.world_octets = sizeof(World) + 32;
  }

  /// Searches from `start`. Call it once.
  [[nodiscard]] exploration run(const World& start) {
    std::string wrong = judge(start);
    seen_.add(start.state_digest(), no_state, 0);
    frontier_.push_back(std::make_unique<World>(start));
    note_state(0, start);
    if (!wrong.empty()) return end_violated(std::move(wrong), 0, {});
    while (!frontier_.empty()) {
      result_.widest_level = std::max<std::uint64_t>(result_.widest_level, frontier_.size());
      expand_level();
      if (!violations_empty()) return end_at_first_violation();
      if (abandoned_.load()) return end_incomplete();
      gather_level();
      if (!frontier_.empty()) ++result_.depth;
    }
    return end_complete();
  }

 private:
  /// What one thread works with and what it found in the level.
  struct alignas(128) worker {
    std::vector<move> moves;
    std::vector<edge> known;                                                       // to states of earlier levels
    std::vector<std::pair<state_index, typename new_states<World>::place>> fresh;  // to states of the next level
    std::unique_ptr<World> scratch;
    std::array<std::uint64_t, move_kinds> by_kind{};
    std::uint64_t overflows = 0;
    std::uint64_t added = 0;           // new states not yet counted in added_
    std::uint64_t tried = 0;           // moves not yet counted in transitions_
    std::uint64_t deadlock = no_way;   // the lowest state in the level without a way on
    std::uint64_t violation = no_way;  // the lowest parent << 16 | choice that leads to something wrong
    std::string why;
  };

  static constexpr std::uint64_t no_way = ~std::uint64_t{0};
  static constexpr std::size_t batch = 16;

  void expand_level() {
    next_.store(0);
    first_ = static_cast<state_index>(seen_.size() - frontier_.size());
    workers_.resize(options_.threads);
    const std::size_t helpers = frontier_.size() < 8 * batch ? 0 : options_.threads - 1;
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i <= helpers; ++i) threads.emplace_back([this, i] { work(workers_[i], false); });
    work(workers_[0], true);
    for (std::thread& t : threads) t.join();
  }

  void work(worker& me, bool reports) {
    while (!abandoned_.load(std::memory_order_relaxed)) {
      const std::size_t begin = next_.fetch_add(batch);
      if (begin >= frontier_.size()) return;
      const std::size_t end = std::min(begin + batch, frontier_.size());
      for (std::size_t i = begin; i < end; ++i) expand(me, i);
      expanded_.fetch_add(end - begin, std::memory_order_relaxed);
      added_.fetch_add(std::exchange(me.added, 0), std::memory_order_relaxed);
      transitions_.fetch_add(std::exchange(me.tried, 0), std::memory_order_relaxed);
      if (stop_.load(std::memory_order_relaxed)) abandon("interrupted");
      if (octets_now() > options_.most_octets) abandon("memory limit");
      if (seen_.size() + added_.load(std::memory_order_relaxed) > options_.most_states) abandon("limit on states");
      if (reports) report(false);
    }
  }

  void expand(worker& me, std::size_t position) {
    const World& from = *frontier_[position];
    const auto parent = static_cast<state_index>(first_ + position);
    from.moves(me.moves);
    const bool nothing_benign = me.moves.empty() || me.moves.front().kind > move_kind::time;
    if (nothing_benign && !from.finished() && !from.at_horizon())
      me.deadlock = std::min<std::uint64_t>(me.deadlock, parent);
    for (std::size_t choice = 0; choice < me.moves.size(); ++choice) {
      if (me.scratch) {
        *me.scratch = from;
      } else {
        me.scratch = std::make_unique<World>(from);
      }
      try_move(me, parent, static_cast<std::uint16_t>(choice));
    }
    me.tried += me.moves.size();
    frontier_[position].reset();
  }

  void try_move(worker& me, state_index parent, std::uint16_t choice) {
    const move& m = me.moves[choice];
    World& w = *me.scratch;
    w.apply(m);
    ++me.by_kind[static_cast<std::size_t>(m.kind)];
    if (w.overflowed()) ++me.overflows;
    if (std::string wrong = judge(w); !wrong.empty()) {
      const std::uint64_t way = std::uint64_t{parent} << 16 | choice;
      if (way < me.violation) {
        me.violation = way;
        me.why = std::move(wrong);
      }
      return;
    }
    const bool wanted = options_.liveness && m.kind <= move_kind::time;
    const digest hash = w.state_digest();
    if (const auto known = seen_.find(hash)) {
      if (wanted && *known != parent) me.known.push_back({parent, *known});
      return;
    }
    const auto placed = level_.add(hash, parent, choice, w);
    if (placed.added) ++me.added;
    if (wanted) me.fresh.push_back({parent, placed.where});
  }

  /// Numbers the new states, makes them the frontier and turns the edges to them into numbers.
  void gather_level() {
    std::vector<std::unique_ptr<World>> next;
    const auto order = level_.in_order();
    next.reserve(order.size());
    for (const auto& where : order) {
      auto& entry = level_[where];
      entry.index = seen_.add(entry.hash, static_cast<state_index>(entry.way >> 16),
                              static_cast<std::uint16_t>(entry.way & 0xFFFF));
      note_state(entry.index, *entry.content);
      next.push_back(std::move(entry.content));
    }
    for (worker& w : workers_) {
      for (const auto& [from, where] : w.fresh) w.known.push_back({from, level_[where].index});
      w.fresh.clear();
      edge_octets_ += w.known.size() * sizeof(edge);
      if (!w.known.empty()) edges_.push_back(std::vector<edge>(w.known));
      w.known.clear();
    }
    level_.clear();
    frontier_ = std::move(next);
    expanded_.store(0);
    added_.store(0);
  }

  void note_state(state_index index, const World& w) {
    if (w.finished()) {
      finished_.push_back(index);
    } else if (w.at_horizon()) {
      bounded_.push_back(index);
    }
  }

  [[nodiscard]] bool violations_empty() const {
    return std::all_of(workers_.begin(), workers_.end(),
                       [](const worker& w) { return w.deadlock == no_way && w.violation == no_way; });
  }

  /// Of all that is wrong in the level: a deadlock is one move shorter, then the lowest way counts.
  exploration end_at_first_violation() {
    std::uint64_t deadlock = no_way;
    const worker* first = &workers_.front();
    for (const worker& w : workers_) {
      deadlock = std::min(deadlock, w.deadlock);
      if (w.violation < first->violation) first = &w;
    }
    if (deadlock != no_way) {
      return end_violated("deadlock: nothing can happen and the ends are not done", static_cast<state_index>(deadlock),
                          {});
    }
    return end_violated(first->why, static_cast<state_index>(first->violation >> 16),
                        {static_cast<std::uint16_t>(first->violation & 0xFFFF)});
  }

  exploration end_violated(std::string why, state_index from, const std::vector<std::uint16_t>& rest) {
    result_.verdict = exploration_verdict::violated;
    result_.why = std::move(why);
    result_.counterexample = seen_.path_to(from);
    result_.counterexample.insert(result_.counterexample.end(), rest.begin(), rest.end());
    return end();
  }

  exploration end_incomplete() {
    result_.verdict = exploration_verdict::incomplete;
    result_.stopped = reason_;
    return end();
  }

  exploration end_complete() {
    if (options_.liveness) {
      note_memory(liveness_octets());
      if (liveness_octets() > options_.most_octets) {
        reason_ = "memory limit, before the check that both ends can still finish";
        return end_incomplete();
      }
      const liveness_result live = check_liveness(seen_.size(), edges_, finished_, bounded_);
      result_.undecided = live.undecided;
      if (live.witness) {
        return end_violated("the two ends can never finish from here (" + std::to_string(live.stuck) + " such states)",
                            *live.witness, {});
      }
    }
    result_.verdict = exploration_verdict::holds;
    return end();
  }

  exploration end() {
    for (const worker& w : workers_) {
      for (std::size_t i = 0; i < move_kinds; ++i) result_.by_kind[i] += w.by_kind[i];
      result_.overflows += w.overflows;
    }
    result_.states = seen_.size();
    result_.transitions = transitions_.load();
    result_.finished = finished_.size();
    result_.bounded_out = bounded_.size();
    result_.seconds = seconds();
    note_memory(octets_now());
    report(true);
    return result_;
  }

  void abandon(const char* reason) {
    const std::lock_guard<std::mutex> lock(reason_guard_);
    if (!abandoned_.exchange(true)) reason_ = reason;
  }

  [[nodiscard]] std::size_t octets_now() const {
    const std::size_t worlds =
        frontier_.size() - std::min<std::size_t>(frontier_.size(), expanded_.load()) + added_.load();
    return seen_.octets() + worlds * (options_.world_octets + 64) + edge_octets_;
  }

  /// The extra memory of the check at the end: the reversed edges and two arrays over the states.
  [[nodiscard]] std::size_t liveness_octets() const {
    return octets_now() + edge_octets_ / sizeof(edge) * sizeof(state_index) + seen_.size() * 17;
  }

  void note_memory(std::size_t octets) { result_.octets = std::max(result_.octets, octets); }

  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  }

  void report(bool at_the_end) {
    note_memory(octets_now());
    if (!options_.report) return;
    const double now = seconds();
    if (!at_the_end && now - reported_ < options_.report_seconds) return;
    reported_ = now;
    exploration_progress p;
    p.states = seen_.size() + added_.load();
    p.transitions = transitions_.load();
    p.depth = result_.depth;
    p.frontier = frontier_.size();
    p.expanded = std::min<std::uint64_t>(expanded_.load(), p.frontier);
    p.seconds = now;
    p.states_per_second = now > 0 ? static_cast<double>(p.states) / now : 0;
    p.octets = octets_now();
    options_.report(p);
  }

  exploration_options options_;
  const std::atomic<bool>& stop_;
  std::chrono::steady_clock::time_point started_;
  exploration result_;

  visited_set seen_;
  std::vector<std::unique_ptr<World>> frontier_;
  state_index first_ = 0;  // the number of the first state of the frontier
  new_states<World> level_;
  std::vector<worker> workers_;
  std::vector<std::vector<edge>> edges_;
  std::size_t edge_octets_ = 0;
  std::vector<state_index> finished_;
  std::vector<state_index> bounded_;

  std::atomic<std::size_t> next_{0};
  std::atomic<std::uint64_t> expanded_{0};
  std::atomic<std::uint64_t> added_{0};
  std::atomic<std::uint64_t> transitions_{0};
  std::atomic<bool> abandoned_{false};
  std::mutex reason_guard_;
  std::string reason_;
  double reported_ = 0;
};

/// Searches all runs from `start`.
template <class World>
[[nodiscard]] exploration explore(const World& start, exploration_options options, const std::atomic<bool>& stop) {
  return explorer<World>(std::move(options), stop).run(start);
}

}  // namespace sequent::model
