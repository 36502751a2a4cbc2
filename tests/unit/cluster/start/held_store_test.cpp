// The store of a node that starts, while the real one becomes another.
#include "cluster/start/held_store.hpp"

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

/// A node record that the store has lost, or that nobody can read, is read as the disk holds it; the start is
/// then announced in its place.
TEST(HeldStore, ReadsALostRecordOfANodeAsTheDiskHoldsIt) {
  const cluster_terms terms{"c1", 2, 3};
  const auto mine = encode(1, known_node{{1, 4}, "a", "b"});
  const auto next = encode(1, known_node{{1, 5}, "a", "b"});
  held_configuration held{terms};
  const auto before = read_content({{cluster_name, {1, encode(terms)}}, {name_of_node(1), {1, mine}}});
  held.take(before, held.judge(before));
  for (const char* what : {"", "\xff\xff"}) {
    static_configuration real;
    ASSERT_TRUE(real.compare_and_set(cluster_name, 0, encode(terms), unguarded));
    if (*what != 0) {
      ASSERT_TRUE(real.compare_and_set(name_of_node(1), 0, what, unguarded));
    }
    held_store store{real, held};
    const auto read = store.list("");
    ASSERT_TRUE(read);
    ASSERT_TRUE(read->contains(name_of_node(1)));
    EXPECT_EQ(read->at(name_of_node(1)).value, mine);
    const store_guard guard{cluster_name, encode(terms)};
    ASSERT_TRUE(store.compare_and_set(name_of_node(1), read->at(name_of_node(1)).version, next, guard));
    EXPECT_EQ(real.get(name_of_node(1))->value, next);
  }
}

} // namespace
} // namespace orderd::cluster
