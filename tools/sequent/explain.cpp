#include "tools/sequent/explain.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <fmt/format.h>

#include "tools/explain/render.hpp"
#include "tools/explain/topics.hpp"

namespace sequent::tools {

namespace {

using namespace sequent::explain;

void list(std::FILE* to) {
  for (const topic& each : topics()) fmt::print(to, "  {:<14} {}\n", each.name, each.says);
}

/// Whether a file, or the standard output, has taken all of it; if not, it is said.
bool write_to(const std::string& file, const std::string& text) {
  if (file.empty()) return true;
  if (file == "-") {
    fmt::print("{}", text);
    return true;
  }
  std::ofstream out(file, std::ios::binary);
  out << text;
  if (out.flush().good()) return true;
  fmt::print(stderr, "sequent explain: {} cannot be written\n", file);
  return false;
}

variation variation_of(const explain_options& options) {
  variation varied;
  varied.seed = options.seed;
  varied.loss = options.loss;
  if (options.round_trip != 0) varied.round_trip = options.round_trip * millisecond;
  if (options.isn.size() == 2) varied.isn = {options.isn[0], options.isn[1]};
  return varied;
}

scheme scheme_of(const std::string& name) {
  return name == "light" ? scheme::light : name == "dark" ? scheme::dark : scheme::either;
}

}  // namespace

int explain(const explain_options& options) {
  if (options.topic.empty()) {
    fmt::print("sequent explain TOPIC, where TOPIC is one of\n\n");
    list(stdout);
    return 0;
  }
  const topic* const found = find_topic(options.topic);
  if (found == nullptr) {
    fmt::print(stderr, "sequent explain: there is no topic \"{}\"; there are\n\n", options.topic);
    list(stderr);
    return 2;
  }
  story told = found->tell(variation_of(options));
  if (options.run > told.chapters.size()) {
    fmt::print(stderr, "sequent explain: {} has {} runs\n", options.topic, told.chapters.size());
    return 2;
  }
  if (options.run != 0) {
    const chapter only = told.chapters[options.run - 1];
    told.chapters = {only};
  }
  const breadth width = options.wide ? breadth::wide : breadth::narrow;
  bool well = options.html.empty() || write_to(options.html, as_html(told));
  well = (options.svg.empty() || write_to(options.svg, as_svg(told, scheme_of(options.scheme), width))) && well;
  well = (options.json.empty() || write_to(options.json, as_json(told))) && well;
  if (!well) return 2;
  if (options.html.empty() && options.svg.empty() && options.json.empty()) {
    const char* const plain = std::getenv("NO_COLOR");
    const bool colour = isatty(STDOUT_FILENO) == 1 && (plain == nullptr || *plain == '\0');
    fmt::print("{}", as_text(told, colour));
  }
  const std::string wrong = told.wrong();
  if (wrong.empty()) return 0;
  fmt::print(stderr, "sequent explain: the specification objects: {}\n", wrong);
  return 1;
}

}  // namespace sequent::tools
