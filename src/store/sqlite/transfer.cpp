#include "store/sqlite/transfer.h"

#include <spdlog/fmt/fmt.h>

#include "store/auditing.h"
#include "store/failure.h"
#include "store/labelling.h"
#include "store/list_query.h"
#include "store/records.h"
#include "store/sqlite/audit_rows.h"
#include "store/sqlite/checkpointer.h"
#include "store/sqlite/drawing_rows.h"
#include "store/transfer_rules.h"

namespace croquis::store::sqlite {
namespace {

/// Begun anew sooner than submissions' log is: an import fills it at once, and what a log has pages
/// for is written for less than what makes it longer.
constexpr LogSizes import_log{4'000, 8'000, 400};

std::optional<Drawing> first_of(Statement rows) {
    if (!rows.step()) return std::nullopt;
    return read_drawing(rows);
}

void check_label_count(Connection& connection, int project) {
    auto all = connection.query("SELECT count(*) FROM label WHERE project = $1", project);
    if (all.step() && all.integer(0) > std::int64_t{max_labels}) throw Failure(too_many_labels());
}

std::optional<Drawing> find_one(Connection& connection, const ImportKey& key) {
    static const std::string by_id =
        fmt::format("SELECT {} FROM drawing WHERE id = $1", drawing_columns);
    static const std::string by_external_id = fmt::format(
        "SELECT {} FROM drawing WHERE project = $1 AND external_id = $2", drawing_columns);
    for (auto id = key.id; id; id = id_beside(*id, key.project)) {
        auto found = first_of(connection.query(by_id, *id));
        if (!found) break;
        if (found->project == key.project) return found;
    }
    if (key.external_id.empty()) return std::nullopt;
    return first_of(connection.query(by_external_id, key.project, key.external_id));
}

/// The drawing's own, where no other one has it.
Uuid free_id(Connection& connection, const Submission& drawing) {
    Uuid id = drawing.id;
    while (connection.query("SELECT 1 FROM drawing WHERE id = $1", id).step())
        id = id_beside(id, drawing.project);
    return id;
}

void add_new(Connection& connection, const DrawingImport& import) {
    insert(connection, import.submission);
    if (import.tag) write_down(connection, imported_tag(import));
}

Result<ImportOutcome> add_one(Connection& connection, const DrawingImport& import) {
    const auto there = find_one(connection, key_of(import));
    if (!there) {
        if (const auto valid = check(import.submission); !valid) return valid.error();
        const Uuid id = free_id(connection, import.submission);
        if (id == import.submission.id) {
            add_new(connection, import);
        } else {
            auto beside = import;
            beside.submission.id = id;
            add_new(connection, beside);
        }
        return ImportOutcome::stored;
    }
    const auto events =
        may_write(*there, import) ? events_of(connection, there->id) : std::vector<TagEvent>();
    const auto done = reimport(*there, events, import);
    if (!done) return done.error();
    if (done->write) write_down(connection, *done->write);
    return done->outcome;
}

/// Within a transaction.
void bring_in(Connection& connection, int project, const std::string& name, const Author& by) {
    static const std::string offered_again = fmt::format(
        "UPDATE label SET retired = 0, key = {} WHERE project = $1 AND name = $2", key_if_free);
    auto known = connection.query("SELECT retired FROM label WHERE project = $1 AND name = $2",
                                  project, name);
    if (!known.step()) {
        connection.run(
            "INSERT INTO label (project, name, position) SELECT $1, $2, "
            "coalesce(max(position) + 1, 0) FROM label WHERE project = $1",
            project, name);
        write_down(connection, audit_of_added(project, name, by));
    } else if (known.integer(0) != 0) {
        connection.run(offered_again, project, name);
        write_down(connection, audit_of_offered_again(project, name, by));
    }
}

class SqliteTransfer final : public Transfer {
  public:
    explicit SqliteTransfer(const std::string& path)
        : checkpointer_(path, import_log), connection_(path, Mode::read_write) {
        checkpointer_.watch(connection_);
    }

    Result<std::vector<std::optional<Drawing>>> find(const std::vector<ImportKey>& keys) override {
        return guarded([&] {
            // One transaction: SQLite asks the file system about its files as each one begins.
            Transaction transaction(connection_, Mode::read_only);
            std::vector<std::optional<Drawing>> found;
            found.reserve(keys.size());
            for (const auto& key : keys) found.push_back(find_one(connection_, key));
            transaction.commit();
            return found;
        });
    }

    Result<std::vector<std::optional<std::string>>> strokes(
        const std::vector<Uuid>& drawings) override {
        return guarded([&] {
            Transaction transaction(connection_, Mode::read_only);
            std::vector<std::optional<std::string>> found;
            found.reserve(drawings.size());
            for (const auto& id : drawings) {
                auto row = connection_.query(
                    "SELECT c.strokes FROM drawing d JOIN drawing_content c ON c.id = d.content "
                    "WHERE d.id = $1",
                    id);
                found.push_back(row.step() ? std::optional(row.text(0)) : std::nullopt);
            }
            transaction.commit();
            return found;
        });
    }

    Result<std::vector<Result<ImportOutcome>>> add(
        const std::vector<DrawingImport>& drawings) override {
        return guarded([&] {
            Transaction transaction(connection_);
            std::vector<Result<ImportOutcome>> outcomes;
            outcomes.reserve(drawings.size());
            for (const auto& drawing : drawings) outcomes.push_back(add_one(connection_, drawing));
            transaction.commit();
            return outcomes;
        });
    }

    Result<void> add_labels(int project, const std::vector<std::string>& names,
                            const Author& by) override {
        return guarded([&] {
            Transaction transaction(connection_);
            for (const auto& name : names) bring_in(connection_, project, name, by);
            check_label_count(connection_, project);
            transaction.commit();
        });
    }

    Result<std::vector<std::optional<Content>>> contents(
        const std::vector<Uuid>& drawings) override {
        return guarded([&] {
            Transaction transaction(connection_, Mode::read_only);
            std::vector<std::optional<Content>> found;
            found.reserve(drawings.size());
            for (const auto& id : drawings) {
                auto row = connection_.query(
                    "SELECT c.image, c.strokes, d.tagged_by FROM drawing d JOIN drawing_content c "
                    "ON c.id = d.content WHERE d.id = $1 AND d.withdrawn IS NULL",
                    id);
                auto& content = found.emplace_back();
                if (!row.step()) continue;
                const auto image = row.blob(0);
                content = Content{Bytes(image.begin(), image.end()), row.text(1)};
                if (!row.null(2)) content->said = said_last(events_of(connection_, id));
            }
            transaction.commit();
            return found;
        });
    }

  private:
    Checkpointer checkpointer_;
    Connection connection_;  ///< ends first
};

}  // namespace

std::unique_ptr<Transfer> open_transfer(const std::string& path) {
    return std::make_unique<SqliteTransfer>(path);
}

}  // namespace croquis::store::sqlite
