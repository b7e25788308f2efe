#include "api/codec/import_body.h"

#include <algorithm>
#include <array>

#include "api/codec/invalid.h"
#include "core/characters.h"
#include "core/text.h"

namespace croquis::api {
namespace {

constexpr std::size_t max_value_bytes = 1024;
constexpr std::size_t max_mappings = 1000;

/// Of a body that is the file itself. What it really is its bytes and its name say.
constexpr std::array media_types{"application/zip",
                                 "application/x-zip-compressed",
                                 "application/gzip",
                                 "application/x-gzip",
                                 "application/x-tar",
                                 "text/csv",
                                 "text/tab-separated-values",
                                 "application/json",
                                 "application/x-ndjson",
                                 "application/ndjson",
                                 "application/jsonl",
                                 "application/xml",
                                 "text/xml",
                                 "image/png",
                                 "image/jpeg",
                                 "image/webp",
                                 "application/octet-stream"};

Result<void> set_map(service::ImportOptions& options, const std::string& pair) {
    const auto equals = pair.find('=');
    if (equals == 0 || equals == std::string::npos || equals + 1 == pair.size())
        return invalid("map", "A mapping is FROM=TO, as in Circle=circle.");
    if (options.map.size() >= max_mappings)
        return invalid("map", "An import has at most 1,000 mappings.");
    options.map[pair.substr(0, equals)] = pair.substr(equals + 1);
    return {};
}

Result<void> set_format(service::ImportRequest& asked, const std::string& word) {
    if (word.empty()) return {};
    asked.reading.format = dataset::format_from(word);
    if (!asked.reading.format)
        return invalid("format",
                       "A format is imagefolder, csv, ndjson, labelstudio, coco, datumaro, cvat, "
                       "imagenet or huggingface; without one it is found out.");
    return {};
}

Result<void> set_words(service::ImportRequest& asked, std::string_view name,
                       const std::string& value) {
    if (name == "labels_as") {
        const auto labels_as = service::labels_as_from(value);
        if (!labels_as) return invalid(name, "This is reviewed, suggested or ignore.");
        asked.options.labels_as = *labels_as;
    } else if (name == "new_labels") {
        if (value != "make" && value != "refuse") return invalid(name, "This is make or refuse.");
        asked.options.make_labels = value == "make";
    } else {
        if (value != "true" && value != "false") return invalid(name, "This is true or false.");
        asked.options.dry_run = value == "true";
    }
    return {};
}

/// A parameter of the query or a field of the form.
Result<void> set(service::ImportRequest& asked, std::string_view name, std::string value) {
    if (value.size() > max_value_bytes || has_control_characters(value) || !is_utf8(value))
        return invalid(name,
                       "This has more than 1,024 bytes or control characters, or is not UTF-8.");
    if (name == "map") return set_map(asked.options, value);
    if (name == "format") return set_format(asked, value);
    if (name == "labels_as" || name == "new_labels" || name == "dry_run")
        return set_words(asked, name, value);
    auto& reading = asked.reading;
    std::string* const text = name == "pseudonym"      ? &asked.options.pseudonym
                              : name == "path_column"  ? &reading.path_column
                              : name == "label_column" ? &reading.label_column
                              : name == "names_in"     ? &reading.archive.name_charset
                                                       : nullptr;
    if (text == nullptr) return invalid(name, "An import has no such parameter.");
    if (name == "pseudonym")
        if (auto fine = service::check_given_pseudonym(value); !fine) return fine;
    *text = std::move(value);
    return {};
}

std::string media_type_of(std::string_view content_type) {
    return folded(content_type.substr(0, content_type.find(';')));
}

}  // namespace

Result<service::ImportRequest> read_import_query(const http::Request& request) {
    service::ImportRequest asked;
    for (const auto& [name, value] : request.query)
        if (name != "filename")
            if (const auto known = set(asked, name, value); !known) return known.error();
    return asked;
}

Result<std::shared_ptr<ImportBody>> ImportBody::make(const http::Request& request,
                                                     service::ImportRequest asked,
                                                     std::shared_ptr<service::Upload> upload) {
    const auto content_type = request.header("content-type");
    const auto type = media_type_of(content_type);
    if (type == "multipart/form-data") {
        http::MultipartLimits limits;
        limits.max_parts = service::max_uploaded_files + max_mappings;
        auto form = http::MultipartReader::make(content_type, limits);
        if (!form) return form.error();
        return std::make_shared<ImportBody>(std::move(asked), std::move(upload), std::move(*form));
    }
    if (std::find(media_types.begin(), media_types.end(), type) == media_types.end())
        return Error{ErrorKind::unsupported_media,
                     "An import is an archive (application/zip, application/gzip), text/csv, "
                     "application/x-ndjson, application/json, application/xml, a picture, or a "
                     "form with any of them as \"file\".",
                     "Content-Type"};
    const auto begun =
        upload->begin(std::string(request.query_value("filename").value_or("")), type);
    if (!begun) return begun.error();
    return std::make_shared<ImportBody>(std::move(asked), std::move(upload), std::nullopt);
}

Result<void> ImportBody::feed(std::string_view bytes) {
    return form_ ? form_->feed(bytes, *this) : upload_->write(bytes);
}

Result<void> ImportBody::finish() {
    return form_ ? form_->finish() : upload_->end();
}

Result<void> ImportBody::begin(const http::Part& part) {
    field_ = part.name == "file" ? "" : part.name;
    value_.clear();
    if (!field_.empty()) return {};
    return upload_->begin(part.filename, media_type_of(part.content_type));
}

Result<void> ImportBody::take(std::string_view bytes) {
    if (field_.empty()) return upload_->write(bytes);
    if (value_.size() + bytes.size() > max_value_bytes)
        return invalid(field_, "This has more than 1,024 bytes.");
    value_ += bytes;
    return {};
}

Result<void> ImportBody::end() {
    return field_.empty() ? upload_->end() : set(asked_, field_, std::exchange(value_, {}));
}

}  // namespace croquis::api
