#include "api/codec/query_parameters.h"

#include <algorithm>
#include <array>

#include "api/codec/invalid.h"
#include "core/number.h"
#include "service/transfer/import_options.h"

namespace croquis::api {
namespace {

constexpr std::size_t max_limit = 200;
constexpr std::size_t max_tag_bytes = 64;
constexpr std::size_t max_long_text_bytes = 600;
/// Of the name of a file, and the sign for one that begins so.
constexpr std::size_t max_name_bytes = service::max_file_name_bytes + 1;
constexpr std::size_t max_if_match_bytes = 255;
constexpr int most_place = 32767;
constexpr std::uint8_t by_time = 1;
constexpr std::uint8_t by_place = 3;  // 2 was by confidence

Result<std::optional<float>> read_confidence(const http::Request& request, std::string_view name) {
    const auto text = request.query_value(name);
    if (!text) return std::optional<float>();
    const auto value = number<float>(*text);
    // NaN fails both comparisons
    if (!value || !(*value >= 0 && *value <= 1))
        return invalid(name, "A confidence is a number from 0 to 1.");
    return std::optional<float>(*value);
}

Result<std::optional<Timestamp>> read_time(const http::Request& request, std::string_view name) {
    const auto text = request.query_value(name);
    if (!text) return std::optional<Timestamp>();
    const auto value = from_rfc3339(*text);
    if (!value)
        return invalid(name, "A time is written as 2026-11-24T14:07:00Z (RFC 3339; + is %2B).");
    return std::optional<Timestamp>(*value);
}

Result<std::optional<std::string>> read_tag(const http::Request& request) {
    const auto text = request.query_value("tag");
    if (!text) return std::optional<std::string>();
    if (text->empty() || text->size() > max_tag_bytes)
        return invalid("tag", "A tag has 1 to 64 bytes of UTF-8.");
    return std::optional<std::string>(std::string(*text));
}

Result<std::optional<std::string>> read_word(const http::Request& request, std::string_view name) {
    const auto text = request.query_value(name);
    if (!text) return std::optional<std::string>();
    if (text->empty() || text->size() > max_tag_bytes)
        return invalid(name, "This has 1 to 64 bytes of UTF-8.");
    return std::optional<std::string>(std::string(*text));
}

Result<std::optional<store::NameFilter>> read_name(const http::Request& request,
                                                   std::string_view name) {
    const auto text = request.query_value(name);
    if (!text) return std::optional<store::NameFilter>();
    if (text->empty() || text->size() > max_name_bytes)
        return invalid(name, "This has 1 to 1025 bytes of UTF-8.");
    return std::optional(store::name_filter(*text));
}

Result<std::optional<std::string>> read_name_part(const http::Request& request) {
    const auto text = request.query_value("name_contains");
    if (!text) return std::optional<std::string>();
    auto part = store::name_part(*text);
    if (!part) return part.error();
    return std::optional(std::move(*part));
}

Result<std::optional<bool>> read_flag(const http::Request& request, std::string_view name) {
    const auto flag = request.query_value(name);
    if (!flag) return std::optional<bool>();
    if (*flag != "true" && *flag != "false") return invalid(name, "This is true or false.");
    return std::optional<bool>(*flag == "true");
}

Result<std::optional<Uuid>> read_id_of(std::optional<std::string_view> text, std::string_view name,
                                       const char* otherwise) {
    if (!text) return std::optional<Uuid>();
    const auto id = Uuid::parse(*text);
    if (!id) return invalid(name, otherwise);
    return std::optional<Uuid>(*id);
}

Result<store::Order> read_order(const http::Request& request) {
    const auto text = request.query_value("order").value_or("newest_first");
    if (text == "newest_first") return store::Order::newest_first;
    if (text == "oldest_first") return store::Order::oldest_first;
    if (text == "most_telling_first") return store::Order::most_telling_first;
    return invalid("order", "An order is newest_first, oldest_first or most_telling_first.");
}

/// What anybody may ask a list for.
Result<void> read_plain_filters(const http::Request& request, store::Filters& filters) {
    const auto tag = read_tag(request);
    if (!tag) return tag.error();
    filters.tag = *tag;
    for (const auto& [name, into] : {std::pair("min_confidence", &filters.min_confidence),
                                     std::pair("max_confidence", &filters.max_confidence)}) {
        const auto confidence = read_confidence(request, name);
        if (!confidence) return confidence.error();
        *into = *confidence;
    }
    for (const auto& [name, into] :
         {std::pair("from", &filters.from), std::pair("until", &filters.until)}) {
        const auto time = read_time(request, name);
        if (!time) return time.error();
        *into = *time;
    }
    return {};
}

/// What annotators may ask a list and an export for besides.
Result<void> read_review_filters(const http::Request& request, store::Filters& filters) {
    for (const auto& [name, into] :
         {std::pair("tagged_by", &filters.tagged_by), std::pair("source", &filters.source)}) {
        const auto word = read_word(request, name);
        if (!word) return word.error();
        *into = *word;
    }
    for (const auto& [name, into] :
         {std::pair("reviewed", &filters.reviewed),
          std::pair("disagreement", &filters.disagreement),
          std::pair("disputed", &filters.disputed), std::pair("flagged", &filters.flagged),
          std::pair("imported", &filters.imported)}) {
        const auto flag = read_flag(request, name);
        if (!flag) return flag.error();
        *into = *flag;
    }
    for (const auto& [name, into] : {std::pair("external_id", &filters.external_id),
                                     std::pair("file_name", &filters.file_name)}) {
        const auto asked = read_name(request, name);
        if (!asked) return asked.error();
        *into = *asked;
    }
    const auto part = read_name_part(request);
    if (!part) return part.error();
    filters.name_contains = *part;
    const auto import = read_import(request);
    if (!import) return import.error();
    filters.import_job = *import;
    const auto tagged_since = read_time(request, "tagged_since");
    if (!tagged_since) return tagged_since.error();
    filters.tagged_since = *tagged_since;
    return {};
}

/// Limit and cursor into `query`, whose order is set.
Result<void> read_paging(const http::Request& request, store::Query& query) {
    const auto limit = read_limit(request, store::Query().limit, max_limit);
    if (!limit) return limit.error();
    query.limit = *limit;
    const auto text = request.query_value("cursor");
    if (!text || text->empty()) return {};
    const auto cursor = read_cursor(query.order, *text);
    if (!cursor) return cursor.error();
    query.after = *cursor;
    return {};
}

std::uint8_t kind_of(store::Order order) {
    return order == store::Order::most_telling_first ? by_place : by_time;
}

}  // namespace

Result<std::size_t> read_limit(const http::Request& request, std::size_t otherwise,
                               std::size_t most) {
    const auto text = request.query_value("limit");
    if (!text) return otherwise;
    const auto value = number<std::size_t>(*text);
    if (!value || *value < 1 || *value > most)
        return invalid("limit", "A page has 1 to " + std::to_string(most) + " entries.");
    return *value;
}

Result<store::Query> read_list_query(const http::Request& request, store::Audience audience) {
    store::Query query;
    query.audience = audience;
    if (audience == store::Audience::annotators) {
        const auto order = read_order(request);
        if (!order) return order.error();
        query.order = *order;
        if (const auto read = read_review_filters(request, query); !read) return read.error();
    }
    if (const auto paging = read_paging(request, query); !paging) return paging.error();
    if (const auto read = read_plain_filters(request, query); !read) return read.error();
    return query;
}

Result<service::ExportOptions> read_export_query(const http::Request& request) {
    service::ExportOptions options;
    const auto format = dataset::format_from(request.query_value("format").value_or("imagefolder"));
    if (!format || !dataset::can_be_written(*format))
        return invalid("format",
                       "A format is imagefolder, csv, coco, labelstudio, huggingface or ndjson.");
    options.format = *format;
    if (const auto read = read_plain_filters(request, options); !read) return read.error();
    if (const auto read = read_review_filters(request, options); !read) return read.error();
    if (const auto split = request.query_value("split")) {
        if (*split != "learn" && *split != "judge")
            return invalid("split", "A split is learn or judge.");
        options.judging = *split == "judge";
    }
    return options;
}

Result<store::AuditQuery> read_audit_query(const http::Request& request) {
    store::Query paging;
    if (const auto read = read_paging(request, paging); !read) return read.error();
    store::AuditQuery query;
    query.limit = paging.limit;
    if (paging.after) query.after = paging.after->id;
    for (const auto& [name, into] :
         {std::pair("actor", &query.actor), std::pair("subject", &query.subject)}) {
        const auto text = request.query_value(name);
        if (!text) continue;
        if (text->empty() || text->size() > max_long_text_bytes)
            return invalid(name, "This has 1 to 600 bytes.");
        *into = std::string(*text);
    }
    if (const auto text = request.query_value("action")) {
        const auto action = store::audit_action_from(*text);
        if (!action) return action.error();
        query.action = *action;
    }
    const auto since = read_time(request, "since");
    if (!since) return since.error();
    query.since = *since;
    const auto until = read_time(request, "until");
    if (!until) return until.error();
    query.until = *until;
    return query;
}

Result<service::ReportRequest> read_report_query(const http::Request& request) {
    service::ReportRequest asked;
    if (const auto text = request.query_value("against")) {
        if (text->empty() || text->size() > max_long_text_bytes)
            return invalid("against", "This has 1 to 600 bytes.");
        asked.against = std::string(*text);
    }
    const auto as_of = read_time(request, "as_of");
    if (!as_of) return as_of.error();
    asked.as_of = *as_of;
    return asked;
}

Result<std::optional<Uuid>> read_shadow_job(const http::Request& request) {
    return read_id_of(request.query_value("job"), "job", "This must be a job's id.");
}

Result<store::Query> read_queue_query(const http::Request& request) {
    store::Query query;
    query.order = store::Order::most_telling_first;
    query.reviewed = false;
    if (const auto paging = read_paging(request, query); !paging) return paging.error();
    return query;
}

Result<store::Query> read_jobs_query(const http::Request& request) {
    store::Query query;
    if (const auto paging = read_paging(request, query); !paging) return paging.error();
    return query;
}

Result<std::optional<Uuid>> import_of(std::optional<std::string_view> text) {
    return read_id_of(text, "import", "This must be an import's id.");
}

Result<std::optional<Uuid>> read_import(const http::Request& request) {
    return import_of(request.query_value("import"));
}

std::string write_cursor(store::Order order, const store::Query::Cursor& cursor) {
    std::array<std::uint8_t, 1 + sizeof(Uuid::bytes) + 2> bytes{kind_of(order)};
    std::copy(cursor.id.bytes.begin(), cursor.id.bytes.end(), bytes.begin() + 1);
    bytes[bytes.size() - 2] = static_cast<std::uint8_t>(cursor.place >> 8);
    bytes[bytes.size() - 1] = static_cast<std::uint8_t>(cursor.place);
    const std::size_t used = bytes[0] == by_place ? bytes.size() : 1 + sizeof(Uuid::bytes);
    return to_base64url(BytesView(bytes).first(used));
}

Result<store::Query::Cursor> read_cursor(store::Order order, std::string_view text) {
    const auto wrong = [] { return invalid("cursor", "This cursor is not one that was given."); };
    const auto bytes = from_base64url(text);
    const std::uint8_t kind = kind_of(order);
    const std::size_t size = 1 + sizeof(Uuid::bytes) + (kind == by_place ? 2 : 0);
    if (!bytes || bytes->size() != size || bytes->front() != kind) return wrong();
    store::Query::Cursor cursor;
    std::copy_n(bytes->begin() + 1, cursor.id.bytes.size(), cursor.id.bytes.begin());
    if (kind == by_place) cursor.place = (*bytes)[size - 2] << 8 | (*bytes)[size - 1];
    if (cursor.place > most_place) return wrong();
    return cursor;
}

Result<Uuid> read_id(const http::Request& request) {
    const auto text = request.parameters.find("id");
    if (text != request.parameters.end())
        if (auto id = Uuid::parse(text->second)) return id;
    return invalid("id", "An id is a UUID, as in 019a5c1e-7b1a-7c3e-9d35-0a8f6c2b4e11.");
}

Result<IfMatch> read_if_match(const http::Request& request) {
    std::string_view list = request.header("if-match");
    if (list.empty())
        return Error{ErrorKind::precondition_required,
                     "Say which version you saw: send the drawing's ETag as If-Match.", "If-Match"};
    if (list.size() > max_if_match_bytes)
        return invalid("If-Match", "This has more than 255 characters.");
    IfMatch match;
    while (!list.empty()) {
        std::string_view tag = list.substr(0, list.find(','));
        list.remove_prefix(std::min(list.size(), tag.size() + 1));
        while (tag.starts_with(' ')) tag.remove_prefix(1);
        while (tag.ends_with(' ')) tag.remove_suffix(1);
        if (tag == "*") match.any = true;
        if (tag.size() < 3 || tag.front() != '"' || tag.back() != '"') continue;
        tag = tag.substr(1, tag.size() - 2);
        if (const auto version = number<int>(tag.substr(0, tag.find(opinion_mark))))
            match.versions.push_back(*version);
    }
    return match;
}

store::VersionCondition condition_of(const IfMatch& match) {
    return match.any ? store::VersionCondition::any()
                     : store::VersionCondition::one_of(match.versions);
}

}  // namespace croquis::api
