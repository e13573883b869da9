// The specification as a function: which results RFC 9293 permits for an event in a state.
//
// Entry points: all_rules<P>() lists the rules; permitted(s, e) gives the set of outcomes; the overloads tell which
// rules fired and how many were enabled at each stage.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "model/spec/rule.hpp"
#include "model/spec/rules/ack.hpp"
#include "model/spec/rules/calls.hpp"
#include "model/spec/rules/closed.hpp"
#include "model/spec/rules/emission.hpp"
#include "model/spec/rules/fin.hpp"
#include "model/spec/rules/listen.hpp"
#include "model/spec/rules/reset.hpp"
#include "model/spec/rules/sequence.hpp"
#include "model/spec/rules/syn.hpp"
#include "model/spec/rules/syn_sent.hpp"
#include "model/spec/rules/text.hpp"
#include "model/spec/rules/urgent.hpp"

namespace sequent::spec {

namespace detail {

template <class T, std::size_t... Sizes>
constexpr auto concatenate(const std::array<T, Sizes>&... parts) {
  std::array<T, (Sizes + ...)> all{};
  std::size_t filled = 0;
  const auto append = [&](const auto& part) {
    for (const T& each : part) all[filled++] = each;
  };
  (append(parts), ...);
  return all;
}

template <class P>
inline constexpr auto rule_table = concatenate(open_rules<P>(), send_rules<P>(), receive_rules<P>(), close_rules<P>(),
                                               quit_rules<P>(), abort_rules<P>(), evict_rules<P>(), timeout_rules<P>(),
                                               emission_rules<P>(), closed_rules<P>(), listen_rules<P>(),
                                               syn_sent_rules<P>(), timestamp_rules<P>(), sequence_rules<P>(),
                                               reset_rules<P>(), syn_rules<P>(), ack_range_rules<P>(), ack_rules<P>(),
                                               urgent_rules<P>(), text_rules<P>(), fin_rules<P>());

/// Rules of one stage stand together; first and one past the last of each stage.
template <class P>
constexpr auto find_slices() {
  std::array<std::pair<std::size_t, std::size_t>, stage_count> slices{};
  const auto& rules = rule_table<P>;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    auto& slice = slices[static_cast<std::size_t>(rules[i].in)];
    if (slice.second == 0) slice.first = i;
    slice.second = i + 1;
  }
  return slices;
}

template <class P>
inline constexpr auto slices = find_slices<P>();

}  // namespace detail

/// Every rule, in a fixed order. The index of a rule is its number.
template <class P>
[[nodiscard]] constexpr std::span<const rule<P>> all_rules() {
  return detail::rule_table<P>;
}

/// How many rules there are; the same for every position type.
inline constexpr std::size_t rule_count = detail::rule_table<position>.size();

/// How often each rule has fired. Pass it to permitted as the callback.
struct firing_counts {
  std::array<std::uint64_t, rule_count> counts{};
  void operator()(std::size_t rule_index) { ++counts[rule_index]; }
};

/// The stages in the order in which they are declared and run.
inline constexpr std::array all_stages{
    stage::call,  stage::emission, stage::closed, stage::listen, stage::syn_sent, stage::timestamps, stage::sequence,
    stage::reset, stage::syn,      stage::ack,    stage::urgent, stage::text,     stage::fin};

/// The stages that an event passes through, in order, unless a rule ends the walk.
template <class P>
[[nodiscard]] constexpr std::span<const stage> route(const state<P>& s, const event<P>& e) {
  const auto only = [](stage at) { return std::span(all_stages).subspan(static_cast<std::size_t>(at), 1); };
  if (e.what == kind::emission) return only(stage::emission);
  if (e.what != kind::arrival) return only(stage::call);
  if (in(s, phase::closed)) return only(stage::closed);
  if (in(s, phase::listen)) return only(stage::listen);
  if (in(s, phase::syn_sent)) return only(stage::syn_sent);
  return std::span(all_stages).subspan(static_cast<std::size_t>(stage::timestamps));
}

