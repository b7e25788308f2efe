#include "store/list_query.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <utility>

#include "core/characters.h"
#include "store/records.h"
#include "store/tagging.h"

namespace croquis::store {

NameFilter name_filter(std::string_view written) {
    const bool begins = !written.empty() && written.back() == '*';
    if (begins) written.remove_suffix(1);
    return {std::string(written), begins};
}

std::string to_string(const NameFilter& filter) {
    return filter.begins ? filter.text + '*' : filter.text;
}

Result<std::string> name_part(std::string_view written) {
    constexpr std::size_t max_bytes = 128;
    if (written.empty() || written.size() > max_bytes || !is_utf8(written))
        return Error{ErrorKind::invalid, "This has 1 to 128 bytes of UTF-8.", "name_contains"};
    return std::string(written);
}

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
        "disputed IS NOT TRUE AND (answered_by = '' OR answered_by NOT LIKE '%' || {1} || '%' OR "
        "(SELECT opinions_wanted FROM project WHERE project.id = {0}) = 1)",
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
/// What was decided between people does not rest on the model either, but they answered.
constexpr const char* imported = "basis = 'own' AND answered_by = ''";

/// What stands behind the last folder; without a folder, all of it. An index holds these words.
constexpr const char* last_name =
    "substr(file_name, length(rtrim(file_name, replace(file_name, '/', ''))) + 1)";

/// Conditions and their values. SQLite numbers parameters as they first appear (ListStatement): so
/// they are numbered where it is known what comes before.
class Conditions {
  public:
    /// `text` has a question mark for each value.
    template <class... Values>
    void add(const std::string& text, const Values&... values) {
        text_ += " AND " + text;
        (values_.emplace_back(values), ...);
    }

    [[nodiscard]] bool empty() const { return text_.empty(); }
    [[nodiscard]] const std::vector<Value>& values() const { return values_; }
    [[nodiscard]] std::string numbered_after(std::size_t others) const {
        std::string text;
        for (const char c : text_) {
            if (c == '?')
                text += fmt::format("${}", ++others);
            else
                text += c;
        }
        return text;
    }

  private:
    std::string text_;
    std::vector<Value> values_;
};

constexpr const char* external_id_column = "external_id";

const char* file_name_column(const NameFilter& filter) {
    return filter.text.find('/') == std::string::npos ? last_name : "file_name";
}

/// Each column has an index of the drawings that have such a name.
void add_name(Conditions& conditions, const char* column, const NameFilter& filter) {
    // Above every name that begins so.
    constexpr const char* last_character = "\xF4\x8F\xBF\xBF";
    if (filter.begins)
        conditions.add(fmt::format("{0} >= ? AND {0} < ?", column), filter.text,
                       filter.text + last_character);
    else
        conditions.add(fmt::format("{} = ?", column), filter.text);
}

/// No index finds a part of a name. Not by LIKE, which on one of the databases takes no account of
/// case, and in which some characters stand for others. Both columns are in the collation "C" of
/// PostgreSQL, where lower() knows A to Z alone, as SQLite's does.
void add_name_part(Conditions& conditions, const std::string& part) {
    const auto small = lower_case(part);
    const auto has_it = [](const char* column) {
        return fmt::format("replace(lower({0}), ?, '') <> lower({0})", column);
    };
    conditions.add(fmt::format("({} OR {})", has_it("file_name"), has_it(external_id_column)),
                   small, small);
}

/// The name by which an index finds drawings: of the two that may be asked for, an external id is
/// the rarer.
struct FoundName {
    const char* column;
    const NameFilter& filter;
};

FoundName found_name(const Query& query) {
    if (query.external_id) return {external_id_column, *query.external_id};
    return {file_name_column(*query.file_name), *query.file_name};
}

/// A list is read along one index: `along_` are the conditions that the index meets, and all that
/// is left is looked at, drawing by drawing.
class Builder {
  public:
    Builder(const Query& query, bool few_are_named)
        : query_(query),
          by_name_(few_are_named),
          by_place_(query.order == Order::most_telling_first && !few_are_named),
          found_by_name_(few_are_named || (!by_place_ && !query.external_id && query.file_name &&
                                           !query.file_name->begins)) {
        // The sign keeps the planner from the project's index where an import's is there.
        const bool by_import = query.import_job && by_place_;
        along_.add(by_import ? "+project = ?" : "project = ?", query.project);
        choose_index();
        filter_names();
        filter_confidence();
        filter_time();
        filter_people();
        resume();
        along_text_ = along_.numbered_after(0);
        looked_for_text_ = looked_for_.numbered_after(along_.values().size());
    }

