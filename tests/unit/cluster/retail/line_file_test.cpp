#include "cluster/retail/line_file.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <lzma.h>
#include <vector>

namespace orderd::cluster {
namespace {

class LineFile : public testing::Test {
protected:
  void write(std::string_view bytes) { std::ofstream{path_, std::ios::binary} << bytes; }

  static std::string compressed(std::string_view text) {
    std::string bytes(lzma_stream_buffer_bound(text.size()), '\0');
    std::size_t used = 0;
    EXPECT_EQ(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, nullptr,
                                      reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                                      reinterpret_cast<std::uint8_t*>(bytes.data()), &used, bytes.size()),
              LZMA_OK);
    bytes.resize(used);
    return bytes;
  }

  runtime::result<void> read() {
    lines_.clear();
    return read_lines(path_, [this](std::string_view line) { lines_.emplace_back(line); });
  }

  const test::temporary_folder folder_;
  const std::string path_ = folder_ / "lines";
  std::vector<std::string> lines_;
};

TEST_F(LineFile, GivesLinesWithTheirEndsAndWithoutAByteOrderMark) {
  write("\xEF\xBB\xBFone\r\ntwo\n\nlast");
  ASSERT_TRUE(read());
  EXPECT_EQ(lines_, (std::vector<std::string>{"one\r\n", "two\n", "\n", "last"}));
}

TEST_F(LineFile, ReadsXzAsThePlainFile) {
  std::string text;
  for (int i = 0; i < 200'000; ++i)
    text += "line " + std::to_string(i) + "\n";
  write(text);
  const auto plain = read();
  const auto plain_lines = lines_;
  write(compressed(text));
  const auto packed = read();
  ASSERT_TRUE(plain);
  ASSERT_TRUE(packed);
  EXPECT_EQ(plain_lines.size(), 200'000U);
  EXPECT_EQ(lines_, plain_lines);
}

TEST_F(LineFile, ReportsATruncatedAndADamagedXzFile) {
  auto bytes = compressed(std::string(100'000, 'x') + "\n");
  write(bytes.substr(0, bytes.size() - 20));
  auto content = read();
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().code, runtime::fault_code::corrupt);
  EXPECT_NE(content.error().message.find("ends too early"), std::string::npos);
  bytes[bytes.size() / 2] ^= 0x10;
  write(bytes);
  content = read();
  ASSERT_FALSE(content);
  EXPECT_NE(content.error().message.find(path_), std::string::npos);
}

TEST_F(LineFile, RefusesALineOfMoreThanAMebibyte) {
  write(std::string((1u << 20) + (1u << 19), 'x'));
  const auto content = read();
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().code, runtime::fault_code::too_large);
}

TEST_F(LineFile, NamesAFileThatIsNotThere) {
  const auto content = read();
  ASSERT_FALSE(content);
  EXPECT_NE(content.error().message.find("No such file"), std::string::npos);
}

TEST_F(LineFile, ReadsAnEmptyFileAsNoLines) {
  write("");
  ASSERT_TRUE(read());
  EXPECT_TRUE(lines_.empty());
}

} // namespace
} // namespace orderd::cluster
