// Writes docs/rules.md and docs/choices.md from the specification: spec_docs <directory>.
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>

#include "model/spec/describe.hpp"

namespace {

/// Writes a file; false when that fails.
bool write(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (file.good()) return true;
  std::fprintf(stderr, "spec_docs: cannot write %s\n", path.c_str());
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: spec_docs <directory>\n");
    return 2;
  }
  try {
    const std::string directory = argv[1];
    const bool written = write(directory + "/rules.md", sequent::spec::rules_markdown()) &&
                         write(directory + "/choices.md", sequent::spec::choices_markdown());
    return written ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "spec_docs: %s\n", error.what());
    return 1;
  }
}