    ListStatement finish() {
        auto values = along_.values();
        values.insert(values.end(), looked_for_.values().begin(), looked_for_.values().end());
        if (by_name_) return {named(), std::move(values)};
        return {by_place_ ? in_parts() : part("true", id_order()), std::move(values)};
    }

  private:
    /// What an index of the order that is asked for bounds.
    Conditions& bounded_by_id() { return by_place_ || by_name_ ? looked_for_ : along_; }
    Conditions& bounded_by_place() { return by_place_ ? along_ : looked_for_; }

    /// The index whose drawings are fewest, as a rule, where one has what is asked for in the order
    /// that is asked for.
    void choose_index() {
        if (found_by_name_) {
            const auto [column, filter] = found_name(query_);
            add_name(along_, column, filter);
        }
        bool chosen = by_place_ || found_by_name_;
        const auto choose = [&](bool is_asked, const std::string& condition,
                                const auto&... values) {
            if (is_asked) (chosen ? looked_for_ : along_).add(condition, values...);
            chosen = chosen || is_asked;
        };
        choose(query_.flagged == true, "flag IS NOT NULL");
        choose(query_.disputed == true, "disputed IS TRUE");
        if (query_.tagged_by)
            choose(true, fmt::format("{} AND tagged_by = ?", reviewed), *query_.tagged_by);
        choose(query_.disagreement == true, fmt::format("{} AND tag <> predicted_tag", reviewed));
        if (query_.tag) choose(true, "tag = ?", *query_.tag);
        const bool is_reviewed = query_.reviewed == true || query_.tagged_since;
        choose(is_reviewed && !by_place_, reviewed);
    }

    /// The names that no index finds here.
    void filter_names() {
        if (query_.external_id && !found_by_name_)
            add_name(looked_for_, external_id_column, *query_.external_id);
        if (query_.file_name && (query_.external_id || !found_by_name_))
            add_name(looked_for_, file_name_column(*query_.file_name), *query_.file_name);
        if (query_.name_contains) add_name_part(looked_for_, *query_.name_contains);
    }

    void filter_confidence() {
        if (query_.min_confidence) looked_for_.add("confidence >= ?", *query_.min_confidence);
        if (query_.max_confidence) looked_for_.add("confidence <= ?", *query_.max_confidence);
    }

    /// The bounds on the id say nothing new; they let the index find the stretch, and so hardly a
    /// drawing is looked at for the others.
    void filter_time() {
        if (query_.from)
            bounded_by_id().add("created_at >= ? AND id >= ?", *query_.from,
                                lowest_id_at(*query_.from - id_time_slack));
        if (query_.until)
            bounded_by_id().add("created_at < ? AND id < ?", *query_.until,
                                lowest_id_at(*query_.until + 2 * id_time_slack));
    }

    void filter_people() {
        if (query_.source) looked_for_.add("source = ?", *query_.source);
        if (query_.tagged_since) looked_for_.add("tagged_at >= ?", *query_.tagged_since);
        if (query_.disagreement == false)
            looked_for_.add("(tagged_by IS NULL OR tag = predicted_tag)");
        if (query_.disputed == false) looked_for_.add("disputed IS NOT TRUE");
        if (query_.flagged == false) looked_for_.add("flag IS NULL");
        if (query_.imported == true) looked_for_.add(imported);
        if (query_.imported == false) looked_for_.add(fmt::format("({}) IS NOT TRUE", imported));
        if (query_.import_job) bounded_by_place().add("import_job = ?", *query_.import_job);
        if (query_.asks) looked_for_.add(asks("$1", "?"), answerer(*query_.asks));
        if (query_.reviewed == false && !by_place_) looked_for_.add(unreviewed);
    }

