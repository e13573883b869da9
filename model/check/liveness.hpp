// "From every reachable state both ends can still finish": backwards reachability over the edges of a complete search.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "model/check/visited.hpp"

namespace sequent::model {

/// A benign move (call, read, deliver, time) from one state to another. The adversary's moves are left out: an end that
/// can finish only because somebody forges or repeats a segment is stuck.
struct edge {
  state_index from = 0;
  state_index to = 0;
};

/// What backwards reachability found.
struct liveness_result {
  std::uint64_t can_finish = 0;          ///< states from which a finished state can be reached
  std::uint64_t undecided = 0;           ///< others from which a state at the bound on timers can be reached
  std::uint64_t stuck = 0;               ///< the rest
  std::optional<state_index> witness{};  ///< a stuck state nearest to the start
};

namespace liveness_detail {

/// The edges by target, in two flat arrays.
class reverse_graph {
 public:
  reverse_graph(std::size_t states, std::vector<std::vector<edge>>& edges) : first_(states + 1, 0) {
    std::uint64_t total = 0;
    for (const auto& part : edges) {
      total += part.size();
      for (const edge& e : part) ++first_[e.to + std::size_t{1}];
    }
    for (std::size_t i = 1; i <= states; ++i) first_[i] += first_[i - 1];
    sources_.resize(static_cast<std::size_t>(total));
    std::vector<std::uint64_t> next(first_.begin(), first_.end() - 1);
    for (auto& part : edges) {
      for (const edge& e : part) sources_[static_cast<std::size_t>(next[e.to]++)] = e.from;
      part = std::vector<edge>();
    }
  }

  /// Marks everything from which a state on `work` can be reached and which has no mark yet. Returns how many.
  std::uint64_t spread(std::vector<state_index> work, std::vector<std::uint8_t>& mark, std::uint8_t value) const {
    std::uint64_t count = 0;
    for (const state_index s : work) {
      mark[s] = value;
      ++count;
    }
    while (!work.empty()) {
      const state_index to = work.back();
      work.pop_back();
      for (std::uint64_t i = first_[to]; i < first_[to + std::size_t{1}]; ++i) {
        const state_index from = sources_[static_cast<std::size_t>(i)];
        if (mark[from] != 0) continue;
        mark[from] = value;
        ++count;
        work.push_back(from);
      }
    }
    return count;
  }

 private:
  std::vector<std::uint64_t> first_;
  std::vector<state_index> sources_;
};

}  // namespace liveness_detail

/// Sorts all states by whether they can still finish. Uses the edges up (frees them). `finished` and `bounded` hold the
/// indices of the finished states and of those where only the bound on timers stops the clock.
[[nodiscard]] inline liveness_result check_liveness(std::size_t states, std::vector<std::vector<edge>>& edges,
                                                    const std::vector<state_index>& finished,
                                                    const std::vector<state_index>& bounded) {
  const liveness_detail::reverse_graph graph(states, edges);
  std::vector<std::uint8_t> mark(states, 0);
  liveness_result result;
  result.can_finish = graph.spread(finished, mark, 1);
  std::vector<state_index> rest;
  for (const state_index s : bounded) {
    if (mark[s] == 0) rest.push_back(s);
  }
  result.undecided = graph.spread(std::move(rest), mark, 2);
  result.stuck = states - result.can_finish - result.undecided;
  for (std::size_t i = 0; i < states && !result.witness; ++i) {
    if (mark[i] == 0) result.witness = static_cast<state_index>(i);
  }
  return result;
}

}  // namespace sequent::model
