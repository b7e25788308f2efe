#include "service/drawings/moderation.h"

namespace croquis::service {
namespace {

namespace asio = boost::asio;

}  // namespace

asio::awaitable<Result<std::vector<Result<Detail>>>> Moderation::change_visibility(
    std::vector<SeenDrawing> drawings, store::Visibility to, identity::Principal by, int project) {
    if (const auto valid = check_count(drawings.size()); !valid) co_return valid.error();
    const store::Author who = author_of(std::move(by));
    const Timestamp at = now();
    std::vector<store::VisibilityChange> changes;
    changes.reserve(drawings.size());
    for (const auto& [id, version] : drawings)
        changes.push_back({id, to, who, at, version, project});
    const auto job = [this, &changes]() -> Result<std::vector<Result<Detail>>> {
        return details_.with_tops(store_.change_visibility(changes));
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<void>> Moderation::remove(Uuid id, store::VersionCondition on,
                                                 identity::Principal by, int project) {
    const std::vector<store::VisibilityChange> changes{
        {id, store::Visibility::deleted, author_of(std::move(by)), now(), std::move(on), project}};
    const auto job = [this, &changes]() -> Result<void> {
        const auto results = store_.change_visibility(changes);
        if (!results) return results.error();
        if (!results->front()) return results->front().error();
        return {};
    };
    co_return co_await workers_.run(job);
}

}  // namespace croquis::service
