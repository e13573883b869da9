// The flow labels of IPv6 that one source gives to what it sends: RFC 6437 sections 2 and 3, RFC 8504 section 5.7.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// The labels of one source that draws them as section 3 recommends where nothing is kept for a flow: by a function of
/// the flow, so that a connection and what stands for it before and after have one label.
class flow_label_oracle {
 public:
  /// A packet of a flow leaves. `flow` names it in any way that tells flows apart.
  void sent(const std::string& flow, std::int64_t label) {
    wrong_.expect(label != 0, "a packet of IPv6 has no flow label");
    wrong_.expect(label >= 0 && label < values, "a flow label has more than twenty bits");
    const auto [first, fresh] = labels_.emplace(flow, label);
    if (!fresh && first->second != label) {
      wrong_.note("the flow label changes within a flow, from " + std::to_string(first->second) + " to " +
                  std::to_string(label));
    }
  }

  /// Everything was sent. Section 3 wants labels of many flows to be as if drawn at random from all: hardly any two of
  /// them are the same. One pair may be by chance, and one more for each twenty flows.
  void judge_spread() {
    std::set<std::int64_t> different;
    for (const auto& [flow, label] : labels_) different.insert(label);
    wrong_.expect(different.size() + 1 + labels_.size() / 20 >= labels_.size(), "unrelated flows have one label");
  }

  /// How many flows have the same label from another source, or from this one with another secret.
  [[nodiscard]] std::size_t shared_with(const flow_label_oracle& other) const {
    std::size_t same = 0;
    for (const auto& [flow, label] : labels_) {
      const auto there = other.labels_.find(flow);
      if (there != other.labels_.end() && there->second == label) ++same;
    }
    return same;
  }
  [[nodiscard]] std::size_t flows() const { return labels_.size(); }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  static constexpr std::int64_t values = 1 << 20;
  std::map<std::string, std::int64_t> labels_{};
  complaint wrong_;
};

}  // namespace sequent::spec
