#include "cluster/retail/line_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <lzma.h>
#include <memory>
#include <vector>

namespace orderd::cluster {

namespace {

constexpr std::size_t block_bytes = 256u << 10;
constexpr std::size_t line_bytes_max = 1u << 20;
/// Above what `xz -9` needs to decompress (65 MiB), below what would hurt a small machine.
constexpr std::uint64_t xz_memory_bytes_max = 128u << 20;
constexpr std::string_view xz_magic{"\xFD"
                                    "7zXZ\0",
                                    6};
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

struct close_file {
  void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
};

/// Cuts text into lines.
class line_cutter {
public:
  explicit line_cutter(const std::function<void(std::string_view)>& visit) : visit_(visit) {}

  /// False when a line is too long.
  bool add(std::string_view text) {
    for (;;) {
      const auto end = text.find('\n');
      if (end == std::string_view::npos)
        break;
      give(text.substr(0, end + 1));
      text.remove_prefix(end + 1);
    }
    begun_ += text;
    return begun_.size() <= line_bytes_max;
  }

  void finish() {
    if (!begun_.empty())
      give({});
  }

private:
  void give(std::string_view line) {
    if (!begun_.empty()) {
      begun_ += line;
      line = begun_;
    }
    if (first_ && line.starts_with(byte_order_mark))
      line.remove_prefix(byte_order_mark.size());
    first_ = false;
    visit_(line);
    begun_.clear();
  }

  const std::function<void(std::string_view)>& visit_;
  std::string begun_; ///< the start of a line that goes on in the next block
  bool first_ = true;
};

/// The bytes of a file, decompressed where they are xz.
class text_stream {
public:
  explicit text_stream(std::FILE* file) : file_(file), input_(block_bytes), output_(block_bytes) {}
  ~text_stream() { lzma_end(&xz_); }
  text_stream(const text_stream&) = delete;
  text_stream& operator=(const text_stream&) = delete;

  /// The next piece, valid until the next call; empty at the end. a fault when it cannot be read.
  runtime::result<std::string_view> next() {
    if (!begun_) {
      begun_ = true;
      const auto first = fill();
      compressed_ = first.starts_with(xz_magic);
      if (!compressed_)
        return checked(first);
      if (lzma_stream_decoder(&xz_, xz_memory_bytes_max, LZMA_CONCATENATED) != LZMA_OK)
        return runtime::fault{runtime::fault_code::internal, "no memory to decompress it"};
      feed(first);
    }
    return compressed_ ? inflate() : checked(fill());
  }

private:
  std::string_view fill() { return {input_.data(), std::fread(input_.data(), 1, input_.size(), file_)}; }

  runtime::result<std::string_view> checked(std::string_view piece) {
    if (std::ferror(file_) != 0)
      return runtime::fault{runtime::fault_code::internal, std::strerror(errno)};
    return piece;
  }

  void feed(std::string_view piece) {
    xz_.next_in = reinterpret_cast<const std::uint8_t*>(piece.data());
    xz_.avail_in = piece.size();
  }

  runtime::result<std::string_view> inflate() {
    xz_.next_out = reinterpret_cast<std::uint8_t*>(output_.data());
    xz_.avail_out = output_.size();
    while (!ended_ && xz_.avail_out > 0) {
      if (xz_.avail_in == 0) {
        const auto piece = checked(fill());
        if (!piece)
          return piece.error();
        feed(*piece);
      }
      const auto outcome = lzma_code(&xz_, xz_.avail_in == 0 ? LZMA_FINISH : LZMA_RUN);
      ended_ = outcome == LZMA_STREAM_END;
      if (!ended_ && outcome != LZMA_OK)
        return runtime::fault{runtime::fault_code::corrupt, outcome == LZMA_BUF_ERROR
                                                                ? "the compressed file ends too early"
                                                                : "the compressed file is damaged"};
    }
    return std::string_view{output_.data(), output_.size() - xz_.avail_out};
  }

  std::FILE* file_;
  std::vector<char> input_;
  std::vector<char> output_;
  lzma_stream xz_ = LZMA_STREAM_INIT;
  bool begun_ = false;
  bool compressed_ = false;
  bool ended_ = false;
};

} // namespace

runtime::result<void> read_lines(const std::string& path,
                                 const std::function<void(std::string_view)>& visit) {
  const std::unique_ptr<std::FILE, close_file> file{std::fopen(path.c_str(), "rb")};
  const auto failed = [&path](runtime::fault_code code, std::string_view why) {
    return runtime::fault{code, "cannot read " + path + ": " + std::string{why}};
  };
  if (!file)
    return failed(runtime::fault_code::internal, std::strerror(errno));
  text_stream stream{file.get()};
  line_cutter cutter{visit};
  for (;;) {
    const auto piece = stream.next();
    if (!piece)
      return failed(piece.error().code, piece.error().message);
    if (piece->empty()) {
      cutter.finish();
      return {};
    }
    if (!cutter.add(*piece))
      return failed(runtime::fault_code::too_large,
                    "it has a line of more than " + std::to_string(line_bytes_max) + " bytes");
  }
}

} // namespace orderd::cluster
