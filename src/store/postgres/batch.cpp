#include "store/postgres/batch.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "store/asking.h"
#include "store/list_query.h"
#include "store/postgres/rows.h"
#include "store/records.h"

namespace croquis::store::postgres {
namespace {

/// Sent whenever this much is ready, so that the server works while the rest is put together.
constexpr std::size_t chunk = std::size_t{48} * 1024;

constexpr const char* copy_script =
    "COPY drawing (id, created_at, width, height, confidence, queue_place, media_type, source, "
    "model, predicted_tag, tag, sha256, probabilities, project, external_id, file_name, pseudonym, "
    "withdrawal, import_job) "
    "FROM STDIN (FORMAT binary);"
    "COPY drawing_content (drawing, image, strokes) FROM STDIN (FORMAT binary);";
constexpr const char* copy_embeddings =
    "COPY embedding (trunk, drawing, scale, vector) FROM STDIN (FORMAT binary);";

using Members = std::vector<const Submission*>;

void put_drawing(CopyBuffer& out, const Submission& submission) {
    const auto& prediction = submission.prediction;
    out.row(19);
    out.field(submission.id);
    out.field(submission.created_at);
    out.field(submission.width);
    out.field(submission.height);
    out.field(prediction.confidence);
    out.field(static_cast<std::int16_t>(queue_place(submission.id, prediction.probabilities)));
    out.field(submission.media_type);
    out.field(submission.source);
    out.field(prediction.model);
    out.field(prediction.tag);
    out.field(prediction.tag);
    out.field(BytesView(submission.sha256));
    out.field(bytes_of(prediction.probabilities));
    out.field(submission.project);
    out.field_or_null(submission.external_id);
    out.field_or_null(submission.file_name);
    out.field_or_null(submission.pseudonym);
    out.field_or_null(submission.withdrawal);
    out.field_or_null(submission.import_job);
}

void put_content(CopyBuffer& out, const Submission& submission) {
    out.row(3);
    out.field(submission.id);
    out.field(BytesView(submission.image));
    out.field(submission.strokes);
}

void put_embedding(CopyBuffer& out, const Submission& submission) {
    if (!submission.embedding) return;
    const auto& embedding = *submission.embedding;
    out.row(4);
    out.field(embedding.trunk);
    out.field(submission.id);
    out.field(embedding.scale);
    out.field(bytes_of(embedding));
}

/// Sends the rows, but not yet the word that they are all.
void feed_rows(Connection& connection, const Members& members,
               void (*put_row)(CopyBuffer&, const Submission&)) {
    CopyBuffer buffer;
    buffer.start();
    for (const Submission* submission : members) {
        put_row(buffer, *submission);
        if (buffer.text().size() < chunk) continue;
        connection.feed(buffer.text());
        buffer.clear();
    }
    buffer.end();
    connection.feed(buffer.text());
}

/// Ends the script, and with it the transaction. The server may commit from the first word on,
/// whether it can still say so or not.
void commit(Connection& connection) {
    try {
        connection.end_copy();
        connection.finish_script();
    } catch (const ServerFailure& failure) {
        if (!connection.lost()) throw;
        throw Failure(Fault::unsure, failure.what());
    }
}

bool any_embedded(const Members& members) {
    return std::any_of(members.begin(), members.end(),
                       [](const Submission* each) { return each->embedding.has_value(); });
}

/// The rows of a script that copies them, up to the end of its last COPY.
void feed_members(Connection& connection, const Members& members) {
    feed_rows(connection, members, put_drawing);
    connection.end_copy();
    feed_rows(connection, members, put_content);
    if (!any_embedded(members)) return;
    connection.end_copy();
    feed_rows(connection, members, put_embedding);
}

std::string script_of(const Members& members) {
    return std::string(copy_script) + (any_embedded(members) ? copy_embeddings : "");
}

/// Without an open transaction, the script is one by itself.
void copy_and_commit(Connection& connection, const Members& members, bool in_transaction) {
    connection.start_script(script_of(members) + (in_transaction ? "COMMIT" : ""));
    feed_members(connection, members);
    commit(connection);
}

/// The submissions of a batch that bring a key, without those whose key another of them brings too.
Members first_of_each_key(const GroupCommit::Batch& batch) {
    Members members;
    std::unordered_set<std::string_view> keys;
    for (const auto& submission : batch)
        if (!submission.idempotency_key.empty() && keys.insert(submission.idempotency_key).second)
            members.push_back(&submission);
    // In one order everywhere, so that two batches with the same keys cannot wait for each other.
    std::sort(members.begin(), members.end(), [](const Submission* a, const Submission* b) {
        return a->idempotency_key < b->idempotency_key;
    });
    return members;
}

/// Writes the keys that are new and returns the submissions that brought them.
std::unordered_set<const Submission*> claim_keys(Connection& connection, const Members& members) {
    std::vector<std::string_view> keys;
    std::vector<Sha256> digests;
    std::vector<Uuid> drawings;
    std::unordered_map<std::string_view, const Submission*> by_key;
    for (const Submission* submission : members) {
        keys.emplace_back(submission->idempotency_key);
        digests.push_back(submission->request_digest);
        drawings.push_back(submission->id);
        by_key.emplace(submission->idempotency_key, submission);
    }
    const auto rows = connection.query(
        "INSERT INTO idempotency_key (key, digest, drawing, created_at) "
        "SELECT *, now() FROM unnest($1, $2, $3) ON CONFLICT (key) DO NOTHING RETURNING key",
        keys, digests, drawings);
    std::unordered_set<const Submission*> claimed;
    for (int row = 0; row < rows.count(); ++row) claimed.insert(by_key.at(rows.text(row, 0)));
    return claimed;
}

/// What a key was first used for.
struct Original {
    Sha256 digest;
    Drawing drawing;
};

using Originals = std::unordered_map<std::string, Original>;

Originals find_originals(Connection& connection, const Members& repeated) {
    std::vector<std::string_view> keys;
    for (const Submission* submission : repeated) keys.push_back(submission->idempotency_key);
    const auto rows = connection.query(
        fmt::format("SELECT k.key, k.digest, {} FROM (SELECT key, digest, drawing FROM "
                    "idempotency_key WHERE key = ANY ($1)) AS k JOIN drawing ON id = k.drawing",
                    drawing_columns),
        keys);
    Originals found;
    for (int row = 0; row < rows.count(); ++row)
        found.emplace(rows.text(row, 0), Original{rows.digest(row, 1), read_drawing(rows, row, 2)});
    return found;
}

Result<SubmitResult> replay(const Result<Originals>& originals, const Submission& submission) {
    if (!originals) return originals.error();
    const auto found = originals->find(submission.idempotency_key);
    if (found == originals->end()) return database_error(Fault::busy);
    if (found->second.digest != submission.request_digest) return other_request();
    if (found->second.drawing.visibility == Visibility::deleted) return deleted_meanwhile();
    return SubmitResult{found->second.drawing, true};
}

/// A batch sorted into what is new and what repeats a key.
struct Sorted {
    Members fresh;
    Members repeated;
    std::vector<bool> is_fresh;  ///< by place in the batch
};

Sorted sort_out(const GroupCommit::Batch& batch,
                const std::unordered_set<const Submission*>& claimed) {
    Sorted sorted;
    for (const auto& submission : batch) {
        const bool fresh = submission.idempotency_key.empty() || claimed.contains(&submission);
        (fresh ? sorted.fresh : sorted.repeated).push_back(&submission);
        sorted.is_fresh.push_back(fresh);
    }
    return sorted;
}

/// Rolls back what was begun, if the connection still stands.
class Undo {
  public:
    explicit Undo(Connection& connection) : connection_(connection) {}
    Undo(const Undo&) = delete;
    Undo& operator=(const Undo&) = delete;
    ~Undo() {
        if (connection_.lost() || !connection_.broken()) return;
        const auto undone = guarded([&] { connection_.execute("ROLLBACK"); });
        static_cast<void>(undone);
    }

