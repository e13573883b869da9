// Turns an input of the world target into a list of choices, which any engine can replay.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <vector>

#include "fuzz/world_run.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr,
                 "Usage: export_trace FILE\nWrites the run of an input of the world target as a list of choices.\n");
    return 2;
  }
  std::ifstream in(argv[1], std::ios::binary);
  const std::vector<std::uint8_t> octets{std::istreambuf_iterator<char>(in), {}};
  if (!in.is_open() || in.bad()) {
    std::fprintf(stderr, "%s cannot be read\n", argv[1]);
    return 2;
  }
  const sequent::fuzz::world_outcome outcome = sequent::fuzz::run_world(octets);
  std::fputs(sequent::model::format(outcome.run).c_str(), stdout);
  return 0;
}
