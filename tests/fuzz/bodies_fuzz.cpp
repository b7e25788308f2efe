#include <boost/json/serialize.hpp>

#include "api/codec/request_bodies.h"
#include "core/bytes.h"
#include "fuzz/target.h"

namespace {

using namespace croquis;

http::Request with_body(const char* type, std::string_view body) {
    http::Request request;
    request.method = http::Method::post;
    request.headers.emplace_back("content-type", type);
    request.body = std::string(body);
    return request;
}

void check(const Error& error) {
    fuzz::require(error.kind != ErrorKind::internal, "a body is our fault");
    fuzz::require(!error.detail.empty(), "an error without words");
}

}  // namespace

/// The bodies of requests as JSON and as a form of the web.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto body = as_text({data, size});
    constexpr std::size_t max_image = 4096;
    const auto prediction = api::read_prediction(with_body("application/json", body), max_image);
    if (!prediction) check(prediction.error());
    const auto object = api::read_object(with_body("application/json", body));
    if (!object) check(object.error());
    if (object) {
        const auto text = boost::json::serialize(*object);
        const auto again = api::read_object(with_body("application/json", text));
        if (text.size() <= api::max_small_body)
            fuzz::require(!again.has_error(), "JSON is not read again");
        (void)api::text_member(*object, "tag");
        (void)api::optional_bool(*object, "enabled");
    }
    const auto form =
        api::read_object_or_form(with_body("application/x-www-form-urlencoded", body));
    if (!form) check(form.error());
    return 0;
}
