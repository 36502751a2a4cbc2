#include "cluster/orderctl/page_fetch.hpp"

#include <curl/curl.h>

#include <memory>

namespace orderd::cluster {

namespace {

constexpr long seconds_max = 5;
constexpr std::size_t bytes_max = 16u << 20;

std::size_t take(const char* bytes, std::size_t, std::size_t count, void* into) {
  auto& page = *static_cast<std::string*>(into);
  if (count > bytes_max - page.size())
    return 0; // which ends it
  page.append(bytes, count);
  return count;
}

runtime::fault failed(const std::string& why) {
  return {runtime::fault_code::unavailable, why};
}

} // namespace

runtime::result<std::string> fetch_page(const std::string& url) {
  const std::unique_ptr<CURL, void (*)(CURL*)> call{::curl_easy_init(), ::curl_easy_cleanup};
  if (!call)
    return failed("no HTTP client can be made");
  std::string page;
  ::curl_easy_setopt(call.get(), CURLOPT_URL, url.c_str());
  ::curl_easy_setopt(call.get(), CURLOPT_PROTOCOLS_STR, "http");
  ::curl_easy_setopt(call.get(), CURLOPT_PROXY, "");
  ::curl_easy_setopt(call.get(), CURLOPT_NOSIGNAL, 1L);
  ::curl_easy_setopt(call.get(), CURLOPT_TIMEOUT, seconds_max);
  ::curl_easy_setopt(call.get(), CURLOPT_WRITEFUNCTION, take);
  ::curl_easy_setopt(call.get(), CURLOPT_WRITEDATA, &page);
  if (const auto end = ::curl_easy_perform(call.get()); end != CURLE_OK)
    return failed(end == CURLE_WRITE_ERROR ? "it has more than 16 MiB" : ::curl_easy_strerror(end));
  long status = 0;
  ::curl_easy_getinfo(call.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status != 200)
    return failed("HTTP status " + std::to_string(status));
  return page;
}

} // namespace orderd::cluster
