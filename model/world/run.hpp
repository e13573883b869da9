// One run of a world under a chooser: what the sampling engines and the replay do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/world/choice.hpp"
#include "model/world/move.hpp"

namespace sequent::model {

/// How a run came to its end.
enum class ending : std::uint8_t {
  violated,   ///< something is wrong: see run_result::why
  finished,   ///< no move is left and both ends are done
  stuck,      ///< no move is left and they are not done: a deadlock, which is a violation too
  exhausted,  ///< the chooser had nothing more to say
  bounded,    ///< the limit on steps was reached, or only the bound on timers stops the clock
};

/// What a run found.
struct run_result {
  ending how = ending::exhausted;
  std::string why;                     ///< what is wrong; empty if nothing
  std::size_t steps = 0;               ///< moves made
  std::vector<std::uint16_t> choices;  ///< the answers given: the run can be replayed
  std::vector<std::uint8_t> octets;    ///< the same as octets for octet_choice
};

/// Runs `w` until the chooser is exhausted, nothing can happen, something is wrong, or `most` moves were made.
/// `judge` looks at the world after every move and returns what is wrong with it, or an empty string.
template <class World, chooser C, class Judge>
run_result run(World& w, C& choose, std::size_t most, Judge judge) {
  run_result result;
  recorded_choice<C> recorder(choose);
  std::vector<move> scratch;
  const auto end = [&](ending how, std::string why = {}) {
    result.how = how;
    result.why = std::move(why);
    result.choices = recorder.choices();
    result.octets = recorder.octets();
    return result;
  };
  if (std::string wrong = judge(w); !wrong.empty()) return end(ending::violated, std::move(wrong));
  while (!choose.exhausted()) {
    if (result.steps == most) return end(ending::bounded);
    if (!w.step(recorder, scratch)) {
      if (w.finished()) return end(ending::finished);
      if (w.at_horizon()) return end(ending::bounded);
      return end(ending::stuck, "deadlock: nothing can happen and the ends are not done");
    }
    ++result.steps;
    if (std::string wrong = judge(w); !wrong.empty()) return end(ending::violated, std::move(wrong));
  }
  return end(ending::exhausted);
}

/// Lets the world go on without adversary until it finishes. ending::bounded after `most` moves means that it may never
/// finish. Call it after run() to check that every run can still come to its end.
template <class World, class Judge>
run_result run_fairly(World& w, std::size_t most, Judge judge) {
  run_result result;
  std::vector<move> scratch;
  const auto end = [&](ending how, std::string why = {}) {
    result.how = how;
    result.why = std::move(why);
    return result;
  };
  while (!w.finished()) {
    if (result.steps == most) return end(ending::bounded, "the two ends do not finish although nobody disturbs them");
    w.moves(scratch);
    if (scratch.empty() || scratch.front().kind > move_kind::time) {
      if (w.at_horizon()) return end(ending::bounded);
      return end(ending::stuck, "deadlock: nothing can happen and the ends are not done");
    }
    w.apply(scratch.front());
    result.choices.push_back(0);
    ++result.steps;
    if (std::string wrong = judge(w); !wrong.empty()) return end(ending::violated, std::move(wrong));
  }
  return end(ending::finished);
}

}  // namespace sequent::model
