#include "requests.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json.hpp>
#include <boost/url.hpp>
#include <fstream>
#include <stdexcept>

namespace croquis::bench {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace json = boost::json;

constexpr auto api_root = "/api/v1/public";

std::string host_line(const Target& target) {
    return "Host: " + target.host + ":" + target.port + "\r\n";
}

Request get_request(const Target& target, const std::string& path, const std::string& more = "") {
    return {"GET " + path + " HTTP/1.1\r\n" + host_line(target) + more + "\r\n", ""};
}

json::object get_json(const Target& target, const std::string& path) {
    const auto answer = get(target, path);
    if (answer.status != 200)
        throw std::runtime_error("GET " + path + " answered " + std::to_string(answer.status));
    return json::parse(answer.body).as_object();
}

std::string list_path(std::size_t limit, const json::value& cursor) {
    boost::urls::url url(std::string(api_root) + "/drawings");
    url.params().append({"limit", std::to_string(limit)});
    if (cursor.is_string()) url.params().append({"cursor", std::string_view(cursor.get_string())});
    return url.buffer();
}

}  // namespace

Target parse_target(std::string_view url) {
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed || parsed->scheme() != "http" || !parsed->has_port())
        throw std::invalid_argument("not http://HOST:PORT: " + std::string(url));
    return {std::string(parsed->host()), std::string(parsed->port())};
}

Answer get(const Target& target, const std::string& path) {
    asio::io_context io;
    asio::ip::tcp::socket socket(io);
    const auto places = asio::ip::tcp::resolver(io).resolve(target.host, target.port);
    asio::connect(socket, places);
    http::request<http::empty_body> request(http::verb::get, path, 11);
    request.set(http::field::host, target.host + ":" + target.port);
    request.set(http::field::connection, "close");
    http::write(socket, request);
    boost::beast::flat_buffer buffer;
    http::response<http::string_body> response;
    http::read(socket, buffer, response);
    return {response.result_int(), std::move(response.body())};
}

std::vector<Request> submissions(const Target& target, const std::filesystem::path& drawings,
                                 bool keyed) {
    std::vector<Request> requests;
    std::ifstream file(drawings);
    for (std::string line; std::getline(file, line);) {
        const std::string body =
            R"({"image":"data:image/png;base64,)" + line + R"(","source":"bench"})";
        Request request;
        request.head =
            "POST " + std::string(api_root) + "/predictions HTTP/1.1\r\n" + host_line(target) +
            "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
            "\r\n";
        if (keyed) request.head += "Idempotency-Key: ";
        request.rest = (keyed ? "\r\n\r\n" : "\r\n") + body;
        requests.push_back(std::move(request));
    }
    if (requests.empty()) throw std::runtime_error("no drawings in " + drawings.string());
    return requests;
}

std::vector<Request> single_get(const Target& target, const std::string& path) {
    return {get_request(target, path)};
}

std::vector<Request> list_pages(const Target& target, std::size_t pages, std::size_t per_page) {
    std::vector<Request> requests;
    json::value cursor;
    do {
        const auto path = list_path(per_page, cursor);
        cursor = get_json(target, path).at("next");
        requests.push_back(get_request(target, path));
    } while (!cursor.is_null() && requests.size() < pages);
    return requests;
}

std::vector<Request> images(const Target& target, std::size_t count, bool conditional) {
    std::vector<Request> requests;
    json::value cursor;
    do {
        const auto page = get_json(target, list_path(200, cursor));
        for (const auto& drawing : page.at("drawings").as_array()) {
            const std::string etag(drawing.at("sha256").as_string());
            requests.push_back(
                get_request(target, std::string(drawing.at("image_url").as_string()),
                            conditional ? "If-None-Match: \"" + etag + "\"\r\n" : ""));
        }
        cursor = page.at("next");
    } while (!cursor.is_null() && requests.size() < count);
    if (requests.empty()) throw std::runtime_error("nothing is stored, so there are no images");
    return requests;
}

}  // namespace croquis::bench
