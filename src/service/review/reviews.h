#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/mutex.h"
#include "core/worker_pool.h"
#include "identity/identity.h"
#include "service/drawings/details.h"
#include "service/drawings/seen_drawing.h"
#include "store/store.h"

/// What people say of drawings.
namespace croquis::service {

/// Bytes of a person's reason for a change.
inline constexpr std::size_t max_reason_bytes = 500;

/// When a model is taught without anybody asking.
struct TeachingRhythm {
    /// Drawings reviewed since the last teaching, of a project that does not say it for itself; 0
    /// for never.
    std::size_t after = 0;
    std::function<void()> on_job = {};  ///< called when a job was queued; may be empty
};

/// What matters of a project to reviews in it; as in store::Project.
struct ReviewedProject {
    int id = store::shapes_project;
    std::optional<int> teach_after = {};
    bool promotes_better = false;
};
ReviewedProject reviewed_in(const store::Project& project);

/// All functions are coroutines for a network thread: what blocks runs on `workers`. A drawing of
/// another project than `project` is not found. Thread-safe.
class Reviews {
  public:
    /// All must outlive it.
    Reviews(store::Store& store, WorkerPool& workers, Details& details, TeachingRhythm rhythm = {})
        : store_(store), workers_(workers), details_(details), rhythm_(std::move(rhythm)) {}

    /// Setting the tag that it has accepts it. `reason` is a person's words, or empty. Errors:
    /// those of Store::change_tags; invalid ("reason").
    boost::asio::awaitable<Result<Detail>> change_tag(Uuid id, std::string tag, std::string reason,
                                                      store::VersionCondition on,
                                                      identity::Principal by,
                                                      ReviewedProject project = {});
    /// Takes the last change back that still stands. Errors: those of Store::undo_tags.
    boost::asio::awaitable<Result<Detail>> undo(Uuid id, store::VersionCondition on,
                                                identity::Principal by,
                                                int project = store::shapes_project);
    /// Marks a drawing for attention, with a person's words or none; or, without `words`, takes the
    /// mark away. Errors: those of Store::change_flags; invalid ("comment").
    boost::asio::awaitable<Result<Detail>> change_flag(Uuid id, std::optional<std::string> words,
                                                       store::VersionCondition on,
                                                       identity::Principal by,
                                                       int project = store::shapes_project);
    /// Accepts the tags as they are, in one transaction; answers, in order, the drawing or why not.
    /// At most max_at_once.
    boost::asio::awaitable<Result<std::vector<Result<Detail>>>> accept(
        std::vector<SeenDrawing> drawings, identity::Principal by, ReviewedProject project = {});
    /// Gives them all this tag, in one transaction; answers as accept() does. Errors of each: those
    /// of Store::change_tags.
    boost::asio::awaitable<Result<std::vector<Result<Detail>>>> tag_each(
        std::vector<SeenDrawing> drawings, std::string tag, identity::Principal by,
        ReviewedProject project = {});
    /// Undoes each in one transaction, as undo() does; answers as accept() does.
    boost::asio::awaitable<Result<std::vector<Result<Detail>>>> undo_each(
        std::vector<SeenDrawing> drawings, identity::Principal by,
        int project = store::shapes_project);

  private:
    boost::asio::awaitable<Result<std::vector<Result<Detail>>>> review_each(
        std::vector<SeenDrawing> drawings, std::optional<std::string> tag, identity::Principal by,
        ReviewedProject project);
    /// Reviews that this process takes of a project before it has them counted in the store anew,
    /// which it has where `after` reviews call for a teaching.
    struct Countdown {
        std::size_t after = 0;
        std::size_t left = 0;
    };
    void teach_when_due(std::size_t reviews, const ReviewedProject& project);
    bool is_to_count(std::size_t reviews, int project, std::size_t after);

    store::Store& store_;
    WorkerPool& workers_;
    Details& details_;
    const TeachingRhythm rhythm_;
    Mutex mutex_;
    std::map<int, Countdown> countdowns_ CROQUIS_GUARDED_BY(mutex_);  ///< by project
};

}  // namespace croquis::service
