// Draws the tables of docs/paths.md: what whole runs over simulated paths take, beside what theory gives. Nothing is
// random but what the seeds of the links draw, so the tables are the same each time. With --check PAGE nothing is
// printed, and the program falls where the tables of that page are others. It falls in any case where a row has less
// than its least share of what theory gives.
#include <array>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sequent/congestion/reno.hpp"
#include "tests/path/shared_link.hpp"
#include "tests/path/two_ends.hpp"

namespace {

using namespace sequent;
using namespace sequent::path;

// Long runs are of connections that nobody judges; shared_link_test.cpp holds that these do the same.
using cubic_flow = shared_policy;
struct plain_cubic_flow : shared_policy {
  using congestion_control = congestion::cubic_without_hystart;
};
struct paced_flow : shared_policy {
  using pacing = pacer;
};
struct reno_flow : shared_policy {
  using congestion_control = congestion::reno;
};
struct cubic_ends : path_policy {
  static constexpr std::size_t most_held_ranges = most_table_entries;
  static constexpr std::size_t most_sent_runs = most_table_entries;
};

bool all_well = true;
std::string drawn;

template <class... What>
void put(fmt::format_string<What...> how, What&&... what) {
  drawn += fmt::format(how, std::forward<What>(what)...);
}

void need(bool well, const std::string& why) {
  if (well) return;
  all_well = false;
  fmt::print(stderr, "{}\n", why.empty() ? "a run did not finish" : why);
}

constexpr double carried = 1'448.0 / 1'500.0;  // text in what the link carries

std::array<link_setting, 2> both_ways(std::int64_t rate, nanoseconds round_trip, double queue_in_products) {
  std::array<link_setting, 2> ways;
  const double product = static_cast<double>(rate) / 8e9 * static_cast<double>(round_trip);
  for (link_setting& way : ways) {
    way.rate = rate;
    way.delay = round_trip / 2;
    way.queue = std::max<std::int64_t>(static_cast<std::int64_t>(product * queue_in_products), 30'000);
    way.seed = 7;
  }
  return ways;
}

shared_setting shared(std::int64_t rate, nanoseconds round_trip, double queue_in_products) {
  shared_setting s;
  s.way = both_ways(rate, round_trip, queue_in_products);
  return s;
}

path_setting judged(std::int64_t rate, nanoseconds round_trip, double queue_in_products) {
  path_setting s;
  s.way = both_ways(rate, round_trip, queue_in_products);
  s.send_buffer = s.receive_buffer = {16 << 20, 16 << 20};
  return s;
}

path_result run(const path_setting& s) {
  path_result r = two_ends<cubic_ends>(s).run();
  need(r.why.empty() && r.finished, r.why);
  return r;
}

template <class Flow>
shared_result run_alone(const shared_setting& s, std::uint64_t octets) {
  shared_link net(s);
  net.add<Flow>({.writes = octets, .buffer = 16 << 20});
  shared_result r = net.run();
  need(r.why.empty() && r.finished(), r.why);
  return r;
}

double seconds(nanoseconds took) { return static_cast<double>(took) / 1e9; }

// No row may have less than this share of what theory gives.
constexpr double least_share = 0.75;
constexpr double least_share_asymmetric = 0.45;  // where acknowledgments bound the rate
constexpr double least_jain = 0.95;

template <class Flow>
void bulk_line(const std::string& name, const char* how, const shared_setting& s, std::uint64_t octets, double theory) {
  const shared_result r = run_alone<Flow>(s, octets);
  const double got = static_cast<double>(octets) * 8 / 1e6 / seconds(r.took);
  const bool asymmetric = s.way[1].rate < s.way[0].rate;
  need(got >= theory * (asymmetric ? least_share_asymmetric : least_share), name + ", " + how + ": too slow");
  put("| {} | {} | {:.1f} | {:.1f} | {:.0f}% | {} | {} | {} |\n", name, how, got, theory, 100 * got / theory,
      r.sum().segments_again, r.drops, r.sum().timeouts);
}

void bulk(const std::string& name, const shared_setting& s, std::uint64_t octets) {
  const double link = static_cast<double>(s.way[0].rate) / 1e6 * carried;
  bulk_line<cubic_flow>(name, "CUBIC", s, octets, link);
  bulk_line<paced_flow>(name, "CUBIC, paced", s, octets, link);
  bulk_line<reno_flow>(name, "NewReno", s, octets, link);
}

// Mathis et al.: MSS / RTT * sqrt(3 / 2p), every segment acknowledged by halves; RFC 9438 section 5: the window of
// CUBIC is 1.054 * RTT^0.75 / p^0.75 segments, or that of its Reno-friendly region where that is larger.
void random_loss(double p, nanoseconds round_trip, std::uint64_t octets) {
  shared_setting s = shared(1'000'000'000, round_trip, 4);
  s.way[0].loss = static_cast<std::uint32_t>(p * 1e6);
  const double rtt = seconds(round_trip);
  const double mathis = std::sqrt(1.5 / p);
  const double cubic = std::max(1.054 * std::pow(rtt, 0.75) / std::pow(p, 0.75), mathis);
  const auto rate = [&](double window) { return window * 1'448 * 8 / rtt / 1e6; };
  const std::string name = fmt::format("p = {:g}, {} ms", p, round_trip / millisecond);
  bulk_line<reno_flow>(name, "NewReno", s, octets, rate(mathis));
  bulk_line<cubic_flow>(name, "CUBIC", s, octets, rate(cubic));
}

void bulks() {
  put("| path | control | Mbit/s | theory | share | sent again | dropped | timeouts "
      "|\n|---|---|--:|--:|--:|--:|--:|--:|\n");
  bulk("10 Mbit/s, 20 ms, queue of one product", shared(10'000'000, 20 * millisecond, 1), 20'000'000);
  bulk("100 Mbit/s, 50 ms, half a product", shared(100'000'000, 50 * millisecond, 0.5), 100'000'000);
  bulk("1 Gbit/s, 100 ms, one product", shared(1'000'000'000, 100 * millisecond, 1), 400'000'000);
  bulk("satellite: 20 Mbit/s, 600 ms, one product", shared(20'000'000, 600 * millisecond, 1), 50'000'000);
  bulk("data centre: 10 Gbit/s, 50 us, four products", shared(10'000'000'000, 50 * microsecond, 4), 400'000'000);
  shared_setting s = shared(50'000'000, 40 * millisecond, 1);
  s.way[1].rate = 500'000;
  bulk("100:1: 50 and 0.5 Mbit/s, 40 ms", s, 30'000'000);
  // Long enough that slow start, of which the formulas know nothing, does not count.
  random_loss(0.001, 50 * millisecond, 300'000'000);
  random_loss(0.003, 50 * millisecond, 100'000'000);
  random_loss(0.01, 50 * millisecond, 40'000'000);
  random_loss(0.003, 200 * millisecond, 100'000'000);
}

// Every other flow is of the second kind.
template <class First, class Second>
void fairness_line(const char* how, std::size_t flows) {
  shared_setting s = shared(20'000'000, 40 * millisecond, 1);
  // Without it every drop falls on the flow whose segments happen to come a moment later than the link has room.
  s.way[1].jitter = millisecond;
  s.counts_from = 20 * second;
  s.most_time = 120 * second;
  shared_link net(s);
  for (std::size_t f = 0; f != flows; ++f) {
    const flow_setting flow{.begins = static_cast<nanoseconds>(f) * 100 * millisecond};
    f % 2 == 0 ? net.add<First>(flow) : net.add<Second>(flow);
  }
  const shared_result r = net.run();
  need(r.why.empty(), r.why);
  double sum = 0, squares = 0, first = 0, least = 1e18, most = 0;
  for (std::size_t f = 0; f != flows; ++f) {
    const auto share = static_cast<double>(r.flows[f].share);
    sum += share;
    squares += share * share;
    least = std::min(least, share);
    most = std::max(most, share);
    if (f % 2 == 0) first += share;
  }
  const double link = 20e6 / 8 * seconds(s.most_time - s.counts_from) * carried;
  const auto n = static_cast<double>(flows);
  need(sum * sum / n / squares >= least_jain && sum >= least_share * link, fmt::format("{} flows: unfair", flows));
  const std::string cubic = std::is_same_v<First, Second> ? "" : fmt::format("{:.0f}%", 100 * first / sum);
  put("| {} | {} | {:.3f} | {:.0f}% | {:.0f}% | {} | {:.0f}% | {} | {} | {} |\n", flows, how, sum * sum / n / squares,
      100 * least * n / sum, 100 * most * n / sum, cubic, 100 * sum / link, r.sum().segments_again, r.drops,
      r.sum().timeouts);
}

void fairness() {
  put("\n| flows | control | Jain's index | least | most | CUBIC has | of the link | sent again | dropped | timeouts "
      "|\n|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
  for (const std::size_t flows : {2u, 4u, 8u}) {
    fairness_line<cubic_flow, cubic_flow>("CUBIC", flows);
    fairness_line<reno_flow, reno_flow>("NewReno", flows);
    fairness_line<cubic_flow, reno_flow>("half and half", flows);
  }
}

void incasts() {
  put("\n| senders | times | the last has finished after | theory | sent again | dropped | timeouts "
      "|\n|--:|---|--:|--:|--:|--:|--:|\n");
  constexpr std::uint64_t each = 65'536;
  for (const std::size_t senders : {8u, 16u, 32u}) {
    for (const bool close : {false, true}) {
      shared_setting s = shared(10'000'000'000, 50 * microsecond, 1);
      for (link_setting& way : s.way) way.queue = std::int64_t{128} * 1'500;
      shared_link net(s);
      for (std::size_t f = 0; f != senders; ++f) {
        net.add<cubic_flow>({.config = close ? in_data_center({}) : connection_config{},
                             .writes = each,
                             .begins = static_cast<nanoseconds>(f) * microsecond});
      }
      const shared_result r = net.run();
      need(r.why.empty() && r.finished(), r.why);
      // The handshake, the way of the last segment, and what the link needs for all of it.
      const double theory = 0.075 + static_cast<double>(senders * each) * 8 / carried / 10e9 * 1e3;
      put("| {} | {} | {:.2f} ms | {:.2f} ms | {} | {} | {} |\n", senders, close ? "in_data_center()" : "default",
          seconds(r.took) * 1e3, theory, r.sum().segments_again, r.drops, r.sum().timeouts);
    }
  }
}

template <class Flow>
void slow_start_line(const std::string& name, const char* how, shared_setting s, std::uint64_t octets) {
  const std::size_t buffer = s.way[0].queue > 1'000'000 ? 16 << 20 : 4 << 20;  // more than slow start ever fills
  constexpr std::uint64_t runs = 10;
  s.first_losses = 8 * s.way[0].delay;
  std::uint64_t drops = 0, least = ~std::uint64_t{0}, most = 0, timeouts = 0;
  double took = 0;
  for (std::uint64_t k = 0; k != runs; ++k) {
    // Which acknowledgment measures what is chance, so there are several.
    s.way[1].jitter = millisecond;
    s.way[1].seed = static_cast<std::uint32_t>(k);
    shared_link net(s);
    net.add<Flow>({.writes = octets, .buffer = buffer});
    const shared_result r = net.run();
    need(r.why.empty() && r.finished(), r.why);
    drops += r.first_drops;
    least = std::min(least, r.first_drops);
    most = std::max(most, r.first_drops);
    timeouts += r.sum().timeouts;
    took += seconds(r.took);
  }
  put("| {} | {} | {:.0f} | {} | {} | {:.2f} s | {} |\n", name, how, static_cast<double>(drops) / runs, least, most,
      took / runs, timeouts);
}

void slow_starts() {
  put("\n| path, queue of one product | slow start | dropped at first | least | most | takes | timeouts "
      "|\n|---|---|--:|--:|--:|--:|--:|\n");
  const auto both = [](const std::string& name, const shared_setting& s, std::uint64_t octets) {
    slow_start_line<cubic_flow>(name, "HyStart++", s, octets);
    slow_start_line<plain_cubic_flow>(name, "plain", s, octets);
  };
  both("10 Mbit/s, 20 ms, 1 MB", shared(10'000'000, 20 * millisecond, 1), 1'000'000);
  both("20 Mbit/s, 40 ms, 4 MB", shared(20'000'000, 40 * millisecond, 1), 4'000'000);
  both("100 Mbit/s, 50 ms, 12 MB", shared(100'000'000, 50 * millisecond, 1), 12'000'000);
  both("20 Mbit/s, 600 ms, 12 MB", shared(20'000'000, 600 * millisecond, 1), 12'000'000);
}

void blackouts() {
  put("\n| nothing passes for | goes on after | sent again | had arrived | timeouts |\n|--:|--:|--:|--:|--:|\n");
  for (const std::int64_t dark : {std::int64_t{1}, std::int64_t{3}, std::int64_t{10}, std::int64_t{30}}) {
    path_setting s = judged(10'000'000, 40 * millisecond, 1);
    s.application[0].writes = 4'000'000;
    for (link_setting& way : s.way) way.blackouts = {{second, (1 + dark) * second}};
    const path_result r = run(s);
    path_setting calm = s;
    for (link_setting& way : calm.way) way.blackouts.clear();
    const double lost = seconds(r.took) - seconds(run(calm).took) - static_cast<double>(dark);
    put("| {} s | {:.2f} s | {} | {} | {} |\n", dark, lost, r.again[0], r.needless[0], r.timeouts[0]);
  }
}

void tails() {
  put("\n| the last segments of ten are lost | takes | without | timeouts |\n|--:|--:|--:|--:|\n");
  for (const std::uint64_t last : {1u, 2u, 3u}) {
    path_setting s = judged(100'000'000, 20 * millisecond, 4);
    s.application[0].writes = 14'480;
    const double without = seconds(run(s).took);
    // The SYN and the acknowledgment of the SYN,ACK come first; the FIN is behind the last text.
    for (std::uint64_t i = 0; i != last; ++i) s.way[0].faults.push_back({12 - last + i});
    const path_result r = run(s);
    put("| {} | {:.0f} ms | {:.0f} ms | {} |\n", last, 1e3 * seconds(r.took), 1e3 * without, r.timeouts[0]);
  }
}

void changes() {
  put("\n| half way | takes | theory | sent again | had arrived | timeouts |\n|---|--:|--:|--:|--:|--:|\n");
  const auto line = [](const std::string& name, std::int64_t rate_then, nanoseconds delay_then) {
    path_setting s = judged(50'000'000, 20 * millisecond, 2);
    s.application[0].writes = 12'000'000;
    for (link_setting& way : s.way) {
      way.changes_at = second;
      way.rate_then = rate_then;
      way.delay_then = delay_then;
    }
    const double first = 50e6 * carried / 8;
    const double theory = 1 + (12e6 - first) / (static_cast<double>(rate_then) * carried / 8);
    const path_result r = run(s);
    put("| {} | {:.2f} s | {:.2f} s | {} | {} | {} |\n", name, seconds(r.took), theory, r.again[0], r.needless[0],
        r.timeouts[0]);
  };
  line("50 becomes 10 Mbit/s", 10'000'000, 10 * millisecond);
  line("20 become 200 ms", 50'000'000, 100 * millisecond);
  line("20 become 2 ms", 50'000'000, millisecond);
}

// The lines of tables in a page.
std::string tables_of(const std::string& page) {
  std::ifstream in(page);
  std::string all;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('|')) all += line + '\n';
  }
  return all;
}

bool agrees(const std::string& page) {
  std::string want = tables_of(page);
  std::string got;
  for (std::size_t at = 0; at < drawn.size(); at = drawn.find('\n', at) + 1) {
    if (drawn[at] == '|') got += drawn.substr(at, drawn.find('\n', at) + 1 - at);
  }
  if (want == got) return true;
  const auto apart = std::mismatch(want.begin(), want.end(), got.begin(), got.end());
  const auto line = [](const std::string& all, std::size_t at) {
    const std::size_t begin = at == 0 ? 0 : all.rfind('\n', at - 1) + 1;
    return all.substr(begin, all.find('\n', begin) - begin);
  };
  const auto at = static_cast<std::size_t>(apart.first - want.begin());
  fmt::print(stderr, "{} has\n{}\nwhere path_theory draws\n{}\n", page, line(want, at), line(got, at));
  return false;
}

}  // namespace

int main(int arguments, char** argument) {
  const bool checks = arguments == 3 && argument[1] == std::string_view("--check");
  if (arguments != 1 && !checks) {
    fmt::print(stderr, "path_theory [--check PAGE]\n");
    return 2;
  }
  bulks();
  fairness();
  incasts();
  slow_starts();
  blackouts();
  tails();
  changes();
  if (!checks) {
    fmt::print("{}", drawn);
  } else if (!agrees(argument[2])) {
    return 1;
  }
  return all_well ? 0 : 1;
}
