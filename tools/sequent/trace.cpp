#include "tools/sequent/trace.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sequent/congestion/reno.hpp"
#include "sequent/wire/ip.hpp"
#include "tests/path/two_ends.hpp"
#include "tools/tracing/json_lines.hpp"
#include "tools/tracing/names.hpp"
#include "tools/tracing/pcapng.hpp"

namespace sequent::tools {

namespace {

const ip_address ends[2] = {ip_address::from_v4({192, 0, 2, 1}), ip_address::from_v4({198, 51, 100, 1})};

/// NewReno over a path.
struct reno_policy : path::path_policy {
  using congestion_control = congestion::reno;
};

path::path_setting setting_of(const trace_options& options) {
  path::path_setting setting;
  setting.application[0].writes = options.octets;
  for (std::size_t i = 0; i != 2; ++i) {
    path::link_setting& way = setting.way[i];
    way.rate = options.rate;
    way.delay = options.delay * path::microsecond;
    way.queue = options.queue;
    way.loss = options.loss;
    way.seed = options.seed + static_cast<std::uint32_t>(i);
    setting.config[i].addresses = pseudo_header_of(ends[i], ends[1 - i]);
  }
  std::vector<std::uint64_t> lost = options.losses;
  std::ranges::sort(lost);
  for (const std::uint64_t number : lost) setting.way[0].faults.push_back({number});
  return setting;
}

/// What end 0 tells and what passes it, written to the files that were asked for.
class recorder {
 public:
  explicit recorder(const trace_options& options) {
    if (!options.json.empty()) {
      json_.open(options.json, std::ios::binary);
      lines_.emplace(json_, "end 0");
    }
    if (!options.pcapng.empty()) {
      capture_.open(options.pcapng, std::ios::binary);
      packets_.emplace(capture_, "end 0");
    }
  }

  void tells(const trace_event& what) {
    if (what.kind == trace_kind::sent) latest_ = what;
    if (lines_) (*lines_)(what);
  }

  void passes(const path::passing_packet& seen) {
    if (!packets_ || seen.where != 0) return;
    const std::size_t from = seen.leaves ? 0 : 1;
    const std::size_t header = ip_header_length(ends[0]);
    std::vector<std::uint8_t> packet(header + seen.octets.size());
    std::ranges::copy(seen.octets, packet.begin() + static_cast<std::ptrdiff_t>(header));
    ip_header about{.source = ends[from], .destination = ends[1 - from]};
    about.identification = ++number_;
    if (!emit_ip(about, packet)) return;
    std::string comment;
    if (seen.leaves) comment = tracing::remark(latest_) + (seen.lost ? "; the path loses it" : "");
    packets_->add(packet, seen.at, comment);
  }

  /// Whether everything has been written.
  [[nodiscard]] bool well() { return (!lines_ || json_.flush().good()) && (!packets_ || capture_.flush().good()); }

 private:
  std::ofstream json_{};
  std::ofstream capture_{};
  std::optional<tracing::json_lines> lines_{};
  std::optional<tracing::pcapng> packets_{};
  trace_event latest_{};
  std::uint16_t number_ = 0;
};

template <class Policy>
path::path_result run(const trace_options& options, recorder& to) {
  path::two_ends<Policy> ends_of_path(setting_of(options));
  ends_of_path.watch({.tells = [&to](const trace_event& what) { to.tells(what); },
                      .passes = [&to](const path::passing_packet& seen) { to.passes(seen); }});
  return ends_of_path.run();
}

}  // namespace

int trace(const trace_options& options) {
  recorder to(options);
  const path::path_result result = options.reno ? run<reno_policy>(options, to) : run<path::path_policy>(options, to);
  if (!to.well()) {
    fmt::print(stderr, "sequent trace: what was asked for cannot be written\n");
    return 2;
  }
  const double seconds = static_cast<double>(result.took) / static_cast<double>(path::second);
  fmt::print("{} octets in {:.3f} s, {:.2f} Mbit/s; {} segments, {} sent again, {} needless, {} lost\n", result.read[1],
             seconds, seconds > 0 ? static_cast<double>(result.read[1]) * 8 / 1e6 / seconds : 0.0, result.segments[0],
             result.again[0], result.needless[0], result.drops[0]);
  if (result.finished) return 0;
  fmt::print("{}\n", result.why.empty() ? "the run did not end" : result.why);
  return 1;
}

}  // namespace sequent::tools