  private:
    Connection& connection_;
};

Sorted write(Connection& connection, const GroupCommit::Batch& batch) {
    const Undo undo(connection);
    const auto keyed = first_of_each_key(batch);
    std::unordered_set<const Submission*> claimed;
    if (!keyed.empty()) {
        connection.execute("BEGIN");
        claimed = claim_keys(connection, keyed);
    }
    auto sorted = sort_out(batch, claimed);
    if (!sorted.fresh.empty()) copy_and_commit(connection, sorted.fresh, !keyed.empty());
    return sorted;
}

}  // namespace

void copy_drawings(Connection& connection, const std::vector<const Submission*>& drawings) {
    connection.start_script(script_of(drawings));
    feed_members(connection, drawings);
    connection.end_copy();
    connection.finish_script();
}

GroupCommit::Answers store_batch(Connection& connection, const GroupCommit::Batch& batch) {
    const auto sorted = write(connection, batch);
    // What is new is stored by now, whatever becomes of the search for what is not.
    const auto before = guarded([&] {
        return sorted.repeated.empty() ? Originals{} : find_originals(connection, sorted.repeated);
    });
    GroupCommit::Answers answers;
    answers.reserve(batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (sorted.is_fresh[i])
            answers.emplace_back(SubmitResult{first_drawing(batch[i]), false});
        else
            answers.push_back(replay(before, batch[i]));
    }
    return answers;
}

}  // namespace croquis::store::postgres
