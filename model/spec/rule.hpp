// The shape of a rule: data, so that coverage, the state diagram and the documentation are generated from them.
#pragma once

#include <cstdint>
#include <vector>

#include "model/spec/event.hpp"
#include "model/spec/state.hpp"

namespace sequent::spec {

/// Where a rule stands in the processing of an event. The stages of an arrival are the RFC's own checks; within a stage
/// rules are unordered: their guards are disjoint and together exhaustive (both are proved).
enum class stage : std::uint8_t {
  call,        ///< user calls and timeouts: one stage
  emission,    ///< what may be put on the wire
  closed,      ///< 3.10.7.1
  listen,      ///< 3.10.7.2
  syn_sent,    ///< 3.10.7.3
  timestamps,  ///< before the first check: RFC 7323 section 5.3 R1
  sequence,    ///< 3.10.7.4 first check
  reset,       ///< second check
  syn,         ///< fourth check (the third, security, is out of scope)
  ack,         ///< fifth check
  urgent,      ///< sixth check
  text,        ///< seventh
  fin,         ///< eighth
};

/// How many stages there are.
inline constexpr int stage_count = 13;

/// The name of a stage as it stands in the documentation, e.g. "syn_sent".
[[nodiscard]] constexpr const char* name(stage s) {
  constexpr const char* names[] = {"call",  "emission", "closed", "listen", "syn_sent", "timestamps", "sequence",
                                   "reset", "syn",      "ack",    "urgent", "text",     "fin"};
  return names[static_cast<int>(s)];
}

/// One permitted result of a rule.
template <class P>
struct outcome {
  state<P> next{};
  observation<P> seen{};
  bool done = true;  ///< false: the following stage goes on from next
};

template <class P>
using outcomes = std::vector<outcome<P>>;

/// A guarded rule. when and then are pure.
template <class P>
struct rule {
  const char* id;    ///< unique, upper case, e.g. "RST-3"
  const char* cite;  ///< e.g. "rfc9293#3.10.7.4/second/3"
  const char* says;  ///< one line in our own words
  stage in;
  bool (*when)(const state<P>&, const event<P>&);
  outcomes<P> (*then)(const state<P>&, const event<P>&);
};

}  // namespace sequent::spec
