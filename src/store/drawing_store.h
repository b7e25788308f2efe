#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/error.h"
#include "store/model.h"

namespace croquis::store {

/// Drawings: submitted, listed, tagged, hidden and deleted. Thread-safe, as Store says.
class DrawingStore {
  public:
    using SubmitHandler = std::function<void(Result<SubmitResult>)>;
    /// Queues a submission and returns at once. Submissions that wait together share one commit;
    /// `done` is called exactly once, on a thread of the store, after that commit is durable
    /// (fsync) or has failed: it must not block. A key seen before with the same digest answers
    /// with the first drawing (replayed); with another digest, ErrorKind::conflict
    /// ("Idempotency-Key"), and where that drawing was deleted, conflict (drawing_deleted). A full
    /// queue answers unavailable. Keys are kept for at least 24 hours.
    virtual void submit(Submission submission, SubmitHandler done) = 0;

    virtual Result<Page> list(const Query& query) = 0;
    /// With the opinion of whom the viewer says is told, where others are asked too.
    virtual Result<Drawing> drawing(const Uuid& id, const Viewer& viewer = Audience::everyone) = 0;
    /// Without its bytes where its digest is `known`.
    virtual Result<StoredImage> image(const Uuid& id, const Viewer& viewer = Audience::everyone,
                                      const std::optional<Sha256>& known = {}) = 0;
    /// Strokes as JSON; empty where none were sent.
    virtual Result<std::string> strokes(const Uuid& id,
                                        const Viewer& viewer = Audience::everyone) = 0;
    /// Oldest first.
    virtual Result<std::vector<TagEvent>> history(const Uuid& id,
                                                  const Viewer& viewer = Audience::everyone) = 0;
    /// A project's drawings by current tag, for the page's filter. May be up to some seconds old on
    /// a large store.
    virtual Result<std::vector<TagCount>> tag_counts(int project = shapes_project) = 0;

    /// Changes or accepts tags and appends to the histories, all in one transaction; says what
    /// became of each, in order. Where the project wants several opinions and nobody has reviewed
    /// the drawing, it is an opinion: once as many people have said what the drawing is, what more
    /// than half of them say is its tag; where there is no such tag, one more person is asked; and
    /// then it is disputed, until somebody changes or accepts its tag, which decides. Another word
    /// of the same person takes the place of the first. A tag must be a label of the drawing's
    /// project that is not retired, or one that the drawing carries or was predicted with. Errors
    /// of each: not_found, precondition_failed (code version_moved_on), invalid ("tag", code
    /// tag_not_assignable).
    virtual Result<std::vector<Result<Drawing>>> change_tags(
        const std::vector<TagChange>& changes) = 0;
    /// Takes back the last event of each that still stands: tag, who reviewed it and when are again
    /// what they were before it. While opinions are gathered, that is the last one of whoever
    /// undoes it, whatever others said since. Where nothing else stands, the drawing is unreviewed
    /// again and has its prediction's tag. All in one transaction; says what became of each, in
    /// order. Errors of each: not_found, precondition_failed (version_moved_on), conflict
    /// (nothing_to_undo).
    virtual Result<std::vector<Result<Drawing>>> undo_tags(const std::vector<TagUndo>& undos) = 0;

    /// Hides, shows and deletes, all in one transaction; says what became of each, in order. One
    /// that is so already stays at its version. What is deleted is gone when this returns; the row
    /// stays, without content, and is found by no other function. Errors of each: not_found,
    /// precondition_failed (version_moved_on).
    virtual Result<std::vector<Result<Drawing>>> change_visibility(
        const std::vector<VisibilityChange>& changes) = 0;
    /// Marks drawings for attention, or takes the marks away, all in one transaction; says what
    /// became of each, in order. One that is so already stays at its version. Errors of each:
    /// not_found, precondition_failed (version_moved_on).
    virtual Result<std::vector<Result<Drawing>>> change_flags(
        const std::vector<FlagChange>& changes) = 0;
    /// Deletes a drawing for whoever drew it. Errors: not_found; forbidden where the token is not
    /// the drawing's, or is older than withdrawal_lasts.
    virtual Result<void> withdraw(const Withdrawal& withdrawal) = 0;
    /// Writes down what whoever drew it says that it is. Its tag stays, and so does whether it is
    /// reviewed. Errors: those of withdraw(); invalid ("tag", code tag_not_assignable); conflict
    /// (too_many_suggestions).
    virtual Result<Drawing> suggest(const Withdrawal& by, const std::string& tag) = 0;

    Result<Drawing> change_tag(const TagChange& change);
    Result<Drawing> undo_tag(const TagUndo& undo);

  protected:
    ~DrawingStore() = default;
};

}  // namespace croquis::store