    void resume() {
        if (!query_.after) return;
        const auto& after = *query_.after;
        auto& into = by_name_ ? looked_for_ : along_;
        if (query_.order == Order::newest_first) into.add("id < ?", after.id);
        if (query_.order == Order::oldest_first) into.add("id > ?", after.id);
        if (query_.order == Order::most_telling_first)
            into.add("(queue_place, id) > (?, ?)", after.place, after.id);
    }

    [[nodiscard]] const char* id_order() const {
        return query_.order == Order::newest_first ? "id DESC" : "id";
    }

    /// Of the drawings of one index, as many as a page needs. Both databases hand on what is found
    /// in the order in which it is looked through, and stop where it is enough; asked to sort it,
    /// SQLite would look through everything first.
    [[nodiscard]] std::string part(const std::string& condition, const std::string& order) const {
        const char* visible = visible_to(query_.audience);
        if (looked_for_.empty())
            return fmt::format(
                "SELECT {}, CAST(queue_place AS integer) AS place, 0 AS looked_at FROM drawing "
                "WHERE {}{} AND {} ORDER BY {} LIMIT {}",
                drawing_columns, condition, along_text_, visible, order, query_.limit + 1);
        return fmt::format(
            "SELECT * FROM (SELECT {0}, CAST(queue_place AS integer) AS place, 0 AS looked_at FROM "
            "(SELECT * FROM drawing WHERE {1}{2} ORDER BY {3} LIMIT {4}) AS looked_through "
            "WHERE {5}{6} LIMIT {7}) AS found UNION ALL "
            "SELECT * FROM (SELECT {0}, CAST(queue_place AS integer) AS place, 1 AS looked_at "
            "FROM drawing WHERE {1}{2} ORDER BY {3} LIMIT 1 OFFSET {8}) AS last_one",
            drawing_columns, condition, along_text_, order, most_looked_at, visible,
            looked_for_text_, query_.limit + 1, most_looked_at - 1);
    }

    /// Of those with the name alone, which are few: all are looked at, and then sorted. The limit
    /// and the order keep both databases from another index; there is room for what came since they
    /// were counted.
    [[nodiscard]] std::string named() const {
        const char* order =
            query_.order == Order::most_telling_first ? "queue_place, id" : id_order();
        return fmt::format(
            "SELECT {}, CAST(queue_place AS integer) AS place, 0 AS looked_at FROM "
            "(SELECT * FROM drawing WHERE true{} ORDER BY {} LIMIT {}) AS named WHERE {}{} "
            "ORDER BY {} LIMIT {}",
            drawing_columns, along_text_, found_name(query_).column, 2 * most_looked_at,
            visible_to(query_.audience), looked_for_text_, order, query_.limit + 1);
    }

    /// What people have looked at, what they have not, and what waits for the others' opinions are
    /// indexed apart, so that the review queue never wades through what is done; together they make
    /// the whole order.
    [[nodiscard]] std::string in_parts() const {
        std::string all;
        const auto add = [&](const char* condition) {
            all += fmt::format("{}SELECT * FROM ({}) AS p{}", all.empty() ? "" : " UNION ALL ",
                               part(condition, "queue_place, id"), all.size());
        };
        if (query_.reviewed != true) {
            add(unanswered);
            add(answered);
        }
        if (query_.reviewed != false) add(reviewed);
        return all;
    }

