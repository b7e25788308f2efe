#include "http/message.h"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "core/error_kinds.h"
#include "core/text.h"

namespace croquis::http {
namespace {

/// What HTTP makes of a kind of error.
struct KindProblem {
    ErrorKind kind;
    int status;
    std::string_view title;
};

constexpr std::array kind_problems{
    KindProblem{ErrorKind::invalid, 422, "A value cannot be accepted"},
    KindProblem{ErrorKind::malformed, 400, "The data cannot be read"},
    KindProblem{ErrorKind::too_large, 413, "A limit is passed"},
    KindProblem{ErrorKind::unsupported_media, 415, "This kind of data is not read here"},
    KindProblem{ErrorKind::unauthenticated, 401, "A sign-in is needed"},
    KindProblem{ErrorKind::forbidden, 403, "Not allowed"},
    KindProblem{ErrorKind::not_found, 404, "Not found"},
    KindProblem{ErrorKind::conflict, 409, "It clashes with what is stored"},
    KindProblem{ErrorKind::precondition_failed, 412, "It changed in the meantime"},
    KindProblem{ErrorKind::precondition_required, 428, "Say which version you saw"},
    KindProblem{ErrorKind::rate_limited, 429, "Too many tries"},
    KindProblem{ErrorKind::unavailable, 503, "Not possible at the moment"},
    KindProblem{ErrorKind::internal, 500, "The server failed"}};
static_assert(has_every_kind(kind_problems));

const KindProblem& problem_of(ErrorKind kind) {
    return row_of(kind_problems, kind);
}

}  // namespace

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
    return problem_of(kind).status;
}

std::string_view title_of(ErrorKind kind) {
    return problem_of(kind).title;
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

Response problem_with_status(int status, const Error& error, boost::json::object parameters) {
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
    if (!parameters.empty()) body["parameters"] = std::move(parameters);
    Response response = json_response(status, body);
    response.set("Content-Type", "application/problem+json");
    response.set("Cache-Control", "no-store");
    if (error.retry_after_s > 0) response.set("Retry-After", std::to_string(error.retry_after_s));
    if (status == 401) response.set("WWW-Authenticate", "Bearer");
    response.is_problem = true;
    if (error.kind == ErrorKind::internal) response.hidden_detail = error.detail;
    return response;
}

Response problem(const Error& error, boost::json::object parameters) {
    return problem_with_status(status_of(error.kind), error, std::move(parameters));
}

}  // namespace croquis::http