/// What is seen when one stage follows another: signals add up, the later reply speaks for both.
template <class P>
[[nodiscard]] observation<P> then_seen(observation<P> earlier, const observation<P>& later) {
  if (later.sent != reply::none) {
    earlier.sent = later.sent;
    earlier.reset_seq = later.reset_seq;
    earlier.reset_ack = later.reset_ack;
    earlier.reset_echo = later.reset_echo;
    earlier.reset_answers = later.reset_answers;
  }
  earlier.signals |= later.signals;
  earlier.tolerated |= later.tolerated;
  earlier.may_ack = earlier.may_ack || later.may_ack;
  earlier.throttled = earlier.throttled || later.throttled;
  earlier.lingers = earlier.lingers || later.lingers;
  return earlier;
}

/// Whether every rule of a stage is tried, or the first enabled one is taken as the only one.
enum class matching : std::uint8_t { every, first };

/// Walks an event through the stages. on_rule(index, before, after) is called for each outcome of each rule that fires,
/// on_stage(stage, enabled) for each visit of a stage with the number of rules that were enabled.
/// matching::first asks fewer questions of a symbolic position; it equals matching::every because guards are disjoint.
template <matching How = matching::every, class P, class OnRule, class OnStage>
[[nodiscard]] outcomes<P> walk(const state<P>& s, const event<P>& e, OnRule&& on_rule, OnStage&& on_stage) {
  outcomes<P> settled;
  outcomes<P> pending{go_on(s)};
  for (const stage at : route(s, e)) {
    outcomes<P> following;
    const auto [first, last] = detail::slices<P>[static_cast<std::size_t>(at)];
    for (const auto& branch : pending) {
      int enabled = 0;
      for (std::size_t i = first; i < last; ++i) {
        const rule<P>& each = detail::rule_table<P>[i];
        if (!each.when(branch.next, e)) continue;
        ++enabled;
        for (auto& result : each.then(branch.next, e)) {
          on_rule(i, branch.next, result);
          result.seen = then_seen(branch.seen, result.seen);
          (result.done ? settled : following).push_back(std::move(result));
        }
        if constexpr (How == matching::first) break;
      }
      on_stage(at, enabled);
    }
    pending = std::move(following);
  }
  for (auto& result : pending) {
    result.done = true;
    settled.push_back(std::move(result));
  }
  return settled;
}

/// The outcomes that are permitted. fired(index) is called once for each outcome that a rule contributes on the way.
template <matching How = matching::every, class P, class Fired>
[[nodiscard]] outcomes<P> permitted(const state<P>& s, const event<P>& e, Fired&& fired) {
  return walk<How>(
      s, e, [&](std::size_t index, const state<P>&, const outcome<P>&) { fired(index); }, [](stage, int) {});
}

/// The outcomes that are permitted.
template <matching How = matching::every, class P>
[[nodiscard]] outcomes<P> permitted(const state<P>& s, const event<P>& e) {
  return permitted<How>(s, e, [](std::size_t) {});
}

/// How many rules were enabled at one visit of a stage. Exhaustive and disjoint guards make it 1 everywhere.
struct stage_visit {
  stage at{};
  int enabled = 0;
};

/// The outcomes that are permitted, and what each stage on the way found enabled.
template <class P>
struct reported {
  outcomes<P> results;
  std::vector<stage_visit> visits;
};

/// permitted, with a report for the proof that guards are exhaustive and disjoint.
template <class P>
[[nodiscard]] reported<P> permitted_with_visits(const state<P>& s, const event<P>& e) {
  reported<P> report;
  report.results = walk(
      s, e, [](std::size_t, const state<P>&, const outcome<P>&) {},
      [&](stage at, int enabled) {
        report.visits.push_back({at, enabled});
      });
  return report;
}

}  // namespace sequent::spec
