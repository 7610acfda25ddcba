#pragma once

#include <thresher/random.hpp>

#include <nlohmann/json.hpp>

namespace oracle {

using Json = nlohmann::ordered_json;

/// One item of a history: what was sent and what came back, as JSON events.
struct Story {
  Json fleet;       ///< event `fleet`, or null
  Json submission;  ///< event `scenario` or `workflow`
  Json result;      ///< event `result`
};

/// Each changes a story into one that deserves the same verdict.
void rename_ids(Story& story);
void permute_lists(Story& story, thresher::Random& random);
/// A task that needs one that is there already, takes no time and has no agent, in the first workflow.
void add_leaf(Story& story);

}  // namespace oracle
