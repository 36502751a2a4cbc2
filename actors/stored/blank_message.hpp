// Messages to encode into: their memory is used again, so that encoding allocates nothing but the result.
#pragma once

namespace orderd::actors {

/// This thread's message of a type, without any of the content it had. A reference until the next call for
/// the same type.
template <class Message>
Message& blank() {
  thread_local Message message;
  message.Clear();
  return message;
}

} // namespace orderd::actors
