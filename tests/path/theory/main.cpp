// Draws the tables of docs/paths.md: what whole runs over simulated paths take, beside what theory gives. Nothing is
// random but what the seeds of the links draw, so the tables are the same each time. Each table is a claim with bounds
// of its own, and falls where a row is beyond them; controls that are wrong on purpose have to be.
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "sequent/congestion/reno.hpp"
#include "tests/path/shared_link.hpp"
#include "tests/path/two_ends.hpp"
#include "tests/property/congestion/broken_congestion.hpp"

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
// Wrong on purpose, beside one that never grows: one that gives nothing back, and one whom an echo does not impress
// either.
struct greedy : congestion::cubic {
  void on_congestion(u32, u32, instant) noexcept { set_threshold(window()); }
};
struct unimpressed : congestion::cubic {
  void on_congestion(u32, u32, instant) noexcept {}
  static constexpr u32 reduced(u32 flight) noexcept { return flight; }
};
struct unimpressed_flow : shared_policy {
  using congestion_control = unimpressed;
};
struct timid_flow : shared_policy {
  using congestion_control = property::never_grows;
};
struct greedy_flow : shared_policy {
  using congestion_control = greedy;
};
struct cubic_ends : path_policy {
  static constexpr std::size_t max_held_ranges = max_table_entries;
  static constexpr std::size_t max_sent_runs = max_table_entries;
};

// Of the table at hand.
std::vector<std::string> complaints;
std::string drawn;
std::size_t rows = 0;
std::size_t controls = 0;
std::size_t controls_caught = 0;

template <class... What>
void put(fmt::format_string<What...> how, What&&... what) {
  drawn += fmt::format(how, std::forward<What>(what)...);
  ++rows;
}

void need(bool well, const std::string& why) {
  if (!well) complaints.push_back(why.empty() ? "a run did not finish" : why);
}

// Draws a row whose sender is wrong on purpose, which has to be complained of.
template <class Draw>
void control(Draw draw) {
  const std::string so_far = drawn;
  const std::vector<std::string> before = complaints;
  const std::size_t rows_before = rows;
  draw();
  ++controls;
  if (complaints.size() > before.size()) ++controls_caught;
  drawn = so_far;
  complaints = before;
  rows = rows_before;
}

// Begins a table, whose first two lines are its head.
void head(const char* lines) { drawn += fmt::format("{}{}\n", drawn.empty() ? "" : "\n", lines); }

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
constexpr double most_marked = 0.15;  // of all segments: whoever answers marks keeps the queue below them
constexpr double most_incast = 4;     // times as long as theory
constexpr double most_changing = 4;   // likewise, where the path changes
// What was lost of the tail comes within two round trips of the smoothed one, the delay of an acknowledgment and three
// round trips (RFC 8985 section 7.2).
constexpr double most_tail = 5 * 0.020 + 0.200;
// The timer waits no longer than nothing has passed before, and a round trip brings the rest (RFC 6298 section 5.5).
constexpr double most_after_blackout = 0.5;

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
  head(
      "| path | control | Mbit/s | theory | share | sent again | dropped | timeouts "
      "|\n|---|---|--:|--:|--:|--:|--:|--:|");
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
  control([] { bulk_line<timid_flow>("timid", "", shared(10'000'000, 20 * millisecond, 1), 2'000'000, 10 * carried); });
}

