#include "store/postgres/transfer.h"

#include <spdlog/fmt/fmt.h>

#include <deque>
#include <map>
#include <set>

#include "store/auditing.h"
#include "store/failure.h"
#include "store/labelling.h"
#include "store/list_query.h"
#include "store/postgres/audit_rows.h"
#include "store/postgres/batch.h"
#include "store/postgres/connection.h"
#include "store/postgres/rows.h"
#include "store/postgres/tag_rows.h"
#include "store/records.h"
#include "store/transfer_rules.h"

namespace croquis::store::postgres {
namespace {

/// Imports into one database come one after the other: this number is the lock's name.
constexpr std::int64_t import_lock = 0x63726f71;

/// Drawings that are there, by either key: by id those of other projects too.
struct There {
    std::map<Uuid, Drawing> by_id;
    std::map<std::string, Drawing> by_external_id;

    [[nodiscard]] const Drawing* find(const ImportKey& key) const {
        for (auto id = key.id; id; id = id_beside(*id, key.project)) {
            const auto found = by_id.find(*id);
            if (found == by_id.end()) break;
            if (found->second.project == key.project) return &found->second;
        }
        const auto found = by_external_id.find(key.external_id);
        return found == by_external_id.end() ? nullptr : &found->second;
    }

    void add(const Drawing& drawing) {
        by_id.insert_or_assign(drawing.id, drawing);
        if (drawing.external_id) by_external_id.insert_or_assign(*drawing.external_id, drawing);
    }

    /// What was deleted meanwhile is known by its id alone.
    void replace(const Drawing& drawing) {
        std::erase_if(by_external_id,
                      [&](const auto& known) { return known.second.id == drawing.id; });
        add(drawing);
    }
};

/// Within a transaction: has each statement planned for the table as it is. An import asks the same
/// often enough for PostgreSQL to keep a plan, and begins with an empty table, which is best read
/// whole; the plan would stay when it has grown.
void plan_anew(Connection& connection) {
    connection.execute("SET LOCAL plan_cache_mode = force_custom_plan");
}

/// Of ids that a project's drawings bring, those that are to be looked at beside the ones that
/// `has_another` says are another drawing's.
template <class HasAnother>
std::vector<Uuid> beside(const std::vector<Uuid>& ids, int project, HasAnother has_another) {
    std::vector<Uuid> next;
    for (const auto& id : ids)
        if (has_another(id)) next.push_back(id_beside(id, project));
    return next;
}

There find_all(Connection& connection, const std::vector<ImportKey>& keys) {
    static const std::string by_id =
        fmt::format("SELECT {} FROM drawing WHERE id = ANY ($1)", drawing_columns);
    static const std::string by_external_id = fmt::format(
        "SELECT {} FROM drawing WHERE project = $1 AND external_id = ANY ($2) "
        "AND external_id IS NOT NULL",
        drawing_columns);
    std::vector<Uuid> ids;
    std::vector<std::string_view> external_ids;
    for (const auto& key : keys) {
        if (key.id) ids.push_back(*key.id);
        if (!key.external_id.empty()) external_ids.emplace_back(key.external_id);
    }
    There there;
    const auto read = [&](const Rows& rows) {
        for (const auto& drawing : read_drawings(rows)) there.add(drawing);
    };
    while (!ids.empty()) {
        read(connection.query(by_id, ids));
        const int project = keys.front().project;
        ids = beside(ids, project, [&](const Uuid& id) {
            const auto found = there.by_id.find(id);
            return found != there.by_id.end() && found->second.project != project;
        });
    }
    if (!external_ids.empty())
        read(connection.query(by_external_id, keys.front().project, external_ids));
    return there;
}

std::map<Uuid, std::vector<TagEvent>> events_by_drawing(Connection& connection,
                                                        const std::vector<Uuid>& drawings) {
    constexpr int drawing_column = 9;
    const auto rows = query_events(connection, drawings);
    std::map<Uuid, std::vector<TagEvent>> events;
    for (int row = 0; row < rows.count(); ++row)
        events[rows.uuid(row, drawing_column)].push_back(read_event(rows, row));
    return events;
}

/// Within a transaction: what is new is gathered, and goes in at the end in one COPY.
class Adding {
  public:
    explicit Adding(Connection& connection) : connection_(connection) {}