    const Query& query_;
    const bool by_name_;  ///< through all that have the name
    const bool by_place_;
    const bool found_by_name_;  ///< so, or along an index that has them in the list's order
    Conditions along_;
    Conditions looked_for_;
    std::string along_text_;
    std::string looked_for_text_;
};

/// Whether a list in this order has `a` before `b`.
bool comes_before(const Listed& a, const Listed& b, Order order) {
    const auto& [one, other] = std::pair(a.drawing.id, b.drawing.id);
    if (order == Order::newest_first) return other < one;
    if (order == Order::oldest_first) return one < other;
    return std::pair(a.place, one) < std::pair(b.place, other);
}

}  // namespace

const std::string& drawing_query(Audience audience) {
    static const ForEach queries = for_each_audience(drawing_columns);
    return queries.of(audience);
}

const std::string& image_query(Audience audience) {
    static const ForEach queries = for_each_audience("media_type, sha256, project");
    return queries.of(audience);
}

std::optional<ListStatement> named_statement(const Query& query) {
    if (!query.external_id && !query.file_name) return std::nullopt;
    Conditions conditions;
    conditions.add("project = ?", query.project);
    const auto [column, filter] = found_name(query);
    add_name(conditions, column, filter);
    return ListStatement{fmt::format("SELECT count(*) FROM (SELECT 1 FROM drawing WHERE true{} "
                                     "ORDER BY {} LIMIT {}) AS named",
                                     conditions.numbered_after(0), column, most_looked_at + 1),
                         conditions.values()};
}

Result<ListStatement> list_statement(const Query& query, bool few_are_named) {
    if (query.limit < 1 || query.limit > max_limit)
        return Error{ErrorKind::invalid, "A page has 1 to 200 drawings.", "limit"};
    return Builder(query, few_are_named).finish();
}

std::optional<ListStatement> told_statement(const std::optional<Uuid>& told,
                                            const std::vector<Drawing>& drawings) {
    if (!told) return std::nullopt;
    ListStatement statement{{}, {*told}};
    std::string ids;
    for (const auto& drawing : drawings) {
        if (drawing.tagged_by) continue;  // nobody else is asked
        statement.values.emplace_back(drawing.id);
        ids += fmt::format("{}${}", ids.empty() ? "" : ", ", statement.values.size());
    }
    if (ids.empty()) return std::nullopt;
    statement.sql = fmt::format(
        "SELECT said.drawing, said.opinion FROM tag_event AS said "
        "WHERE said.user_id = $1 AND said.drawing IN ({}) AND said.opinion IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM tag_event AS undo "
        "WHERE undo.drawing = said.drawing AND undo.undoes = said.version) "
        "ORDER BY said.drawing, said.version",
        ids);
    return statement;
}

void OwnOpinions::tell(std::vector<Drawing>& drawings) && {
    for (auto& drawing : drawings)
        if (const auto said = said_.find(drawing.id); said != said_.end())
            drawing.opinion = std::move(said->second);
}

Page page_of(std::vector<Listed> rows, const Query& query) {
    const auto before = [&](const Listed& a, const Listed& b) {
        return comes_before(a, b, query.order);
    };
    const auto marks =
        std::partition(rows.begin(), rows.end(), [](const Listed& row) { return !row.looked_at; });
    const auto mark = std::min_element(marks, rows.end(), before);
    std::optional<Query::Cursor> end;
    if (mark != rows.end()) end = Query::Cursor{mark->drawing.id, mark->place};
    // Where one part of the list was not looked through, what others have behind it is for later.
    auto last = mark == rows.end()
                    ? marks
                    : std::partition(rows.begin(), marks, [&, bound = *mark](const Listed& row) {
                          return !before(bound, row);
                      });
    std::sort(rows.begin(), last, before);
    Page page;
    if (static_cast<std::size_t>(last - rows.begin()) > query.limit) {
        last = rows.begin() + static_cast<std::ptrdiff_t>(query.limit);
        const auto& next = *(last - 1);
        end = Query::Cursor{next.drawing.id, next.place};
    }
    page.next = end;
    for (auto row = rows.begin(); row != last; ++row)
        page.drawings.push_back(std::move(row->drawing));
    return page;
}

}  // namespace croquis::store
