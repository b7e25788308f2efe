#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "store/model.h"

namespace croquis::store {

/// What a drawing of a project is known by when it is imported again: its id, where an export of
/// Croquis brings one; and its external id, which is unique in the project. One of them is given.
struct ImportKey {
    int project = shapes_project;
    std::optional<Uuid> id;
    std::string external_id;  ///< or empty
};

/// What sort of event a tag rests on.
struct Said {
    TagEventKind kind = TagEventKind::accepted;
    bool bulk = false;  ///< along with others in one go
};

/// A tag that comes with a drawing, as reviewed by whoever imports it or by whom the data names.
struct ImportedTag {
    std::string to;
    std::string by;             ///< not empty
    std::optional<Uuid> by_id;  ///< the user, where it is one of this store
    Timestamp at;
    std::optional<Said> said = {};  ///< how it came about where it was given
};

struct DrawingImport {
    Submission submission;     ///< its idempotency key is not looked at; its key is ImportKey
    bool known_by_id = false;  ///< its id too means this drawing, within its project
    std::optional<ImportedTag> tag;
};

enum class ImportOutcome {
    stored,
    there_already,  ///< the same picture was stored under this key; nothing was changed
    labelled,       ///< the same, and nobody had reviewed it: it has the tag that comes now
    kept,           ///< the same, and people have said otherwise, or begun to: that stays
    /// The same, and an earlier import said another tag which nobody has looked at since: that tag
    /// is taken back, and the drawing waits for a person, whom no import comes before.
    disputed,
};

/// What the drawing will be known by.
ImportKey key_of(const DrawingImport& import);

/// The kind of a tag that people give, by its word: "accepted", "corrected", "imported" …; nothing
/// for another.
std::optional<TagEventKind> word_from(std::string_view text);

/// What is said of a drawing that was deleted for good and is imported again.
Error deleted_before();

/// What data transfer asks of a database, on a connection of its own beside the Store's. Thread-
/// compatible: one thread at a time. All functions block. A lost database is
/// ErrorKind::unavailable, and the next call connects again.
class Transfer {
  public:
    Transfer() = default;
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;
    virtual ~Transfer() = default;

    /// The drawings stored under these keys of one project, withdrawn ones included, in order.
    virtual Result<std::vector<std::optional<Drawing>>> find(
        const std::vector<ImportKey>& keys) = 0;

    /// The strokes of drawings, empty where there are none, in order; nothing for a drawing that is
    /// not there, or was deleted for good.
    virtual Result<std::vector<std::optional<std::string>>> strokes(
        const std::vector<Uuid>& drawings) = 0;

    /// Stores drawings of one project, each with its tag, all in one transaction that is durable
    /// when this returns; says what became of each, in order. Storing the same again changes
    /// nothing; a tag goes to what is there and was not reviewed. Where another drawing has its id,
    /// one of another project as a rule, it is stored under an id that follows from both, by which
    /// it is found again. What is there is compared by its digest alone. Errors of each: conflict,
    /// where another picture is stored under its key, or was before it was deleted for good (field
    /// "deleted"); of what is not there, those of a submission.
    virtual Result<std::vector<Result<ImportOutcome>>> add(
        const std::vector<DrawingImport>& drawings) = 0;

    /// Adds labels at the project's end, except those that it has. A retired one is in use again.
    /// The audit log has each, by `by`.
    /// Errors: invalid ("name") where the project would have more than max_labels; then it gets
    /// none.
    virtual Result<void> add_labels(int project, const std::vector<std::string>& names,
                                    const Author& by = operator_author()) = 0;

    struct Content {
        Bytes image;
        std::string strokes;
        /// How the tag came about that people gave it, as things stand; absent of one that nobody
        /// reviewed.
        std::optional<Said> said = {};
    };
    /// Pictures and strokes, in order; nothing for a drawing that is not shown any more.
    virtual Result<std::vector<std::optional<Content>>> contents(
        const std::vector<Uuid>& drawings) = 0;
};

/// Opens the database of a store that has been migrated. Errors: as open_store().
Result<std::unique_ptr<Transfer>> open_transfer(const std::string& url);

}  // namespace croquis::store
