// Sequences of enumerators and their bytes.
#include "actors/rules/packed_sequence.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::actors {

using enum line_state;

TEST(PackedSequence, IsStoredAsOneByteEach) {
  line_states lines{asked, reserved, refused};
  lines.add(released);
  EXPECT_EQ(lines.stored(), (std::string{"\0\1\2\4", 4}));
  EXPECT_EQ(line_states::parse(lines.stored()), lines);
  EXPECT_EQ(line_states(3, reserved).stored(), "\1\1\1");
  EXPECT_EQ(line_states{}.stored(), "");
}

TEST(PackedSequence, IsNotReadFromBytesThatAreNoEnumerators) {
  EXPECT_EQ(line_states::parse("\1\5"), std::nullopt);
  EXPECT_EQ(line_states::parse("\xff"), std::nullopt);
  EXPECT_EQ(status_history::parse("\1\x7f"), std::nullopt);
  EXPECT_TRUE(status_history::parse("\1\x08"));
}

TEST(PackedSequence, TellsAndChangesOnePlace) {
  line_states lines(3, asked);
  lines.set(1, reserved);
  EXPECT_EQ(lines, (line_states{asked, reserved, asked}));
  EXPECT_EQ(lines[1], reserved);
  EXPECT_EQ(lines.size(), 3u);
}

TEST(PackedSequence, FindsAndCounts) {
  const line_states lines{reserved, refused, reserved, asked};
  EXPECT_TRUE(lines.any(asked));
  EXPECT_FALSE(lines.any(released));
  EXPECT_EQ(lines.count(reserved), 2u);
  EXPECT_EQ(lines.count(releasing), 0u);
  EXPECT_EQ(lines.find(refused), 1u);
  EXPECT_EQ(lines.find(releasing), std::nullopt);
}

} // namespace orderd::actors
