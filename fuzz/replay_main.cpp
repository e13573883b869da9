// Runs inputs through a target without a fuzzing engine: each argument is a file, or a folder whose files are run.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::filesystem::path> files_of(const std::filesystem::path& given) {
  std::vector<std::filesystem::path> files;
  if (!std::filesystem::is_directory(given)) return {given};
  for (const auto& entry : std::filesystem::recursive_directory_iterator(given)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& file : files_of(argv[i])) {
      std::ifstream in(file, std::ios::binary);
      // Exactly as many octets as the file has, so that a step outside them is seen by a tool that watches memory.
      const std::vector<char> octets{std::istreambuf_iterator<char>(in), {}};
      if (!in.is_open() || in.bad()) {
        std::fprintf(stderr, "%s cannot be read\n", file.c_str());
        return 2;
      }
      // Said before it runs, because a failure ends the process.
      std::fprintf(stderr, "%s (%zu octets)\n", file.c_str(), octets.size());
      LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size());
      ++count;
    }
  }
  if (count == 0) {
    std::fprintf(stderr, "nothing to run: name files, or folders that hold some\n");
    return 2;
  }
  std::fprintf(stderr, "%zu inputs, nothing wrong\n", count);
  return 0;
}
