// Damages files: one bit at a time, and puts it right again.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>

namespace orderd::test {

/// A byte of a file. Pre: the file has it.
inline char byte_of(const std::string& file, std::uint64_t at) {
  std::ifstream in{file, std::ios::binary};
  in.seekg(static_cast<std::streamoff>(at));
  return static_cast<char>(in.get());
}
inline void put_byte(const std::string& file, std::uint64_t at, char byte) {
  std::fstream out{file, std::ios::binary | std::ios::in | std::ios::out};
  out.seekp(static_cast<std::streamoff>(at));
  out.put(byte);
}

/// A bit that is the other way round while it lives.
class flipped_bit {
public:
  flipped_bit(std::string file, std::uint64_t at, int bit) : file_(std::move(file)), at_(at), bit_(bit) {
    flip();
  }
  flipped_bit(const flipped_bit&) = delete;
  flipped_bit& operator=(const flipped_bit&) = delete;
  ~flipped_bit() { flip(); }

private:
  void flip() const { put_byte(file_, at_, static_cast<char>(byte_of(file_, at_) ^ (1 << bit_))); }

  std::string file_;
  std::uint64_t at_;
  int bit_;
};

} // namespace orderd::test
