#include "cluster/node/page_request.hpp"

namespace orderd::cluster {

namespace {

constexpr std::string_view path_of_page = "/metrics";

std::string response(const char* status, std::string_view type, std::string_view body,
                     std::size_t body_bytes) {
  std::string out{"HTTP/1.1 "};
  out.append(status).append("\r\nContent-Type: ").append(type);
  out.append("\r\nContent-Length: ").append(std::to_string(body_bytes));
  out.append("\r\nConnection: close\r\n\r\n").append(body);
  return out;
}

std::string refusal(const char* status, std::string_view sentence) {
  return response(status, "text/plain; charset=utf-8", sentence, sentence.size());
}

} // namespace

page_request judge_page_request(std::string_view bytes) {
  if (bytes.find("\r\n\r\n") == std::string_view::npos)
    return bytes.size() < page_request_bytes_max ? page_request::unfinished : page_request::unreadable;
  const auto line = bytes.substr(0, bytes.find("\r\n"));
  const auto method_ends = line.find(' ');
  const auto target_ends = line.rfind(' ');
  if (method_ends == std::string_view::npos || target_ends == method_ends
      || !line.substr(target_ends + 1).starts_with("HTTP/1."))
    return page_request::unreadable;
  const auto method = line.substr(0, method_ends);
  const auto target = line.substr(method_ends + 1, target_ends - method_ends - 1);
  if (target.substr(0, target.find('?')) != path_of_page)
    return page_request::elsewhere;
  if (method == "GET")
    return page_request::page;
  return method == "HEAD" ? page_request::page_head : page_request::method;
}

std::string page_response(page_request to, const std::string& page) {
  constexpr std::string_view type = "text/plain; version=0.0.4; charset=utf-8";
  switch (to) {
  case page_request::page:
    return response("200 OK", type, page, page.size());
  case page_request::page_head:
    return response("200 OK", type, {}, page.size());
  case page_request::elsewhere:
    return refusal("404 Not Found", "there is only /metrics here\n");
  case page_request::method:
    return refusal("405 Method Not Allowed", "ask with GET\n");
  case page_request::unfinished:
    return refusal("408 Request Timeout", "the request did not end in time\n");
  case page_request::unreadable:
    break;
  }
  return refusal("400 Bad Request", "this is no request for a page\n");
}

} // namespace orderd::cluster
