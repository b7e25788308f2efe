#include "service/review/reviews.h"

#include <algorithm>

#include "core/characters.h"
#include "core/text.h"
#include "service/training/training_jobs.h"

namespace croquis::service {
namespace {

namespace asio = boost::asio;

/// So many processes that take as many reviews each find out with the very review that a teaching
/// is due; of more, a few reviews later.
constexpr std::size_t processes_expected = 4;

Result<void> check_reason(std::string_view reason) {
    if (reason.size() > max_reason_bytes)
        return Error{ErrorKind::invalid, "A reason has at most 500 bytes.", "reason"};
    if (has_control_characters(reason))
        return Error{ErrorKind::invalid, "A reason has no control characters.", "reason"};
    return {};
}

Result<void> check_comment(std::string_view comment) {
    if (comment.size() > store::max_flag_bytes)
        return Error{ErrorKind::invalid, "A comment has at most 500 bytes.", "comment"};
    const auto control = [](char c) { return is_control(c) && c != '\n'; };
    if (std::any_of(comment.begin(), comment.end(), control))
        return Error{ErrorKind::invalid, "A comment has no control characters.", "comment"};
    return {};
}

std::size_t count_done(const std::vector<Result<Detail>>& changed) {
    return static_cast<std::size_t>(std::count_if(
        changed.begin(), changed.end(), [](const auto& each) { return each.has_value(); }));
}

}  // namespace

ReviewedProject reviewed_in(const store::Project& project) {
    return {project.id, project.teach_after, project.promotes_better};
}

asio::awaitable<Result<Detail>> Reviews::change_tag(Uuid id, std::string tag, std::string reason,
                                                    store::VersionCondition on,
                                                    identity::Principal by,
                                                    ReviewedProject project) {
    if (const auto valid = check_reason(reason); !valid) co_return valid.error();
    const store::TagChange asked{id,        std::move(tag),    author_of(std::move(by)),
                                 now(),     std::move(reason), std::move(on),
                                 project.id};
    const auto job = [this, &asked, &project]() -> Result<Detail> {
        auto changed = details_.with_top(store_.change_tag(asked));
        if (changed) teach_when_due(1, project);
        return changed;
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<Detail>> Reviews::undo(Uuid id, store::VersionCondition on,
                                              identity::Principal by, int project) {
    const store::TagUndo asked{id, author_of(std::move(by)), now(), std::move(on), project};
    const auto job = [this, &asked] { return details_.with_top(store_.undo_tag(asked)); };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<Detail>> Reviews::change_flag(Uuid id, std::optional<std::string> words,
                                                     store::VersionCondition on,
                                                     identity::Principal by, int project) {
    if (words)
        if (const auto valid = check_comment(*words); !valid) co_return valid.error();
    const std::vector<store::FlagChange> asked{
        {id, std::move(words), author_of(std::move(by)), now(), std::move(on), project}};
    const auto job = [this, &asked]() -> Result<Detail> {
        auto changed = store_.change_flags(asked);
        if (!changed) return changed.error();
        return details_.with_top(std::move(changed->front()));
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<std::vector<Result<Detail>>>> Reviews::accept(
    std::vector<SeenDrawing> drawings, identity::Principal by, ReviewedProject project) {
    return review_each(std::move(drawings), std::nullopt, std::move(by), project);
}

asio::awaitable<Result<std::vector<Result<Detail>>>> Reviews::tag_each(
    std::vector<SeenDrawing> drawings, std::string tag, identity::Principal by,
    ReviewedProject project) {
    return review_each(std::move(drawings), std::move(tag), std::move(by), project);
}

/// Without a tag, each keeps its own.
asio::awaitable<Result<std::vector<Result<Detail>>>> Reviews::review_each(
    std::vector<SeenDrawing> drawings, std::optional<std::string> tag, identity::Principal by,
    ReviewedProject project) {
    if (const auto valid = check_count(drawings.size()); !valid) co_return valid.error();
    const store::Author who = author_of(std::move(by));
    const Timestamp at = now();
    std::vector<store::TagChange> changes;
    changes.reserve(drawings.size());
    for (const auto& [id, version] : drawings)
        changes.push_back({id, tag, who, at, {}, version, project.id, drawings.size() > 1});
    const auto job = [this, &changes, &project]() -> Result<std::vector<Result<Detail>>> {
        auto changed = details_.with_tops(store_.change_tags(changes));
        if (changed) teach_when_due(count_done(*changed), project);
        return changed;
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<std::vector<Result<Detail>>>> Reviews::undo_each(
    std::vector<SeenDrawing> drawings, identity::Principal by, int project) {
    if (const auto valid = check_count(drawings.size()); !valid) co_return valid.error();
    const store::Author who = author_of(std::move(by));
    const Timestamp at = now();
    std::vector<store::TagUndo> undos;
    undos.reserve(drawings.size());
    for (const auto& [id, version] : drawings) undos.push_back({id, who, at, version, project});
    const auto job = [this, &undos] { return details_.with_tops(store_.undo_tags(undos)); };
    co_return co_await workers_.run(job);
}

/// The reviews are in the store, from which every process counts them; where that fails, the next
/// reviews try again.
void Reviews::teach_when_due(std::size_t reviews, const ReviewedProject& project) {
    const auto after =
        project.teach_after ? static_cast<std::size_t>(*project.teach_after) : rhythm_.after;
    if (after == 0 || reviews == 0 || !is_to_count(reviews, project.id, after)) return;
    const auto then =
        project.promotes_better ? AfterTeaching::promote_if_better : AfterTeaching::keep;
    const auto counted = queue_teaching_after_reviews(store_, project.id, after, then);
    if (!counted) return;
    {
        const MutexLock lock(mutex_);
        countdowns_[project.id] = {after, counted->missing / processes_expected};
    }
    if (counted->queued && rhythm_.on_job) rhythm_.on_job();
}

bool Reviews::is_to_count(std::size_t reviews, int project, std::size_t after) {
    const MutexLock lock(mutex_);
    auto& countdown = countdowns_[project];
    if (countdown.after != after) countdown = {after, 0};
    countdown.left -= std::min(countdown.left, reviews);
    return countdown.left == 0;
}

}  // namespace croquis::service
