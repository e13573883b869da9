// Checks every theorem that is linked in, and says what was proved.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <regex>

#include "proofs/engine/runner.hpp"

namespace {

using sequent::proof::theorem;

// Exit statuses besides 0, every theorem holds.
constexpr int some_theorem_falls = 1;
constexpr int bad_usage = 2;
constexpr int was_interrupted = 130;

volatile std::sig_atomic_t interrupt_seen = 0;

extern "C" void on_interrupt(int) { interrupt_seen = 1; }

void say(const std::string& line) {
  std::fputs((line + "\n").c_str(), stdout);
  std::fflush(stdout);
}

void list(const std::vector<theorem>& claims) {
  for (const theorem& claim : claims) {
    say(fmt::format("{}\n  {}\n  source: {}\n  bounds: {}", claim.id, claim.says, claim.cite, claim.bounds));
    for (const auto& variant : claim.controls) say("  control: " + variant.broken);
  }
}

void tell_finished(const nlohmann::json& claim) {
  const auto& figures = claim["figures"];
  say(fmt::format("{:<8} {:<28} {:>6} paths {:>7} queries {:>7} claims  controls {}/{}  {:.1f} s",
                  claim["verdict"].get<std::string>(), claim["id"].get<std::string>(),
                  figures["paths"].get<std::uint64_t>(), figures["queries"].get<std::uint64_t>(),
                  figures["claims"].get<std::uint64_t>(), figures["controls_refuted"].get<std::uint64_t>(),
                  figures["controls"].get<std::uint64_t>(), claim["seconds"].get<double>()));
  if (claim.contains("detail")) say("         " + claim["detail"].get<std::string>());
}

sequent::proof::watcher watch() {
  const bool live = ::isatty(STDOUT_FILENO) != 0;
  return {
      .started = [](const theorem& claim) { say(fmt::format("start    {}", claim.id)); },
      .progress =
          [live](const theorem& claim, const nlohmann::json& counts) {
            if (!live) return;
            fmt::print("...      {:<28} {:>6} paths {:>7} queries\r", claim.id, counts["paths"].get<std::uint64_t>(),
                       counts["queries"].get<std::uint64_t>());
            std::fflush(stdout);
          },
      .finished = [](const theorem&, const nlohmann::json& claim) { tell_finished(claim); },
  };
}

// The theorems whose id matches, in the order of their ids. Throws std::regex_error on a malformed expression.
std::vector<theorem> chosen(const std::string& only) {
  std::vector<theorem> claims;
  const std::regex pattern(only);
  for (const theorem& claim : sequent::proof::theorems()) {
    if (std::regex_search(claim.id, pattern)) claims.push_back(claim);
  }
  std::sort(claims.begin(), claims.end(), [](const theorem& a, const theorem& b) { return a.id < b.id; });
  return claims;
}

int prove(const std::vector<theorem>& claims, unsigned jobs, const std::string& json_file) {
  std::ofstream json;
  if (!json_file.empty()) {
    json.open(json_file);
    if (!json) {
      fmt::print(stderr, "cannot write {}\n", json_file);
      return bad_usage;
    }
  }
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  const auto results = sequent::proof::check_all(claims, jobs, watch(), [] { return interrupt_seen != 0; });
  if (json.is_open() && !(json << results.dump(2) << "\n").flush()) {
    fmt::print(stderr, "cannot write {}\n", json_file);
    return bad_usage;
  }
  const auto held =
      std::count_if(results.begin(), results.end(), [](const auto& r) { return r["verdict"] == "holds"; });
  say(fmt::format("{} of {} theorems hold", held, claims.size()));
  if (interrupt_seen != 0) return was_interrupted;
  return static_cast<std::size_t>(held) == claims.size() ? 0 : some_theorem_falls;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Proves theorems about the production source, for all values, by symbolic execution."};
  std::string only;
  std::string json_file;
  unsigned jobs = 2;
  bool just_list = false;
  app.add_option("--only", only, "only theorems whose id matches this regular expression");
  app.add_option("--jobs", jobs, "theorems checked at a time")->check(CLI::Range(1u, 64u))->capture_default_str();
  app.add_flag("--list", just_list, "say what the theorems are and prove none");
  app.add_option("--json", json_file, "write an array of claim records to this file");
  app.footer("Exit status: 0 all hold, 1 one falls or is unknown, 2 bad usage, 130 interrupted.");
  try {
    app.parse(argc, argv);
    const std::vector<theorem> claims = chosen(only);
    if (claims.empty()) {
      fmt::print(stderr, "no theorem matches {}\n", only);
      return bad_usage;
    }
    if (just_list) {
      list(claims);
      return 0;
    }
    return prove(claims, jobs, json_file);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : bad_usage;
  } catch (const std::regex_error& error) {
    fmt::print(stderr, "--only: {}\n", error.what());
    return bad_usage;
  }
}