    std::vector<Result<ImportOutcome>> add(const std::vector<DrawingImport>& drawings) {
        std::vector<ImportKey> keys;
        keys.reserve(drawings.size());
        for (const auto& drawing : drawings) keys.push_back(key_of(drawing));
        there_ = find_all(connection_, keys);
        lock(keys, drawings);
        find_taken(keys, drawings);
        std::vector<Result<ImportOutcome>> outcomes;
        outcomes.reserve(drawings.size());
        for (std::size_t i = 0; i < drawings.size(); ++i)
            outcomes.push_back(add_one(keys[i], drawings[i]));
        write_new();
        return outcomes;
    }

  private:
    /// Reads those that may get a tag once more, so that nobody else changes theirs meanwhile.
    void lock(const std::vector<ImportKey>& keys, const std::vector<DrawingImport>& drawings) {
        static const std::string locked = fmt::format(
            "SELECT {} FROM drawing WHERE id = ANY ($1) ORDER BY id FOR UPDATE", drawing_columns);
        std::vector<Uuid> ids;
        for (std::size_t i = 0; i < drawings.size(); ++i)
            if (const auto* found = there_.find(keys[i]); found && may_write(*found, drawings[i]))
                ids.push_back(found->id);
        if (ids.empty()) return;
        for (const auto& drawing : read_drawings(connection_.query(locked, ids)))
            there_.replace(drawing);
    }

    /// Finds the ids of new drawings that others have.
    void find_taken(const std::vector<ImportKey>& keys,
                    const std::vector<DrawingImport>& drawings) {
        std::vector<Uuid> ids;
        for (std::size_t i = 0; i < drawings.size(); ++i)
            if (there_.find(keys[i]) == nullptr) ids.push_back(drawings[i].submission.id);
        while (!ids.empty()) {
            const auto rows = connection_.query("SELECT id FROM drawing WHERE id = ANY ($1)", ids);
            for (int row = 0; row < rows.count(); ++row) taken_.insert(rows.uuid(row, 0));
            ids = beside(ids, keys.front().project,
                         [&](const Uuid& id) { return taken_.contains(id); });
        }
    }

    /// The same drawing under an id that no other has.
    const DrawingImport& with_free_id(const DrawingImport& import) {
        Uuid id = import.submission.id;
        while (taken_.contains(id)) id = id_beside(id, import.submission.project);
        if (id == import.submission.id) return import;
        auto& renamed = renamed_.emplace_back(import);
        renamed.submission.id = id;
        return renamed;
    }

    Result<ImportOutcome> add_one(const ImportKey& key, const DrawingImport& import) {
        const Drawing* const found = there_.find(key);
        if (found == nullptr) {
            if (const auto valid = check(import.submission); !valid) return valid.error();
            const DrawingImport& as_new = with_free_id(import);
            submissions_.push_back(&as_new.submission);
            Drawing drawing = first_drawing(as_new.submission);
            if (as_new.tag) {
                tags_.push_back(imported_tag(as_new));
                drawing = tags_.back().drawing;
            }
            there_.add(drawing);
            taken_.insert(drawing.id);
            return ImportOutcome::stored;
        }
        const Drawing there = *found;
        // What this very call stored is not among the database's rows yet.
        if (is_new(there.id)) write_new();
        const auto events =
            may_write(there, import) ? events_of(connection_, there.id) : std::vector<TagEvent>();
        const auto done = reimport(there, events, import);
        if (!done) return done.error();
        if (done->write) {
            write_down(connection_, *done->write);
            there_.add(done->write->drawing);
        }
        return done->outcome;
    }

    [[nodiscard]] bool is_new(const Uuid& id) const {
        for (const auto* submission : submissions_)
            if (submission->id == id) return true;
        return false;
    }

    void write_new() {
        if (!submissions_.empty()) copy_drawings(connection_, submissions_);
        for (const auto& tag : tags_) write_down(connection_, tag);
        submissions_.clear();
        tags_.clear();
    }

    Connection& connection_;
    There there_;
    std::set<Uuid> taken_;
    std::deque<DrawingImport> renamed_;
    std::vector<const Submission*> submissions_;
    std::vector<TagWrite> tags_;
};

/// Within a transaction that has the project's labels locked.
void bring_in(Connection& connection, int project, const std::string& name, const Author& by) {
    static const std::string offered_again = fmt::format(
        "UPDATE label SET retired = false, key = {} WHERE project = $1 AND name = $2", key_if_free);
    const auto known = connection.query(
        "SELECT retired FROM label WHERE project = $1 AND name = $2", project, name);
    if (known.count() == 0) {
        connection.query(
            "INSERT INTO label (project, name, position) SELECT $1, $2, "
            "coalesce(max(position) + 1, 0) FROM label WHERE project = $1",
            project, name);
        write_down(connection, audit_of_added(project, name, by));
    } else if (known.flag(0, 0)) {
        connection.query(offered_again, project, name);
        write_down(connection, audit_of_offered_again(project, name, by));
    }
}

class PostgresTransfer final : public Transfer {
  public:
    explicit PostgresTransfer(const std::string& url)
        : settings_(settings_of(url)),
          connection_(std::make_unique<Connection>(settings_, breaker_)) {}

