// What the worst that a stranger or a peer can send costs: packets and octets drawn by what was sent, as a line of JSON
// an attack. tools/worst runs it under callgrind, which counts the instructions of what is named counted_ up to each
// end_of_attack.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "bench/worst/scene.hpp"

namespace {

using bench::worst::attack;
using bench::worst::tally;

[[gnu::noinline]] void end_of_attack(const attack& which, const tally& count) {
  std::printf(
      "{\"attack\": \"%.*s\", \"what\": \"%.*s\", \"packets_in\": %llu, \"octets_in\": %llu, "
      "\"packets_out\": %llu, \"octets_out\": %llu}\n",
      static_cast<int>(which.name.size()), which.name.data(), static_cast<int>(which.what.size()), which.what.data(),
      static_cast<unsigned long long>(count.packets_in), static_cast<unsigned long long>(count.octets_in),
      static_cast<unsigned long long>(count.packets_out), static_cast<unsigned long long>(count.octets_out));
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** words) {
  const bool all = count == 1;
  if (!all && (count != 3 || std::string_view(words[1]) != "--only")) {
    std::fprintf(stderr, "usage: %s [--only PREFIX]\n", words[0]);
    return 2;
  }
  const std::string_view only = all ? "" : words[2];
#ifdef __clang__
  std::printf("{\"compiler\": \"clang %d\"}\n", __clang_major__);
#else
  std::printf("{\"compiler\": \"gcc %d\"}\n", __GNUC__);
#endif
  std::size_t ran = 0;
  for (const auto& group :
       {bench::worst::attacks_by_peers(), bench::worst::attacks_by_strangers(), bench::worst::attacks_on_others()}) {
    for (const attack& each : group) {
      if (each.name.substr(0, only.size()) != only) continue;
      tally counted;
      each.run(each.packets, counted);
      end_of_attack(each, counted);
      ++ran;
    }
  }
  if (ran == 0) std::fprintf(stderr, "%s: no attack begins with %s\n", words[0], words[2]);
  return ran == 0 ? 2 : 0;
}