// A router that marks when a quarter of a product is queued, and has room for two: it never has to drop. Where it
// cannot mark it does.
template <class Flow>
void marked_line(const std::string& name, const char* how, shared_setting s, std::size_t flows, bool offers) {
  s.way[0].marks_above = s.way[0].queue / 8;
  s.way[1].jitter = s.way[0].delay / 20;
  s.counts_from = 2 * second;
  s.most_time = 12 * second;
  shared_link net(s);
  connection_config config;
  config.ecn = offers;
  for (std::size_t f = 0; f != flows; ++f) {
    net.add<Flow>({.config = config, .begins = static_cast<nanoseconds>(f) * 100 * millisecond, .buffer = 16 << 20});
  }
  const shared_result r = net.run();
  need(r.why.empty(), r.why);
  double sum = 0;
  for (const flow_result& each : r.flows) sum += static_cast<double>(each.share);
  const double got = sum * 8 / 1e6 / seconds(s.most_time - s.counts_from);
  const double link = static_cast<double>(s.way[0].rate) / 1e6 * carried;
  need(got >= least_share * link, name + ": too slow");
  if (offers) need(r.drops == 0 && r.sum().segments_again == 0 && r.marks != 0, name + ": drops where it may mark");
  const double marked = static_cast<double>(r.marks) / static_cast<double>(r.sum().segments_sent);
  need(marked <= most_marked, name + ": marks are not answered");
  put("| {} | {} | {} | {:.0f}% | {:.1f}% | {} | {} | {} |\n", name, flows, how, 100 * got / link, 100 * marked,
      r.drops, r.sum().segments_again, r.sum().timeouts);
}

void marks() {
  head(
      "| path | flows | control | of the link | marked | dropped | sent again | timeouts "
      "|\n|---|--:|---|--:|--:|--:|--:|--:|");
  const auto each = [](const std::string& name, const shared_setting& s, std::size_t flows) {
    marked_line<cubic_flow>(name, "CUBIC, ECN", s, flows, true);
    marked_line<reno_flow>(name, "NewReno, ECN", s, flows, true);
    marked_line<cubic_flow>(name, "CUBIC", s, flows, false);
  };
  each("10 Mbit/s, 20 ms", shared(10'000'000, 20 * millisecond, 2), 1);
  each("100 Mbit/s, 50 ms", shared(100'000'000, 50 * millisecond, 2), 1);
  each("20 Mbit/s, 40 ms", shared(20'000'000, 40 * millisecond, 2), 4);
  control([] { marked_line<unimpressed_flow>("unimpressed", "", shared(10'000'000, 20 * millisecond, 2), 1, true); });
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
  head(
      "| flows | control | Jain's index | least | most | CUBIC has | of the link | sent again | dropped | timeouts "
      "|\n|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|");
  for (const std::size_t flows : {2u, 4u, 8u}) {
    fairness_line<cubic_flow, cubic_flow>("CUBIC", flows);
    fairness_line<reno_flow, reno_flow>("NewReno", flows);
    fairness_line<cubic_flow, reno_flow>("half and half", flows);
  }
  control([] { fairness_line<cubic_flow, greedy_flow>("greedy", 2); });
}

void incasts() {
  head(
      "| senders | times | the last has finished after | theory | sent again | dropped | timeouts "
      "|\n|--:|---|--:|--:|--:|--:|--:|");
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
      if (close) {
        need(seconds(r.took) * 1e3 <= most_incast * theory,
             fmt::format("{} senders in a data centre: too slow", senders));
      }
      put("| {} | {} | {:.2f} ms | {:.2f} ms | {} | {} | {} |\n", senders, close ? "in_data_center()" : "default",
          seconds(r.took) * 1e3, theory, r.sum().segments_again, r.drops, r.sum().timeouts);
    }
  }
}

template <class Flow>
double slow_start_line(const std::string& name, const char* how, shared_setting s, std::uint64_t octets) {
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
  return static_cast<double>(drops) / runs;
}

