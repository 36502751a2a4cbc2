// What LeakSanitizer is not to report of programs of these tests.
//
// A connection that orderd ends is kept by CAF's multiplexer until the other end has closed it too. When the
// multiplexer stops in between, it forgets such a connection. The process ends then, so nothing is lost by
// it.

extern "C" const char* __lsan_default_suppressions();

extern "C" const char* __lsan_default_suppressions() {
  return "leak:caf::io::network::default_multiplexer::new_scribe\n";
}
