#include "store/list_query.h"

#include <spdlog/fmt/fmt.h>

#include "store/asking.h"
#include "store/records.h"

namespace croquis::store {

const char* const drawing_columns =
    "id, created_at, media_type, width, height, sha256, source, model, predicted_tag, confidence, "
    "probabilities, tag, version, tagged_by, tagged_at, tagged_by_id, project, external_id, "
    "file_name, pseudonym, withdrawn, basis, disputed, flag";

const std::string& tagging_columns() {
    static const std::string columns =
        std::string(drawing_columns) +
        ", (SELECT opinions_wanted FROM project WHERE project.id = drawing.project)";
    return columns;
}

std::string asks(const std::string& project, const std::string& account) {
    return fmt::format(
        "disputed IS NOT TRUE AND ((SELECT opinions_wanted FROM project WHERE project.id = {0}) = "
        "1 OR "
        "(SELECT count(*) FROM tag_event AS said WHERE said.drawing = drawing.id "
        "AND said.user_id = {1} AND said.opinion IS NOT NULL AND NOT EXISTS ("
        "SELECT 1 FROM tag_event AS undo WHERE undo.drawing = said.drawing "
        "AND undo.undoes = said.version)) = 0)",
        project, account);
}

const char* const tag_count_query =
    "SELECT tag, CAST(sum(drawings) AS bigint) FROM ("
    "SELECT tag, count(*) AS drawings FROM drawing WHERE project = $1 GROUP BY tag UNION ALL "
    "SELECT tag, -count(*) FROM drawing WHERE project = $1 AND withdrawn IS NOT NULL GROUP BY tag) "
    "AS counted "
    "GROUP BY tag HAVING sum(drawings) > 0 ORDER BY tag";

namespace {

struct ForEach {
    std::string everyone;
    std::string annotators;

    [[nodiscard]] const std::string& of(Audience audience) const {
        return audience == Audience::everyone ? everyone : annotators;
    }
};

ForEach for_each_audience(const std::string& columns) {
    const auto select = [&](Audience audience) {
        return fmt::format("SELECT {} FROM drawing WHERE id = $1 AND {}", columns,
                           visible_to(audience));
    };
    return {select(Audience::everyone), select(Audience::annotators)};
}

constexpr std::size_t max_limit = 200;
constexpr const char* reviewed = "tagged_by IS NOT NULL";
constexpr const char* unreviewed = "tagged_by IS NULL";

/// Collects conditions and their parameters.
class Builder {
  public:
    explicit Builder(const Query& query) : query_(query) {
        require("project = " + parameter(query.project));
        filter_tag();
        filter_confidence();
        filter_time();
        filter_people();
        resume();
    }

    ListStatement finish() {
        if (query_.order != Order::most_telling_first) return {whole(), std::move(values_)};
        return {by_place(), std::move(values_)};
    }

  private:
    template <class T>
    std::string parameter(const T& value) {
        values_.emplace_back(value);
        return fmt::format("${}", values_.size());
    }

    void require(const std::string& condition) { where_ += " AND " + condition; }

    void filter_tag() {
        if (query_.tag) require("tag = " + parameter(*query_.tag));
    }

    void filter_confidence() {
        if (query_.min_confidence) require("confidence >= " + parameter(*query_.min_confidence));
        if (query_.max_confidence) require("confidence <= " + parameter(*query_.max_confidence));
    }

    /// The bounds on the id say nothing new; they let the primary key find the stretch.
    void filter_time() {
        if (query_.from) {
            require("created_at >= " + parameter(*query_.from));
            require("id >= " + parameter(lowest_id_at(*query_.from - id_time_slack)));
        }
        if (query_.until) {
            require("created_at < " + parameter(*query_.until));
            require("id < " + parameter(lowest_id_at(*query_.until + 2 * id_time_slack)));
        }
    }

    void filter_people() {
        if (query_.tagged_by) require("tagged_by = " + parameter(*query_.tagged_by));
        if (query_.source) require("source = " + parameter(*query_.source));
        if (query_.disagreement)
            require(*query_.disagreement ? "tagged_by IS NOT NULL AND tag <> predicted_tag"
                                         : "(tagged_by IS NULL OR tag = predicted_tag)");
        if (query_.disputed)
            require(*query_.disputed ? "disputed IS TRUE" : "disputed IS NOT TRUE");
        if (query_.flagged) require(*query_.flagged ? "flag IS NOT NULL" : "flag IS NULL");
        if (query_.import_job) require("import_job = " + parameter(*query_.import_job));
        if (query_.asks) require(asks("$1", parameter(*query_.asks)));
    }

    void resume() {
        if (!query_.after) return;
        const auto& after = *query_.after;
        if (query_.order == Order::newest_first) require("id < " + parameter(after.id));
        if (query_.order == Order::oldest_first) require("id > " + parameter(after.id));
        if (query_.order == Order::most_telling_first) {
            const auto place = parameter(after.place);
            require(fmt::format("(queue_place, id) > ({}, {})", place, parameter(after.id)));
        }
    }

    [[nodiscard]] std::string select(const std::string& condition, const char* order,
                                     const char* also = "") const {
        return fmt::format("SELECT {}{} FROM drawing WHERE {}{} AND {} ORDER BY {} LIMIT {}",
                           drawing_columns, also, condition, where_, visible_to(query_.audience),
                           order, query_.limit + 1);
    }

    [[nodiscard]] std::string whole() const {
        const char* condition = !query_.reviewed   ? "true"
                                : *query_.reviewed ? reviewed
                                                   : unreviewed;
        return select(condition, query_.order == Order::newest_first ? "id DESC" : "id");
    }

    /// What people have looked at and what they have not are indexed apart, so that the review
    /// queue never wades through what is done; together the two make the whole order.
    [[nodiscard]] std::string by_place() const {
        const char* order = "queue_place, id";
        const char* also = ", queue_place";
        if (query_.reviewed) return select(*query_.reviewed ? reviewed : unreviewed, order, also);
        return fmt::format(
            "SELECT * FROM (SELECT * FROM ({}) AS unreviewed UNION ALL SELECT * FROM ({}) AS "
            "reviewed) AS both_kinds ORDER BY {} LIMIT {}",
            select(unreviewed, order, also), select(reviewed, order, also), order,
            query_.limit + 1);
    }

    const Query& query_;
    std::string where_;
    std::vector<Value> values_;
};

}  // namespace

const std::string& drawing_query(Audience audience) {
    static const ForEach queries = for_each_audience(drawing_columns);
    return queries.of(audience);
}

const std::string& image_query(Audience audience) {
    static const ForEach queries = for_each_audience("media_type, sha256, project");
    return queries.of(audience);
}

Result<ListStatement> list_statement(const Query& query) {
    if (query.limit < 1 || query.limit > max_limit)
        return Error{ErrorKind::invalid, "A page has 1 to 200 drawings.", "limit"};
    return Builder(query).finish();
}

Page page_of(std::vector<Drawing> drawings, const Query& query) {
    Page page;
    const bool more = drawings.size() > query.limit;
    if (more) drawings.resize(query.limit);
    page.drawings = std::move(drawings);
    if (more) {
        const auto& last = page.drawings.back();
        page.next = Query::Cursor{last.id, queue_place(last.id, last.prediction.probabilities)};
    }
    return page;
}

}  // namespace croquis::store
