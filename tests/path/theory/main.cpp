// Draws the table of docs/paths.md: what whole runs over simulated paths take, beside what theory gives. Nothing is
// random but what the seeds of the links draw, so the table is the same each time.
#include <array>
#include <cmath>
#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "sequent/congestion/reno.hpp"
#include "tests/path/two_ends.hpp"

namespace {

using namespace sequent;
using namespace sequent::path;

/// Tables for buffers of eleven megabytes.
struct cubic_ends : path_policy {
  static constexpr std::size_t most_held_ranges = most_table_entries;
  static constexpr std::size_t most_sent_runs = most_table_entries;
};
struct reno_ends : cubic_ends {
  using congestion_control = congestion::reno;
};
struct paced_ends : cubic_ends {
  using pacing = pacer;
};

bool all_well = true;

path_setting symmetric(std::int64_t rate, nanoseconds round_trip, double queue_in_products) {
  path_setting s;
  const double product = static_cast<double>(rate) / 8e9 * static_cast<double>(round_trip);
  for (link_setting& way : s.way) {
    way.rate = rate;
    way.delay = round_trip / 2;
    way.queue = std::max<std::int64_t>(static_cast<std::int64_t>(product * queue_in_products), 30'000);
    way.seed = 7;
  }
  s.send_buffer = s.receive_buffer = {16 << 20, 16 << 20};
  s.most_events = 40'000'000;
  return s;
}

template <class Ends>
path_result run(const path_setting& s) {
  path_result r = two_ends<Ends>(s).run();
  if (!r.why.empty() || !r.finished) {
    all_well = false;
    fmt::print(stderr, "{}\n", r.why.empty() ? "a run did not finish" : r.why);
  }
  return r;
}

double seconds(const path_result& r) { return static_cast<double>(r.took) / 1e9; }
double megabits(const path_setting& s, const path_result& r) {
  return static_cast<double>(s.application[0].writes) * 8 / 1e6 / seconds(r);
}

void bulk_line(const std::string& name, const std::string& how, const path_setting& s, const path_result& r,
               double theory) {
  const double got = megabits(s, r);
  fmt::print("| {} | {} | {:.1f} | {:.1f} | {:.0f}% | {} | {} | {} |\n", name, how, got, theory, 100 * got / theory,
             r.again[0], r.drops[0], r.timeouts[0]);
}

void bulk(const std::string& name, const path_setting& s) {
  const double share = 1'448.0 / 1'520.0;  // text in what the link carries
  const double link = static_cast<double>(s.way[0].rate) / 1e6 * share;
  bulk_line(name, "CUBIC", s, run<cubic_ends>(s), link);
  bulk_line(name, "CUBIC, paced", s, run<paced_ends>(s), link);
  bulk_line(name, "NewReno", s, run<reno_ends>(s), link);
}

// Mathis et al.: MSS / RTT * sqrt(3 / 2p), every segment acknowledged by halves; RFC 9438 section 5: the window of
// CUBIC is 1.054 * RTT^0.75 / p^0.75 segments, or that of its Reno-friendly region where that is larger.
void random_loss(double p, nanoseconds round_trip, std::uint64_t octets) {
  path_setting s = symmetric(1'000'000'000, round_trip, 4);
  s.way[0].loss = static_cast<std::uint32_t>(p * 1e6);
  s.application[0].writes = octets;
  const double rtt = static_cast<double>(round_trip) / 1e9;
  const double mathis = std::sqrt(1.5 / p);
  const double cubic = std::max(1.054 * std::pow(rtt, 0.75) / std::pow(p, 0.75), mathis);
  const auto rate = [&](double window) { return window * 1'448 * 8 / rtt / 1e6; };
  const std::string name = fmt::format("p = {:g}, {} ms", p, round_trip / millisecond);
  bulk_line(name, "NewReno", s, run<reno_ends>(s), rate(mathis));
  bulk_line(name, "CUBIC", s, run<cubic_ends>(s), rate(cubic));
}

void bulks() {
  fmt::print(
      "| path | control | Mbit/s | theory | share | sent again | dropped | timeouts "
      "|\n|---|---|--:|--:|--:|--:|--:|--:|\n");
  path_setting s = symmetric(10'000'000, 20 * millisecond, 1);
  s.application[0].writes = 20'000'000;
  bulk("10 Mbit/s, 20 ms, queue of one product", s);
  s = symmetric(100'000'000, 50 * millisecond, 0.5);
  s.application[0].writes = 100'000'000;
  bulk("100 Mbit/s, 50 ms, half a product", s);
  s = symmetric(1'000'000'000, 100 * millisecond, 1);
  s.application[0].writes = 400'000'000;
  bulk("1 Gbit/s, 100 ms, one product", s);
  s = symmetric(20'000'000, 600 * millisecond, 1);
  s.application[0].writes = 50'000'000;
  bulk("satellite: 20 Mbit/s, 600 ms, one product", s);
  s = symmetric(10'000'000'000, 50 * microsecond, 4);
  s.application[0].writes = 400'000'000;
  bulk("data centre: 10 Gbit/s, 50 us, four products", s);
  s = symmetric(50'000'000, 40 * millisecond, 1);
  s.way[1].rate = 500'000;
  s.application[0].writes = 30'000'000;
  bulk("100:1: 50 and 0.5 Mbit/s, 40 ms", s);
  // Long enough that slow start, of which the formulas know nothing, does not count.
  random_loss(0.001, 50 * millisecond, 300'000'000);
  random_loss(0.003, 50 * millisecond, 100'000'000);
  random_loss(0.01, 50 * millisecond, 40'000'000);
  random_loss(0.003, 200 * millisecond, 100'000'000);
}

void blackouts() {
  fmt::print("\n| nothing passes for | goes on after | sent again | had arrived | timeouts |\n|--:|--:|--:|--:|--:|\n");
  for (const std::int64_t dark : {std::int64_t{1}, std::int64_t{3}, std::int64_t{10}, std::int64_t{30}}) {
    path_setting s = symmetric(10'000'000, 40 * millisecond, 1);
    s.application[0].writes = 4'000'000;
    for (link_setting& way : s.way) way.blackouts = {{second, (1 + dark) * second}};
    const path_result r = run<cubic_ends>(s);
    path_setting calm = s;
    for (link_setting& way : calm.way) way.blackouts.clear();
    const double lost = seconds(r) - seconds(run<cubic_ends>(calm)) - static_cast<double>(dark);
    fmt::print("| {} s | {:.2f} s | {} | {} | {} |\n", dark, lost, r.again[0], r.needless[0], r.timeouts[0]);
  }
}

void tails() {
  fmt::print("\n| the last segments of ten are lost | takes | without | timeouts |\n|--:|--:|--:|--:|\n");
  for (const std::uint64_t last : {1u, 2u, 3u}) {
    path_setting s = symmetric(100'000'000, 20 * millisecond, 4);
    s.application[0].writes = 14'480;
    const double without = seconds(run<cubic_ends>(s));
    // The SYN and the acknowledgment of the SYN,ACK come first; the FIN is behind the last text.
    for (std::uint64_t i = 0; i != last; ++i) s.way[0].faults.push_back({12 - last + i});
    const path_result r = run<cubic_ends>(s);
    fmt::print("| {} | {:.0f} ms | {:.0f} ms | {} |\n", last, 1e3 * seconds(r), 1e3 * without, r.timeouts[0]);
  }
}

void changes() {
  fmt::print("\n| half way | takes | theory | sent again | had arrived | timeouts |\n|---|--:|--:|--:|--:|--:|\n");
  const auto line = [](const std::string& name, std::int64_t rate_then, nanoseconds delay_then) {
    path_setting s = symmetric(50'000'000, 20 * millisecond, 2);
    s.application[0].writes = 12'000'000;
    for (link_setting& way : s.way) {
      way.changes_at = second;
      way.rate_then = rate_then;
      way.delay_then = delay_then;
    }
    const double first = 50e6 * (1'448.0 / 1'520.0) / 8;
    const double theory = 1 + (12e6 - first) / (static_cast<double>(rate_then) * (1'448.0 / 1'520.0) / 8);
    const path_result r = run<cubic_ends>(s);
    fmt::print("| {} | {:.2f} s | {:.2f} s | {} | {} | {} |\n", name, seconds(r), theory, r.again[0], r.needless[0],
               r.timeouts[0]);
  };
  line("50 becomes 10 Mbit/s", 10'000'000, 10 * millisecond);
  line("20 become 200 ms", 50'000'000, 100 * millisecond);
  line("20 become 2 ms", 50'000'000, millisecond);
}

}  // namespace

int main() {
  bulks();
  blackouts();
  tails();
  changes();
  return all_well ? 0 : 1;
}
