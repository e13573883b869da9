// A trace as lines of JSON, in the manner of qlog: what a plot or a script reads.
#pragma once

#include <ostream>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "sequent/congestion/progress.hpp"
#include "sequent/transfer/trace.hpp"
#include "tests/refinement/packet.hpp"
#include "tools/tracing/names.hpp"

namespace sequent::tracing {

/// A sink of traced_by that writes each event as one line: "time" in milliseconds, "name", and "data". The first line
/// says what the file is. After an event that moved them a line "recovery:metrics_updated" tells the congestion window,
/// ssthresh, what is in flight and lost (octets), SRTT and RTO (milliseconds), as far as they are known. The names are
/// those of qlog where it has one.
class json_lines {
 public:
  /// `out` must outlive the writer, which never looks whether it could be written. `vantage_point` names the end.
  json_lines(std::ostream& out, const std::string& vantage_point) : out_(&out) {
    write({{"qlog_format", "NDJSON"},
           {"title", "Sequent"},
           {"vantage_point", vantage_point},
           {"common_fields", {{"protocol_type", {"TCP"}}, {"time_format", "relative"}}}});
  }

  void operator()(const trace_event& what) {
    nlohmann::ordered_json data;
    if (what.kind == trace_kind::expired) {
      data = {{"timer", timer_name(what.expired)}};
    } else {
      data = {{"flags", refinement::control_text(what.control)},
              {"seq", what.seq.wire()},
              {"length", what.text_length},
              {"window", what.window}};
      if (what.control.ack()) data["ack"] = what.ack.wire();
      if (what.kind == trace_kind::sent) data["why"] = name(what.why);
    }
    data["state"] = describe(what.state);
    constexpr const char* kinds[] = {"transport:segment_sent", "transport:segment_received", "recovery:timer_expired"};
    write_event(what.at, kinds[static_cast<std::size_t>(what.kind)], std::move(data));
    nlohmann::ordered_json now = metrics_of(what);
    if (now == metrics_) return;
    metrics_ = std::move(now);
    write_event(what.at, "recovery:metrics_updated", metrics_);
  }

 private:
  [[nodiscard]] static double milliseconds(std::int64_t microseconds) {
    return static_cast<double>(microseconds) / 1'000;
  }

  [[nodiscard]] static nlohmann::ordered_json metrics_of(const trace_event& what) {
    nlohmann::ordered_json all = {{"congestion_window", what.congestion_window},
                                  {"bytes_in_flight", what.pipe},
                                  {"lost", what.lost},
                                  {"in_recovery", what.recovering},
                                  {"retransmission_timeout", milliseconds(what.timeout.count())}};
    if (what.slow_start_threshold < congestion::largest_window) all["ssthresh"] = what.slow_start_threshold;
    if (what.round_trip != duration{}) all["smoothed_rtt"] = milliseconds(what.round_trip.count());
    return all;
  }

  void write_event(instant at, const char* name, nlohmann::ordered_json data) {
    write({{"time", milliseconds(at.microseconds())}, {"name", name}, {"data", std::move(data)}});
  }
  void write(const nlohmann::ordered_json& line) { *out_ << line.dump() << '\n'; }

  std::ostream* out_;
  nlohmann::ordered_json metrics_{};
};

}  // namespace sequent::tracing