    Result<std::vector<std::optional<Drawing>>> find(const std::vector<ImportKey>& keys) override {
        return guarded([&] {
            Connection& open = connection();
            Transaction transaction(open);
            plan_anew(open);
            const auto there = find_all(open, keys);
            transaction.commit();
            std::vector<std::optional<Drawing>> found;
            found.reserve(keys.size());
            for (const auto& key : keys) {
                const auto* drawing = there.find(key);
                found.push_back(drawing == nullptr ? std::nullopt : std::optional(*drawing));
            }
            return found;
        });
    }

    Result<std::vector<std::optional<std::string>>> strokes(
        const std::vector<Uuid>& drawings) override {
        return guarded([&] {
            Connection& open = connection();
            Transaction transaction(open);
            plan_anew(open);
            const auto rows = open.query(
                "SELECT drawing, strokes FROM drawing_content WHERE drawing = ANY ($1)", drawings);
            transaction.commit();
            std::map<Uuid, std::string> by_drawing;
            for (int row = 0; row < rows.count(); ++row)
                by_drawing.emplace(rows.uuid(row, 0), rows.text(row, 1));
            std::vector<std::optional<std::string>> found;
            found.reserve(drawings.size());
            for (const auto& id : drawings) {
                const auto strokes = by_drawing.find(id);
                found.push_back(strokes == by_drawing.end() ? std::nullopt
                                                            : std::optional(strokes->second));
            }
            return found;
        });
    }

    Result<std::vector<Result<ImportOutcome>>> add(
        const std::vector<DrawingImport>& drawings) override {
        return guarded([&] {
            Connection& open = connection();
            Transaction transaction(open);
            open.query("SELECT pg_advisory_xact_lock($1)", import_lock);
            plan_anew(open);
            auto outcomes = Adding(open).add(drawings);
            transaction.commit();
            return outcomes;
        });
    }

    Result<void> add_labels(int project, const std::vector<std::string>& names,
                            const Author& by) override {
        return guarded([&] {
            Connection& open = connection();
            Transaction transaction(open);
            lock_labels(open, project);
            for (const auto& name : names) bring_in(open, project, name, by);
            const auto all = open.query("SELECT count(*) FROM label WHERE project = $1", project);
            if (all.integer(0, 0) > std::int64_t{max_labels}) throw Failure(too_many_labels());
            transaction.commit();
        });
    }

    Result<std::vector<std::optional<Content>>> contents(
        const std::vector<Uuid>& drawings) override {
        return guarded([&] {
            const auto rows = connection().query(
                "SELECT d.id, c.image, c.strokes, d.tagged_by FROM drawing d JOIN drawing_content "
                "c "
                "ON c.drawing = d.id WHERE d.id = ANY ($1) AND d.withdrawn IS NULL",
                drawings);
            const auto events = events_by_drawing(connection(), drawings);
            std::map<Uuid, int> row_of;
            for (int row = 0; row < rows.count(); ++row) row_of.emplace(rows.uuid(row, 0), row);
            std::vector<std::optional<Content>> found;
            found.reserve(drawings.size());
            for (const auto& id : drawings) {
                const auto row = row_of.find(id);
                auto& content = found.emplace_back();
                if (row == row_of.end()) continue;
                const auto image = rows.blob(row->second, 1);
                content = Content{Bytes(image.begin(), image.end()),
                                  std::string(rows.text(row->second, 2))};
                const auto said = events.find(id);
                if (!rows.null(row->second, 3) && said != events.end())
                    content->said = said_last(said->second);
            }
            return found;
        });
    }

  private:
    Connection& connection() {
        if (!connection_ || connection_->gone())
            connection_ = std::make_unique<Connection>(settings_, breaker_);
        return *connection_;
    }

    Settings settings_;
    Breaker breaker_;
    std::unique_ptr<Connection> connection_;
};

}  // namespace

std::unique_ptr<Transfer> open_transfer(const std::string& url) {
    return std::make_unique<PostgresTransfer>(url);
}

}  // namespace croquis::store::postgres
