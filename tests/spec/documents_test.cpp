// The tables that the documentation is made of: complete, and naming only rules that exist.
#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>

#include "model/spec/describe.hpp"

namespace sequent::spec {
namespace documents_test {

std::set<std::string> rule_ids() {
  std::set<std::string> ids;
  for (const auto& each : all_rules<position>()) ids.insert(each.id);
  return ids;
}

TEST(Documents, EveryChoiceAndAmbiguityIsAnsweredInOrder) {
  for (std::size_t i = 0; i < choices_table.size(); ++i) {
    EXPECT_EQ(std::string(choices_table[i].id), "C" + std::to_string(i + 1));
  }
  for (std::size_t i = 0; i < ambiguities_table.size(); ++i) {
    EXPECT_EQ(std::string(ambiguities_table[i].id), "A" + std::to_string(i + 1));
  }
}

TEST(Documents, ChoicesNameOnlyRulesThatExist) {
  const auto ids = rule_ids();
  std::size_t named = 0;
  const auto check = [&](const choice& each) {
    EXPECT_GT(std::string(each.says).size(), 10u) << each.id;
    std::istringstream words(each.rules);
    for (std::string word; words >> word; ++named) EXPECT_TRUE(ids.count(word)) << each.id << " names " << word;
  };
  for (const auto& each : choices_table) check(each);
  for (const auto& each : ambiguities_table) check(each);
  EXPECT_GT(named, 100u);
}

/// Figure 5 of RFC 9293, and the changes that its notes and the text add to it.
TEST(Documents, TheDiagramHoldsFigure5) {
  std::set<std::pair<phase, phase>> drawn;
  for (const auto& edge : diagram_edges()) drawn.insert({edge.from, edge.to});
  using enum phase;
  const std::set<std::pair<phase, phase>> figure{
      {closed, listen},          {closed, syn_sent},          {listen, closed},           {listen, syn_sent},
      {listen, syn_received},    {syn_sent, closed},          {syn_sent, syn_received},   {syn_sent, established},
      {syn_received, listen},    {syn_received, established}, {syn_received, fin_wait_1}, {established, fin_wait_1},
      {established, close_wait}, {fin_wait_1, fin_wait_2},    {fin_wait_1, closing},      {fin_wait_2, time_wait},
      {closing, time_wait},      {close_wait, last_ack},      {last_ack, closed},         {time_wait, closed}};
  for (const auto& edge : figure) EXPECT_TRUE(drawn.count(edge)) << name(edge.first) << " to " << name(edge.second);
  for (const auto& edge : drawn) {
    EXPECT_TRUE(figure.count(edge) || edge.second == closed) << name(edge.first) << " to " << name(edge.second);
  }
}

TEST(Documents, TheTextHoldsEveryRuleAndEveryChoice) {
  const std::string rules = rules_markdown();
  for (const auto& id : rule_ids()) EXPECT_NE(rules.find("| " + id + " |"), std::string::npos) << id;
  const std::string choices = choices_markdown();
  EXPECT_NE(choices.find("| C40 |"), std::string::npos);
  EXPECT_NE(choices.find("| A42 |"), std::string::npos);
  firing_counts fired;
  fired.counts[0] = 12345;
  EXPECT_NE(rules_markdown(&fired).find(" 12345 |"), std::string::npos);
  EXPECT_NE(state_diagram(&fired).find("color="), std::string::npos);
}

}  // namespace documents_test
}  // namespace sequent::spec
