// The store of a node that starts, while the real one becomes another.
#include "cluster/held_store.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

TEST(HeldStore, ChangesNothingOnWhatWasReadInAStoreThatIsNotBelievedAnyMore) {
  const cluster_terms terms{"c1", 2, 3};
  auto restored = terms;
  restored.generation = 1;
  static_configuration real;
  const auto first = real.compare_and_set(cluster_name, 0, encode(restored), unguarded)->version;
  held_store store{real, held_configuration{terms}};
  const auto read = store.list("");
  ASSERT_TRUE(read);
  const store_guard guard{cluster_name, read->at(cluster_name).value};
  const auto mine = encode(1, known_node{{1, 1}, "a", "b"});
  ASSERT_TRUE(real.compare_and_set(cluster_name, first, encode(cluster_terms{"c2", 2, 3}), unguarded));

  const auto made = store.compare_and_set(name_of_node(1), 0, mine, guard);
  ASSERT_TRUE(made);
  EXPECT_EQ(0u, made->version);
  EXPECT_TRUE(store.held()->records().empty());
  EXPECT_EQ(0u, real.get(name_of_node(1))->version);
}

} // namespace
} // namespace orderd::cluster
