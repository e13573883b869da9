#include "tools/sequent/explore.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "model/check/explorer.hpp"
#include "model/check/scenarios.hpp"
#include "model/spec/describe.hpp"
#include "model/world/ladder.hpp"
#include "model/world/trace.hpp"
#include "tests/refinement/scenario_world.hpp"
#include "tools/sequent/coverage.hpp"

namespace sequent::tools {

namespace {

using json = nlohmann::ordered_json;
using clock = std::chrono::steady_clock;

std::atomic<bool> stop{false};
volatile std::sig_atomic_t interrupted = 0;

void on_interrupt(int) {
  interrupted = 1;
  stop.store(true);
}

/// Ends the search when its time is over.
class watchdog {
 public:
  explicit watchdog(double seconds) {
    if (seconds <= 0) return;
    const auto end = clock::now() + std::chrono::duration<double>(seconds);
    waiter_ = std::thread([this, end] {
      while (!done_.load() && clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(50));
      if (!done_.load()) stop.store(true);
    });
  }
  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;
  ~watchdog() {
    done_.store(true);
    if (waiter_.joinable()) waiter_.join();
    if (interrupted == 0) stop.store(false);
  }

 private:
  std::atomic<bool> done_{false};
  std::thread waiter_;
};

bool is_large(const model::scenario& s) { return s.name.ends_with(".large"); }

/// The bounds in words: no bound is left unsaid.
std::string bounds_text(const model::scenario& s, const model::exploration& found, bool whole) {
  const model::bounds& b = s.limit;
  std::string text = fmt::format(
      "losses {}, duplicates {}, overtakings {}, corruptions {}, old duplicates {}, forgeries {}, early timers {}, "
      "in flight {} each way, buffers {}/{} octets, segments of {}",
      b.losses, b.duplicates, b.overtakings, b.corruptions, b.old_duplicates, b.injections, b.early_timers, b.in_flight,
      s.send_buffer, s.receive_buffer, s.segment_size);
  if (b.timers != model::unlimited) text += fmt::format(", timers {}", b.timers);
  if (b.marks != 0) text += fmt::format(", marks {}", b.marks);
  if (b.overtaking_reach != 255) text += fmt::format(", overtaking at most {}", b.overtaking_reach);
  if (found.overflows != 0) text += fmt::format("; {} moves lost a segment to the bound in flight", found.overflows);
  if (found.undecided != 0) text += fmt::format("; {} states end at the bound on timers", found.undecided);
  if (!whole)
    text += fmt::format("; runs of at most {} moves, whether both ends can finish is not claimed", found.depth);
  return text;
}

json claim_of(const model::scenario& s, const model::exploration& found, const std::string& trace_file) {
  const bool violated = found.verdict == model::exploration_verdict::violated;
  const bool whole = found.verdict == model::exploration_verdict::holds;
  // A breadth-first search that was stopped has still seen every run up to the depth of its last full level.
  const bool claimable = whole || (interrupted == 0 && is_large(s) && found.depth > 0);
  json claim{{"id", "explore-" + s.name},
             {"says", s.what + ": the production code does what the specification permits, the stream is whole, and "
                               "from every state both ends can finish"},
             {"strength", "exhaustive"},
             {"engine", "explorer"},
             {"bounds", bounds_text(s, found, whole)},
             {"figures",
              {{"states", found.states},
               {"transitions", found.transitions},
               {"depth", found.depth},
               {"finished", found.finished},
               {"bounded_out", found.bounded_out},
               {"complete", whole}}},
             {"verdict", violated    ? "falls"
                         : claimable ? "holds"
                                     : "unknown"},
             {"seconds", found.seconds}};
  if (violated) {
    const auto ladder = [&]<class World>(const World& start) {
      return model::ladder(start, found.counterexample, model::judge<World>);
    };
    claim["counterexample"] = {{"ladder", refinement::with_world(s, ladder)},
                               {"replay", "sequent replay " + trace_file}};
  }
  return claim;
}

// On a terminal one line that is written over; elsewhere now and then a line.
void show_progress(const std::string& name, const model::exploration_progress& now) {
  static const bool live = ::isatty(STDERR_FILENO) != 0;
  static auto last = clock::now();
  if (!live && clock::now() - last < std::chrono::seconds(10)) return;
  last = clock::now();
  const std::string line = fmt::format("  {:<28} {:>11} states {:>12} moves  depth {:>3}  {:>7.0f} states/s", name,
                                       now.states, now.transitions, now.depth, now.states_per_second);
  if (!live) return fmt::print(stderr, "{}\n", line);
  // What is longer than the terminal is wide would go on in the next line, which is not written over.
  winsize size{};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  fmt::print(stderr, "\r\033[K{}", line.substr(0, known ? size.ws_col - 1u : line.size()));
}

model::exploration search(const model::scenario& s, const explore_options& options, double seconds) {
  const watchdog limit(seconds);
  model::exploration_options how;
  how.threads = options.threads;
  how.most_octets = static_cast<std::size_t>(options.gibibytes * 1024 * 1024 * 1024);
  how.report = [&](const model::exploration_progress& now) { show_progress(s.name, now); };
  return refinement::with_world(s, [&]<class World>(const World& start) {
    how.world_octets = sizeof(World) + 256;  // and what its strings and vectors allocate, seldom more
    model::explorer<World> engine(how, stop);
    return engine.run(start);
  });
}

std::string write_trace(const model::scenario& s, const model::exploration& found, const explore_options& options) {
  const std::string file = options.traces + "/" + s.name + ".choices";
  std::ofstream(file) << model::format(model::trace{s.name, "explorer", found.why, found.counterexample});
  return file;
}

void show_result(const model::scenario& s, const model::exploration& found, const json& claim) {
  if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\033[K");
  fmt::print("{:<7} {:<28} {:>9} states {:>10} moves  depth {:>3}  {:>5.1f} s\n", claim["verdict"].get<std::string>(),
             s.name, found.states, found.transitions, found.depth, found.seconds);
  if (claim.contains("counterexample")) {
    fmt::print("{}\n{}\n  replay: {}\n", found.why, claim["counterexample"]["ladder"].get<std::string>(),
               claim["counterexample"]["replay"].get<std::string>());
  }
  std::fflush(stdout);
}

json rules_json(const refinement::firing_record& fired) {
  json list = json::array();
  const auto rules = spec::all_rules<spec::position>();
  for (std::size_t i = 0; i != rules.size(); ++i) {
    list.push_back({{"id", rules[i].id},
                    {"cite", rules[i].cite},
                    {"says", rules[i].says},
                    {"stage", spec::name(rules[i].in)},
                    {"fired", fired.rules.counts[i]}});
    for (const unreached_rule& each : unreached_rules) {
      if (each.id == rules[i].id) list.back()["why_unfired"] = each.why;
    }
  }
  return list;
}

/// The claim that every rule fires or is listed with a reason. Only the whole set of small scenarios can decide it.
json coverage_claim(const refinement::firing_record& fired) {
  const auto rules = spec::all_rules<spec::position>();
  std::string wrong;
  std::size_t count = 0;
  for (std::size_t i = 0; i != rules.size(); ++i) {
    const std::string_view id = rules[i].id;
    const bool listed = std::ranges::any_of(unreached_rules, [&](const auto& each) { return each.id == id; });
    const bool fires = fired.rules.counts[i] != 0;
    if (fires) ++count;
    if (!fires && !listed) wrong += fmt::format("{} never fired and no reason is listed\n", id);
    if (fires && listed) wrong += fmt::format("{} fired although it is listed as out of reach\n", id);
  }
  json claim{
      {"id", "explore-rule-coverage"},
      {"says", "every rule of the specification fires, or is listed with the reason why these bounds cannot reach it"},
      {"strength", "exhaustive"},
      {"engine", "explorer"},
      {"bounds", "the small scenarios together"},
      {"figures", {{"rules", rules.size()}, {"fired", count}, {"listed", unreached_rules.size()}}},
      {"verdict", wrong.empty() ? "holds" : "falls"},
      {"seconds", 0.0}};
  if (!wrong.empty()) claim["counterexample"] = {{"ladder", wrong}, {"replay", "sequent explore"}};
  return claim;
}

json edges_json(const refinement::firing_record& fired) {
  json list = json::array();
  const auto rules = spec::all_rules<spec::position>();
  for (const spec::diagram_edge& edge : spec::diagram_edges()) {
    const char* id = rules[edge.rule_index].id;
    if (!list.empty() && list.back()["from"] == spec::name(edge.from) && list.back()["to"] == spec::name(edge.to)) {
      list.back()["rules"].push_back(id);
      continue;
    }
    list.push_back({{"from", spec::name(edge.from)},
                    {"to", spec::name(edge.to)},
                    {"rules", {id}},
                    {"fired", fired.moves[static_cast<std::size_t>(edge.from)][static_cast<std::size_t>(edge.to)]}});
  }
  return list;
}

/// Adds the coverage claim and shows it. Says whether it holds.
bool claim_coverage(json& claims) {
  json claim = coverage_claim(refinement::fired_in_all());
  const json& figures = claim["figures"];
  fmt::print("{:<7} rule coverage: {} of {} rules fired, {} listed with a reason\n",
             claim["verdict"].get<std::string>(), figures["fired"].get<std::size_t>(),
             figures["rules"].get<std::size_t>(), unreached_rules.size());
  if (claim.contains("counterexample")) fmt::print("{}", claim["counterexample"]["ladder"].get<std::string>());
  claims.push_back(claim);
  return claim["verdict"] == "holds";
}

std::vector<const model::scenario*> chosen(const explore_options& options) {
  const std::regex wanted(options.only);
  std::vector<const model::scenario*> list;
  for (const bool large : {false, true}) {
    if (large && !options.large) continue;
    for (const model::scenario& s : model::scenarios()) {
      if (is_large(s) == large && std::regex_search(s.name, wanted)) list.push_back(&s);
    }
  }
  return list;
}

/// The large scenarios share what is left of their time evenly.
double seconds_for(const model::scenario& s, const explore_options& options, clock::time_point end, std::size_t left) {
  if (options.minutes <= 0 || !is_large(s)) return 0;
  const double remaining = std::chrono::duration<double>(end - clock::now()).count();
  return std::max(1.0, remaining / static_cast<double>(left));
}

}  // namespace

int explore(const explore_options& options) {
  std::vector<const model::scenario*> list;
  try {
    list = chosen(options);
  } catch (const std::regex_error& problem) {
    fmt::print(stderr, "sequent explore: --only is no regular expression: {}\n", problem.what());
    return 2;
  }
  if (list.empty()) {
    fmt::print(stderr, "sequent explore: no scenario has such a name (see sequent scenarios; --large for more)\n");
    return 2;
  }
  // Hours of exploring are not to be lost for a file that never could be written.
  if (!options.json.empty() && !std::ofstream(options.json, std::ios::app)) {
    fmt::print(stderr, "sequent explore: {} cannot be written\n", options.json);
    return 2;
  }
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  json claims = json::array();
  bool holds = true;
  const auto end =
      clock::now() + std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(options.minutes * 60));
  for (std::size_t i = 0; i != list.size() && interrupted == 0; ++i) {
    const model::scenario& s = *list[i];
    const model::exploration found = search(s, options, seconds_for(s, options, end, list.size() - i));
    const bool violated = found.verdict == model::exploration_verdict::violated;
    claims.push_back(claim_of(s, found, violated ? write_trace(s, found, options) : std::string()));
    show_result(s, found, claims.back());
    holds = holds && claims.back()["verdict"] == "holds";
    // The small scenarios alone decide it, or the figures would depend on how long the large ones run.
    const bool last_small = !is_large(s) && (i + 1 == list.size() || is_large(*list[i + 1]));
    if (last_small && options.only.empty() && interrupted == 0) holds = claim_coverage(claims) && holds;
  }
  if (!options.json.empty()) {
    const refinement::firing_record fired = refinement::fired_in_all();
    const json all{{"claims", claims}, {"rules", rules_json(fired)}, {"edges", edges_json(fired)}};
    if (!(std::ofstream(options.json) << all.dump(1) << '\n' << std::flush)) {
      fmt::print(stderr, "sequent explore: {} cannot be written\n", options.json);
      return 2;
    }
  }
  if (interrupted != 0) return 130;
  return holds ? 0 : 1;
}

}  // namespace sequent::tools