void slow_starts() {
  head(
      "| path, queue of one product | slow start | dropped at first | least | most | takes | timeouts "
      "|\n|---|---|--:|--:|--:|--:|--:|");
  const auto both = [](const std::string& name, const shared_setting& s, std::uint64_t octets) {
    const double drops = slow_start_line<cubic_flow>(name, "HyStart++", s, octets);
    need(drops <= slow_start_line<plain_cubic_flow>(name, "plain", s, octets), name + ": HyStart++ loses more");
  };
  both("10 Mbit/s, 20 ms, 1 MB", shared(10'000'000, 20 * millisecond, 1), 1'000'000);
  both("20 Mbit/s, 40 ms, 4 MB", shared(20'000'000, 40 * millisecond, 1), 4'000'000);
  both("100 Mbit/s, 50 ms, 12 MB", shared(100'000'000, 50 * millisecond, 1), 12'000'000);
  both("20 Mbit/s, 600 ms, 12 MB", shared(20'000'000, 600 * millisecond, 1), 12'000'000);
}

void blackouts() {
  head("| nothing passes for | goes on after | sent again | had arrived | timeouts |\n|--:|--:|--:|--:|--:|");
  for (const std::int64_t dark : {std::int64_t{1}, std::int64_t{3}, std::int64_t{10}, std::int64_t{30}}) {
    path_setting s = judged(10'000'000, 40 * millisecond, 1);
    s.application[0].writes = 4'000'000;
    for (link_setting& way : s.way) way.blackouts = {{second, (1 + dark) * second}};
    const path_result r = run(s);
    path_setting calm = s;
    for (link_setting& way : calm.way) way.blackouts.clear();
    const double lost = seconds(r.took) - seconds(run(calm).took) - static_cast<double>(dark);
    need(lost <= static_cast<double>(dark) + most_after_blackout, fmt::format("{} s: goes on too late", dark));
    put("| {} s | {:.2f} s | {} | {} | {} |\n", dark, lost, r.again[0], r.needless[0], r.timeouts[0]);
  }
}

void tails() {
  head("| the last segments of ten are lost | takes | without | timeouts |\n|--:|--:|--:|--:|");
  for (const std::uint64_t last : {1u, 2u, 3u}) {
    path_setting s = judged(100'000'000, 20 * millisecond, 4);
    s.application[0].writes = 14'480;
    const double without = seconds(run(s).took);
    // The SYN and the acknowledgment of the SYN,ACK come first; the FIN is behind the last text.
    for (std::uint64_t i = 0; i != last; ++i) s.way[0].faults.push_back({12 - last + i});
    const path_result r = run(s);
    need(seconds(r.took) <= without + most_tail && r.timeouts[0] == 0, fmt::format("a tail of {}: too slow", last));
    put("| {} | {:.0f} ms | {:.0f} ms | {} |\n", last, 1e3 * seconds(r.took), 1e3 * without, r.timeouts[0]);
  }
}

