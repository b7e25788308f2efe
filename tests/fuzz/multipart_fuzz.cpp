#include <algorithm>
#include <string>

#include "core/bytes.h"
#include "fuzz/target.h"
#include "http/multipart.h"

/// The first line is the Content-Type, the rest the body. What is read lies in the body, within the
/// limits, and is read the same from a form that is written of it.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace croquis;
    const std::string_view input = as_text(BytesView(data, size));
    const auto line = std::min(input.find('\n'), input.size());
    const std::string_view type = input.substr(0, line);
    const std::string_view body = input.substr(std::min(line + 1, input.size()));
    http::MultipartLimits limits;
    limits.max_parts = 4;
    limits.max_part_header_bytes = 256;
    limits.max_part_bytes = 1024;
    const auto parts = http::parse_multipart(type, body, limits);
    if (!parts) return 0;
    fuzz::require(parts->size() <= limits.max_parts, "more parts than the limit");
    const std::string boundary = "a-boundary-that-no-input-has-by-chance-7f3a";
    std::string again;
    for (const auto& part : *parts) {
        fuzz::require(part.content.size() <= limits.max_part_bytes, "a part past the limit");
        fuzz::require(!part.name.empty(), "a part without a name");
        fuzz::require(part.content.empty() ||
                          (part.content.data() >= body.data() &&
                           part.content.data() + part.content.size() <= body.data() + body.size()),
                      "a part outside of the body");
        again += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n";
        again.append(part.content).append("\r\n");
    }
    again += "--" + boundary + "--";
    if (body.find(boundary) != std::string_view::npos || parts->empty()) return 0;
    const auto read =
        http::parse_multipart("multipart/form-data; boundary=" + boundary, again, limits);
    fuzz::require(read && read->size() == parts->size(), "a written form has other parts");
    for (std::size_t i = 0; i < parts->size(); ++i)
        fuzz::require((*read)[i].content == (*parts)[i].content, "a written part differs");
    return 0;
}
