#include "http/message.h"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "core/text.h"

namespace croquis::http {

std::string_view Request::header(std::string_view name) const {
    const auto found = std::find_if(headers.begin(), headers.end(),
                                    [&](const auto& h) { return h.first == name; });
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
    const auto found =
        std::find_if(query.begin(), query.end(), [&](const auto& q) { return q.first == name; });
    if (found == query.end()) return std::nullopt;
    return found->second;
}

Response& Response::set(std::string name, std::string value) {
    const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& h) {
        return equal_ignoring_case(h.first, name);
    });
    if (found == headers.end())
        headers.emplace_back(std::move(name), std::move(value));
    else
        found->second = std::move(value);
    return *this;
}

const std::string* Response::header(std::string_view name) const {
    const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& h) {
        return equal_ignoring_case(h.first, name);
    });
    return found == headers.end() ? nullptr : &found->second;
}

Response json_response(int status, const boost::json::value& body) {
    Response response;
    response.status = status;
    response.set("Content-Type", "application/json");
    response.body = boost::json::serialize(body);
    return response;
}

Response no_content() {
    Response response;
    response.status = 204;
    return response;
}

int status_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::invalid:
            return 422;
        case ErrorKind::malformed:
            return 400;
        case ErrorKind::too_large:
            return 413;
        case ErrorKind::unsupported_media:
            return 415;
        case ErrorKind::unauthenticated:
            return 401;
        case ErrorKind::forbidden:
            return 403;
        case ErrorKind::not_found:
            return 404;
        case ErrorKind::conflict:
            return 409;
        case ErrorKind::precondition_failed:
            return 412;
        case ErrorKind::precondition_required:
            return 428;
        case ErrorKind::rate_limited:
            return 429;
        case ErrorKind::unavailable:
            return 503;
        case ErrorKind::internal:
            return 500;
    }
    return 500;
}

std::string_view title_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::invalid:
            return "A value cannot be accepted";
        case ErrorKind::malformed:
            return "The data cannot be read";
        case ErrorKind::too_large:
            return "A limit is passed";
        case ErrorKind::unsupported_media:
            return "This kind of data is not read here";
        case ErrorKind::unauthenticated:
            return "A sign-in is needed";
        case ErrorKind::forbidden:
            return "Not allowed";
        case ErrorKind::not_found:
            return "Not found";
        case ErrorKind::conflict:
            return "It clashes with what is stored";
        case ErrorKind::precondition_failed:
            return "It changed in the meantime";
        case ErrorKind::precondition_required:
            return "Say which version you saw";
        case ErrorKind::rate_limited:
            return "Too many tries";
        case ErrorKind::unavailable:
            return "Not possible at the moment";
        case ErrorKind::internal:
            return "The server failed";
    }
    return "The server failed";
}

std::span<const StatusProblem> status_problems() {
    static constexpr std::array all{
        StatusProblem{405, "method-not-allowed", "This address does not take that method",
                      "There is something at this address, but not for this method.",
                      "Use one of the methods that the answer's Allow names."},
        StatusProblem{408, "request-timeout", "The request did not come in time",
                      "The header or the body took longer than the API's document allows.",
                      "Send it again, over a faster connection or in smaller pieces."},
        StatusProblem{
            414, "address-too-long", "The address is too long",
            "The request's address alone fills what a whole header may take.",
            "Send less in the address; the limits stand at the top of the API's document."},
        StatusProblem{416, "range-not-satisfiable", "There is no such part",
                      "The range lies outside of the data, whose size Content-Range states.",
                      "Ask for a range within it, or for the whole."},
        StatusProblem{417, "expectation-failed", "An expectation cannot be met",
                      "The request expects something other than 100-continue.",
                      "Send it without the header Expect."},
        StatusProblem{431, "header-too-large", "The header is too large",
                      "The request's header passes the limit that the API's document states.",
                      "Send fewer or shorter header fields; cookies are not needed here."},
        StatusProblem{501, "not-implemented", "This is not done here",
                      "The method or the transfer coding is one that this server does not know.",
                      "Use the methods of the API's document, and no coding but chunked."},
        StatusProblem{502, "bad-gateway", "The backend gave no answer",
                      "The page's server cannot reach the backend, or its answer makes no sense.",
                      "Try again shortly; the log of the page's server has the reason."},
        StatusProblem{
            504, "gateway-timeout", "The backend takes too long",
            "The backend did not answer in time. What was asked may still be done.",
            "Look whether it was done before trying again; with an Idempotency-Key nothing "
            "is stored twice."}};
    return all;
}

Response problem_with_status(int status, const Error& error) {
    const auto known = status_problems();
    const auto special = std::find_if(known.begin(), known.end(),
                                      [&](const auto& one) { return one.status == status; });
    const bool is_special = special != known.end();
    const auto type = is_special ? special->name : to_string(error.kind);
    boost::json::object body{{"type", std::string("/problems/").append(type)},
                             {"title", is_special ? special->title : title_of(error.kind)},
                             {"status", status}};
    body["detail"] = error.kind == ErrorKind::internal
                         ? "The server could not do this; its log says why."
                         : error.detail;
    if (!error.field.empty()) body["field"] = error.field;
    if (!error.code.empty()) body["code"] = error.code;
    Response response = json_response(status, body);
    response.set("Content-Type", "application/problem+json");
    response.set("Cache-Control", "no-store");
    if (error.retry_after_s > 0) response.set("Retry-After", std::to_string(error.retry_after_s));
    if (status == 401) response.set("WWW-Authenticate", "Bearer");
    response.is_problem = true;
    if (error.kind == ErrorKind::internal) response.hidden_detail = error.detail;
    return response;
}

Response problem(const Error& error) {
    return problem_with_status(status_of(error.kind), error);
}

}  // namespace croquis::http
