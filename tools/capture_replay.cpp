// Replays captures of Sequent's traffic with real peers through its own parser, and checks what the RFCs promise of
// every connection in them. The captures come from tests/interop/kernel_interop.py --make-captures.
#include <arpa/inet.h>
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/capture_replay/controls.hpp"
#include "tools/capture_replay/conversation.hpp"
#include "tools/capture_replay/packets.hpp"

namespace {

using namespace capture_replay;

// The .pcap files among the paths and in the folders among them, in order of their names.
std::vector<std::string> find_captures(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    if (!std::filesystem::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      if (entry.path().extension() == ".pcap") files.push_back(entry.path().string());
    }
  }
  std::ranges::sort(files);
  return files;
}

// Everything that was found out.
struct outcome {
  std::size_t files = 0;
  parse_counts parsed{};
  findings found{};
  control_counts controls{};
  double seconds = 0;

  // A check that nothing was asked of has shown nothing, so that does not hold either.
  [[nodiscard]] std::vector<std::string> failures() const {
    std::vector<std::string> all = found.what;
    all.insert(all.end(), controls.missed.begin(), controls.missed.end());
    for (std::size_t i = 0; i != checks; ++i) {
      if (found.asked[i] == 0) all.push_back(fmt::format("never asked: {}", describe(static_cast<check>(i))));
    }
    if (parsed.refused_outgoing != 0)
      all.push_back(fmt::format("{} of its own packets refused", parsed.refused_outgoing));
    if (parsed.differing != 0) all.push_back(fmt::format("{} segments differ when written again", parsed.differing));
    return all;
  }
};

outcome replay(const std::vector<std::string>& files, const sequent::ipv4_address& self) {
  const auto began = std::chrono::steady_clock::now();
  outcome result;
  std::vector<packet> packets;
  for (const std::string& file : files) {
    const std::vector<packet> loaded = load(file);
    parse_counts parsed;
    (void)decode(loaded, self, parsed);
    fmt::print("{}: {} packets, {} segments, {} not parsed\n", std::filesystem::path(file).filename().string(),
               parsed.packets, parsed.segments, parsed.refused_ip + parsed.refused_tcp);
    packets.insert(packets.end(), loaded.begin(), loaded.end());
  }
  const std::vector<seen_segment> segments = decode(packets, self, result.parsed);
  result.files = files.size();
  result.found = examine(segments, self);
  result.controls = try_controls(packets, segments, self);
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return result;
}

void print(const outcome& result) {
  fmt::print("{} segments written again: {} identical, {} with their options in another layout, {} differing\n",
             result.parsed.segments, result.parsed.identical, result.parsed.other_layout, result.parsed.differing);
  fmt::print("{} connections, {} segments sent again\n", result.found.connections, result.found.sent_again);
  for (std::size_t i = 0; i != checks; ++i) {
    fmt::print("{:>6} times asked, {} broken: {}\n", result.found.asked[i], result.found.broken[i],
               describe(static_cast<check>(i)));
  }
  fmt::print("{} of {} controls caught\n", result.controls.caught, result.controls.tried);
  for (const std::string& failure : result.failures()) fmt::print("FALLS: {}\n", failure);
}

nlohmann::json record(const outcome& result) {
  std::size_t asked = 0;
  for (const std::size_t times : result.found.asked) asked += times;
  return {{"id", "capture-replay"},
          {"strength", "observed"},
          {"engine", "captures"},
          {"says",
           "in captured traffic with the Linux kernel every segment parses and is written again the same, and both "
           "ends keep what the RFCs promise of acknowledgments, windows, SACK and timestamps"},
          {"bounds", fmt::format("{} captures, {} packets, {} connections", result.files, result.parsed.packets,
                                 result.found.connections)},
          {"figures",
           {{"captures", result.files},
            {"packets", result.parsed.packets},
            {"segments", result.parsed.segments},
            {"not_parsed", result.parsed.refused_ip + result.parsed.refused_tcp},
            {"identical", result.parsed.identical},
            {"other_layout", result.parsed.other_layout},
            {"connections", result.found.connections},
            {"sent_again", result.found.sent_again},
            {"checks_asked", asked},
            {"controls_tried", result.controls.tried},
            {"controls_caught", result.controls.caught}}},
          {"verdict", result.failures().empty() ? "holds" : "falls"},
          {"seconds", result.seconds}};
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> paths;
  std::string address = "192.0.2.2";
  std::string json;
  CLI::App app("Replays captures of Sequent's traffic. Exit status: 0 every check holds, 1 one falls, 2 bad usage.");
  app.add_option("PATH", paths, "pcap files, or folders of them")->required()->check(CLI::ExistingPath);
  app.add_option("--sequent", address, "Sequent's IPv4 address in them")->check(CLI::ValidIPV4)->capture_default_str();
  app.add_option("--json", json, "write the claim's record to this file");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  try {
    sequent::ipv4_address self{};
    const std::vector<std::string> files = find_captures(paths);
    if (files.empty() || inet_pton(AF_INET, address.c_str(), self.data()) != 1) {
      fmt::print(stderr, "capture_replay: no captures\n");
      return 2;
    }
    const outcome result = replay(files, self);
    print(result);
    if (!json.empty()) {
      std::ofstream file(json);
      file << nlohmann::json::array({record(result)}).dump(2) << '\n';
      if (!file.flush()) throw std::runtime_error("writing " + json + " failed");
    }
    return result.failures().empty() ? 0 : 1;
  } catch (const std::exception& problem) {
    fmt::print(stderr, "capture_replay: {}\n", problem.what());
    return 2;
  }
}
