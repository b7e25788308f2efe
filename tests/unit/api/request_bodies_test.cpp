#include "api/codec/request_bodies.h"

#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string>

namespace croquis::api {
namespace {

constexpr std::size_t max_bytes = 96;

http::Request json_request(const std::string& image) {
    http::Request request;
    request.method = http::Method::post;
    request.headers.emplace_back("content-type", "application/json");
    request.body = boost::json::serialize(boost::json::object{{"image", image}});
    return request;
}

/// The picture's bytes as text, or "refused" and the field at fault.
std::string read(const std::string& image) {
    const auto submit = read_prediction(json_request(image), max_bytes);
    if (submit) return std::string(as_text(submit->image));
    EXPECT_EQ(submit.error().field, "image");
    return submit.error().kind == ErrorKind::malformed ? "malformed" : "refused";
}

/// What a picture of so many bytes is answered in a form: the bytes read, or the field at fault.
std::string read_form(std::size_t bytes, std::size_t max_image_bytes) {
    http::Request request;
    request.method = http::Method::post;
    request.headers.emplace_back("content-type", "multipart/form-data; boundary=XX");
    request.body =
        "--XX\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\n" +
        std::string(bytes, 'x') + "\r\n--XX--\r\n";
    const auto submit = read_prediction(request, max_image_bytes);
    if (submit) return std::to_string(submit->image.size());
    EXPECT_EQ(submit.error().kind, ErrorKind::too_large);
    return submit.error().field;
}

TEST(ReadPrediction, TakesPicturesInFormsUpToTheirLimit) {
    EXPECT_EQ(read_form(max_bytes, max_bytes), "96");
    EXPECT_EQ(read_form(max_bytes + 1, max_bytes), "image");
    constexpr std::size_t large = std::size_t{12} << 20U;
    EXPECT_EQ(read_form(large, large), std::to_string(large));
    EXPECT_EQ(read_form(large + 1, large), "image");
}

TEST(ReadPrediction, TakesDataUrlsAsTheyAreWritten) {
    for (const char* url :
         {"Zm9vYg==", "data:image/png;base64,Zm9vYg==", "DATA:image/png;base64,Zm9vYg==",
          "data:image/png;BASE64,Zm9vYg==", "Data:IMAGE/PNG;Base64,Zm9vYg==",
          "data:;base64,Zm9vYg==", "data:image/svg+xml;charset=utf-8;base64,Zm9vYg==",
          "data:image/png;name=\"a;b\";base64,Zm9vYg==", "data:image/png; base64,Zm9vYg==",
          "data:image/png;base64 ,Zm9vYg==", " data:image/png;base64,Zm9vYg==\n",
          "data:image/png;base64,\r\nZm9v\r\nYg==\r\n", "data:image/png;base64,Zm9vYg",
          "data:image/png;base64,Zm9vYg%3D%3d", "data:image/png;base64,%5Am9vYg=="})
        EXPECT_EQ(read(url), "foob") << url;
    EXPECT_EQ(read("data:image/png;base64,-_8"), "\xfb\xff");
    EXPECT_EQ(read("data:image/png;base64,%2B/8="), "\xfb\xff");
}

TEST(ReadPrediction, RefusesDataUrlsThatAreNotInBase64) {
    for (const char* url :
         {"data:image/png,Zm9vYg==", "data:image/pngbase64,Zm9vYg==", "data:base64,Zm9vYg==",
          "data:image/png;base64", "data:image/png;base64;Zm9vYg==", "data:image/png;base65,Zm9v",
          "data:;base64,Zm9v%", "data:;base64,Zm9v%zz", "http://x/y.png", "data:"})
        EXPECT_EQ(read(url), "malformed") << url;
}

TEST(ReadPrediction, TakesPrefixAndLinesWithinTheirLimits) {
    const std::string longest(256 - 5 - 8, 'x');
    EXPECT_EQ(read("data:" + longest.substr(1) + ";base64,Zm9v"), "foo");
    EXPECT_EQ(read("data:" + longest + "x;base64,Zm9v"), "malformed");
    const std::string digits(128, 'A');  // of 96 bytes
    EXPECT_EQ(read(digits.substr(64) + "\r\n" + digits.substr(64) + "\r\n").size(), max_bytes);
    const auto room = max_image_text(max_bytes);
    EXPECT_EQ(read(digits + std::string(room - digits.size(), '\n')).size(), max_bytes);
    EXPECT_EQ(read(digits + std::string(room - digits.size() + 1, '\n')), "refused");
}

TEST(ReadObject, RefusesNumbersThatAreTooLarge) {
    for (const char* text :
         {R"({"a": 1e400})", R"({"a": [1, {"b": -1e400}]})", R"({"a": 10e0044446458})"}) {
        http::Request request;
        request.headers.emplace_back("content-type", "application/json");
        request.body = text;
        const auto object = read_object(request);
        ASSERT_FALSE(object) << text;
        EXPECT_EQ(object.error().kind, ErrorKind::malformed);
        request.body = R"({"a": [1.7e308, -1.7e308, 1e-400]})";
        EXPECT_TRUE(read_object(request));
    }
}

}  // namespace
}  // namespace croquis::api