void changes() {
  head("| half way | takes | theory | sent again | had arrived | timeouts |\n|---|--:|--:|--:|--:|--:|");
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
    need(seconds(r.took) <= most_changing * theory, name + ": too slow");
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

// Where the page has other lines than were drawn; empty where it has the same.
std::string difference(const std::string& page) {
  const std::string want = tables_of(page);
  std::string got;
  for (std::size_t at = 0; at < drawn.size(); at = drawn.find('\n', at) + 1) {
    if (drawn[at] == '|') got += drawn.substr(at, drawn.find('\n', at) + 1 - at);
  }
  if (want == got) return {};
  const auto apart = std::mismatch(want.begin(), want.end(), got.begin(), got.end());
  const auto line = [](const std::string& all, std::size_t at) {
    const std::size_t begin = at == 0 ? 0 : all.rfind('\n', at - 1) + 1;
    return all.substr(begin, all.find('\n', begin) - begin);
  };
  const auto at = static_cast<std::size_t>(apart.first - want.begin());
  return fmt::format("{} has\n{}\nwhere path_theory draws\n{}\n", page, line(want, at), line(got, at));
}

struct table {
  const char* id;
  const char* says;
  std::string bounds;
  void (*draw)();
};

const std::array<table, 8> tables{{
    {"path-goodput",
     "alone on a path a connection carries its share of what the link or the formulas of Mathis and of "
     "RFC 9438 give",
     fmt::format("10 paths, CUBIC, paced CUBIC and NewReno: at least {:.0f}%, {:.0f}% where the return "
                 "path is narrow",
                 100 * least_share, 100 * least_share_asymmetric),
     bulks},
    {"path-fairness", "connections that share a queue share the link, also CUBIC with NewReno",
     fmt::format("2, 4 and 8 flows for 100 s: Jain's index at least {}, {:.0f}% of the link", least_jain,
                 100 * least_share),
     fairness},
    {"path-marks", "where a router marks instead of dropping, a link is used and nothing is lost or sent again",
     fmt::format(
         "1 and 4 flows with ECN for 10 s over a queue that marks from an eighth on: at least {:.0f}% of the link, "
         "no drop, at most {:.0f}% of the segments marked",
         100 * least_share, 100 * most_marked),
     marks},
    {"path-incast", "many senders that begin at once in a data centre are soon done",
     fmt::format("8, 16 and 32 senders with in_data_center(): at most {:.0f} times as long as the link needs",
                 most_incast),
     incasts},
    {"path-slow-start", "HyStart++ loses no more than plain slow start", "4 paths, ten runs each", slow_starts},
    {"path-blackouts", "where nothing passes for a while the transfer goes on soon after",
     fmt::format("1, 3, 10 and 30 s: at most as long again and {} s", most_after_blackout), blackouts},
    {"path-tails", "a lost tail is repaired by a probe, without a timeout",
     fmt::format("1 to 3 of ten segments at 20 ms: at most {:.0f} ms", 1e3 * most_tail), tails},
    {"path-changes", "a path that changes half way is filled again",
     fmt::format("rate and round trip: at most {:.0f} times as long as theory", most_changing), changes},
}};

// Draws a table, and records what it claims.
nlohmann::json examine(const table& t) {
  const auto began = std::chrono::steady_clock::now();
  const std::size_t so_far = drawn.size();
  complaints.clear();
  rows = controls = controls_caught = 0;
  t.draw();
  if (controls != controls_caught) complaints.emplace_back("a control was not caught");
  fmt::print("{}", drawn.substr(so_far));
  std::string detail;
  for (const std::string& each : complaints) detail += (detail.empty() ? "" : "; ") + each;
  if (!detail.empty()) fmt::print("FALLS: {}: {}\n", t.id, detail);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  nlohmann::json record{{"id", t.id},
                        {"strength", "sampled"},
                        {"engine", "paths"},
                        {"says", t.says},
                        {"bounds", t.bounds},
                        {"verdict", detail.empty() ? "holds" : "falls"},
                        {"seconds", took.count()},
                        {"figures", {{"rows", rows}, {"controls", controls}, {"controls_refuted", controls_caught}}}};
  if (!detail.empty()) record["detail"] = detail;
  return record;
}

}  // namespace

int main(int argc, char** argv) {
  std::string page;
  std::string json;
  CLI::App app("Draws the tables of docs/paths.md. Exit status: 0 every bound holds, 1 one falls, 2 bad usage.");
  app.add_option("--check", page, "a page that has to have the same tables")->check(CLI::ExistingFile);
  app.add_option("--json", json, "write the records of the claims to this file");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  nlohmann::json records = nlohmann::json::array();
  bool well = true;
  for (const table& t : tables) {
    records.push_back(examine(t));
    well = well && records.back()["verdict"] == "holds";
  }
  if (!page.empty()) {
    const std::string differs = difference(page);
    fmt::print(stderr, "{}", differs);
    well = well && differs.empty();
  }
  if (!json.empty()) {
    std::ofstream file(json);
    file << records.dump(2) << '\n';
    if (!file.flush()) {
      fmt::print(stderr, "path_theory: {} cannot be written\n", json);
      return 2;
    }
  }
  return well ? 0 : 1;
}
