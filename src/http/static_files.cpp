#include "http/static_files.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>

#include "core/bytes.h"
#include "core/text.h"
#include "http/header_list.h"
#include "http/refusals.h"

namespace croquis::http {
namespace {

namespace fs = std::filesystem;

/// One encoding of a file: its bytes and their own strong entity tag.
struct Variant {
    std::shared_ptr<const Bytes> bytes;
    std::string etag;
};

struct File {
    Variant plain;
    std::optional<Variant> brotli;
    std::optional<Variant> gzip;
    std::string content_type;
    std::string cache_control;
};

using Files = std::map<std::string, File, std::less<>>;

std::string_view content_type_of(std::string_view extension) {
    struct Known {
        std::string_view extension;
        std::string_view type;
    };
    static constexpr std::array<Known, 20> known{{{".html", "text/html; charset=utf-8"},
                                                  {".js", "text/javascript; charset=utf-8"},
                                                  {".mjs", "text/javascript; charset=utf-8"},
                                                  {".css", "text/css; charset=utf-8"},
                                                  {".json", "application/json"},
                                                  {".map", "application/json"},
                                                  {".webmanifest", "application/manifest+json"},
                                                  {".yaml", "application/yaml"},
                                                  {".txt", "text/plain; charset=utf-8"},
                                                  {".xml", "application/xml"},
                                                  {".svg", "image/svg+xml"},
                                                  {".png", "image/png"},
                                                  {".jpg", "image/jpeg"},
                                                  {".jpeg", "image/jpeg"},
                                                  {".webp", "image/webp"},
                                                  {".gif", "image/gif"},
                                                  {".ico", "image/vnd.microsoft.icon"},
                                                  {".woff2", "font/woff2"},
                                                  {".woff", "font/woff"},
                                                  {".wasm", "application/wasm"}}};
    const auto found = std::find_if(known.begin(), known.end(), [&](const Known& k) {
        return equal_ignoring_case(k.extension, extension);
    });
    return found == known.end() ? "application/octet-stream" : found->type;
}

Result<Variant> read_variant(const fs::path& path, std::string_view suffix) {
    std::ifstream file(path, std::ios::binary);
    auto bytes = std::make_shared<Bytes>(std::istreambuf_iterator<char>(file),
                                         std::istreambuf_iterator<char>());
    if (!file) return Error{ErrorKind::internal, "Cannot read " + path.string() + "."};
    const Sha256 hash = sha256(*bytes);
    Variant variant;
    variant.etag = '"' + to_hex(BytesView(hash).first(12)).append(suffix) + '"';
    variant.bytes = std::move(bytes);
    return variant;
}

/// The neighbour that the build compressed beforehand, where there is one.
Result<std::optional<Variant>> read_neighbour(const fs::path& path, const std::string& suffix) {
    fs::path neighbour = path;
    neighbour += '.' + suffix;
    // Not through a link, which could lead out of the folder.
    if (!fs::is_regular_file(fs::symlink_status(neighbour))) return std::optional<Variant>();
    auto variant = read_variant(neighbour, '-' + suffix);
    if (!variant) return variant.error();
    return std::optional<Variant>(std::move(*variant));
}

Result<File> read_file(const fs::path& path, std::string_view name) {
    auto plain = read_variant(path, "");
    if (!plain) return plain.error();
    auto brotli = read_neighbour(path, "br");
    if (!brotli) return brotli.error();
    auto gzip = read_neighbour(path, "gz");
    if (!gzip) return gzip.error();
    File file;
    file.plain = std::move(*plain);
    file.brotli = std::move(*brotli);
    file.gzip = std::move(*gzip);
    file.content_type = content_type_of(path.extension().string());
    file.cache_control =
        name.starts_with("assets/") ? "public, max-age=31536000, immutable" : "no-cache";
    return file;
}

bool is_compressed_neighbour(const fs::path& path) {
    const auto extension = path.extension();
    return (extension == ".br" || extension == ".gz") &&
           fs::exists(fs::path(path).replace_extension());
}

/// Hidden: a repository's folder, an editor's or an operator's notes. What RFC 8615 puts under
/// .well-known is there to be found.
bool is_hidden(std::string_view segment) {
    return segment.starts_with('.') && segment != ".well-known";
}

bool has_hidden_part(const fs::path& path) {
    return std::any_of(path.begin(), path.end(),
                       [](const fs::path& part) { return is_hidden(part.string()); });
}

/// The page's links from the root: `href="/` and `src="/`, but not those to another host.
std::string with_base(std::string page, std::string_view base_path) {
    for (const std::string_view attribute : {" href=\"/", " src=\"/"})
        for (auto at = page.find(attribute); at != std::string::npos;
             at = page.find(attribute, at + attribute.size())) {
            const auto slash = at + attribute.size() - 1;
            if (page.substr(slash, 2) != "//") page.insert(slash, base_path);
        }
    const auto head = page.find("<head>");
    if (head != std::string::npos)
        page.insert(head + 6,
                    "<meta name=\"croquis-base\" content=\"" + std::string(base_path) + "\">");
    return page;
}

/// What was compressed beforehand is the page without its base.
void lay_under(std::string_view base_path, File& file) {
    if (base_path.empty() || !file.content_type.starts_with("text/html")) return;
    const auto page = with_base(std::string(as_text(*file.plain.bytes)), base_path);
    auto bytes = std::make_shared<Bytes>(page.begin(), page.end());
    file.plain = {bytes, '"' + to_hex(BytesView(sha256(*bytes)).first(12)) + '"'};
    file.brotli.reset();
    file.gzip.reset();
}

Result<Files> read_folder(const fs::path& folder, std::string_view base_path) {
    std::error_code failed;
    if (!fs::is_directory(folder, failed))
        return Error{ErrorKind::not_found, "There is no folder " + folder.string() + "."};
    Files files;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        // A link could lead out of the folder.
        if (entry.is_symlink() || !entry.is_regular_file()) continue;
        if (is_compressed_neighbour(entry.path())) continue;
        const fs::path relative = entry.path().lexically_relative(folder);
        if (has_hidden_part(relative)) continue;
        const std::string name = relative.generic_string();
        auto file = read_file(entry.path(), name);
        if (!file) return file.error();
        lay_under(base_path, *file);
        files.emplace(name, std::move(*file));
    }
    return files;
}

/// A quality above zero, which is also what nothing said means (RFC 9110 section 12.4.2).
bool is_wanted(std::string_view parameters) {
    while (!parameters.empty()) {
        const auto parameter = take_first(parameters, ';');
        if (equal_ignoring_case(parameter.substr(0, 2), "q="))
            return parameter.find_first_of("123456789") != std::string_view::npos;
    }
    return true;
}

/// Whether Accept-Encoding takes this coding (RFC 9110 section 12.5.3).
bool accepts(std::string_view header, std::string_view coding) {
    bool any = false;
    while (!header.empty()) {
        std::string_view parameters = take_first(header);
        const auto name = take_first(parameters, ';');
        if (equal_ignoring_case(name, coding)) return is_wanted(parameters);
        if (name == "*") any = is_wanted(parameters);
    }
    return any;
}

Response answer(const Request& request, const File& file) {
    Response response;
    response.set("Content-Type", file.content_type);
    response.set("Cache-Control", file.cache_control);
    const Variant* chosen = &file.plain;
    if (file.brotli || file.gzip) {
        response.set("Vary", "Accept-Encoding");
        const auto accepted = request.header("accept-encoding");
        if (file.brotli && accepts(accepted, "br")) {
            chosen = &*file.brotli;
            response.set("Content-Encoding", "br");
        } else if (file.gzip && accepts(accepted, "gzip")) {
            chosen = &*file.gzip;
            response.set("Content-Encoding", "gzip");
        }
    }
    response.set("ETag", chosen->etag);
    response.shared_body = chosen->bytes;
    return response;
}

std::string path_of(const Request& request) {
    std::string path;
    for (const auto& segment : request.segments) {
        if (!path.empty()) path += '/';
        path += segment;
    }
    return path;
}

const File* find(const Files& files, const std::string& fallback, const std::string& path) {
    // The page must not stand in for what whoever asks for /.git/config looks for.
    if (has_hidden_part(fs::path(path))) return nullptr;
    const auto named = files.find(path.empty() ? std::string_view("index.html") : path);
    if (named != files.end()) return &named->second;
    const bool has_extension = path.find('.', path.rfind('/') + 1) != std::string::npos;
    if (fallback.empty() || has_extension) return nullptr;
    const auto other = files.find(fallback);
    return other == files.end() ? nullptr : &other->second;
}

}  // namespace

Result<Router> static_files(const fs::path& folder, const std::string& fallback,
                            std::string_view base_path) {
    auto read = read_folder(folder, base_path);
    if (!read) return read.error();
    const auto files = std::make_shared<const Files>(std::move(*read));
    const auto serve = [files, fallback](Request& request) -> boost::asio::awaitable<Response> {
        const File* file = find(*files, fallback, path_of(request));
        if (file == nullptr) co_return problem_of(refusals::address_not_found);
        co_return answer(request, *file);
    };
    Router router;
    router.add(Method::get, "/", serve);
    router.add(Method::get, "/{path*}", serve);
    return router;
}

}  // namespace croquis::http
