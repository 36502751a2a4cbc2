// Lost rows as people read them: their keys, their names.
#include "actors/audit/lost_view.hpp"

#include "actors/public/public.pb.h"
#include "runtime/entity/entity.hpp"
#include "tests/unit/actors/requests/requests.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::actors::test {
namespace {

using runtime::lost_range;
using runtime::table;

std::string text_of(const lost_range& range) {
  v1::lost_range shown;
  fill(shown, 3, range);
  EXPECT_EQ(shown.shard(), 3u);
  EXPECT_EQ(shown.name(), lost_name(3, range));
  return lost_text(shown);
}

TEST(LostView, ShowsKeysAsPeopleReadThem) {
  const auto order = "\x04" + id_of(1);
  struct row {
    lost_range range;
    std::string text;
  };
  for (const auto& [range, text] : {
           row{{table::content, order, order + '\0'}, "order content of " + order_id_text(id_of(1))},
           row{{table::state, "\x01tea", "\x01wine"}, "item state from tea to the one before wine"},
           row{{table::state,
                "\x02"
                "ann",
                std::string("\x02"
                            "bob\0",
                            5)},
               "account state from ann to bob"},
           row{{table::state, "\x02zoe", std::nullopt}, "account state from zoe on, to the last"},
           row{{table::state, "\x01", "\x01tea"}, "item state to the one before tea"},
           row{{table::state, "\x04\xff", std::nullopt}, "order state from 0xff on, to the last"},
           row{{table::index, "\x01\x02", std::nullopt}, "index from 0x0102 on, to the last"},
           row{{table::index, "", std::nullopt}, "index on, to the last"},
       })
    EXPECT_EQ(text_of(range), text);
}

TEST(LostView, NamesARangeByItsKeysAlone) {
  const lost_range range{table::state, "\x01tea", "\x01wine", 5};
  const auto name = lost_name(3, range);
  EXPECT_EQ(name, lost_name(3, {table::state, "\x01tea", "\x01wine", 9})) << "whenever it was found";
  EXPECT_EQ(name.size(), 14u);
  EXPECT_EQ(name.substr(0, 2), "3-");
  for (const auto& other :
       {lost_range{table::content, "\x01tea", "\x01wine"}, lost_range{table::state, "\x01tea", {}},
        lost_range{table::state, "\x01tea\x01wine", {}}})
    EXPECT_NE(name, lost_name(3, other));
  EXPECT_NE(name, lost_name(4, range));
}

} // namespace
} // namespace orderd::actors::test
