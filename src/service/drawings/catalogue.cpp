#include "service/drawings/catalogue.h"

#include "store/tagging.h"

namespace croquis::service {
namespace {

namespace asio = boost::asio;

}  // namespace

asio::awaitable<Result<store::Page>> Catalogue::list(store::Query query) {
    const auto job = [this, &query] { return store_.list(query); };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<Detail>> Catalogue::drawing(Uuid id, store::Viewer viewer) {
    const auto job = [this, id, &viewer]() -> Result<Detail> {
        auto found = store_.drawing(id, viewer);
        if (!found) return found.error();
        return details_.with_top(std::move(*found));
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<store::StoredImage>> Catalogue::image(Uuid id, store::Viewer viewer,
                                                             std::optional<Sha256> known) {
    const auto job = [&] { return store_.image(id, viewer, known); };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<std::string>> Catalogue::strokes(Uuid id, store::Viewer viewer) {
    const auto job = [this, id, &viewer] { return store_.strokes(id, viewer); };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<std::vector<store::TagEvent>>> Catalogue::history(Uuid id,
                                                                         store::Viewer viewer) {
    const auto job = [this, id, &viewer]() -> Result<std::vector<store::TagEvent>> {
        auto events = store_.history(id, viewer);
        if (!events) return events.error();
        if (events->empty()) return Error{ErrorKind::not_found, "There is no such drawing."};
        return events;
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<std::vector<store::TagEvent>>> Catalogue::history_for(Uuid account, Uuid id,
                                                                             store::Viewer viewer) {
    // Before the history: where the last opinion comes in between, too little is told, not too
    // much.
    const auto job = [this, &account, &id, &viewer]() -> Result<std::vector<store::TagEvent>> {
        const auto drawing = store_.drawing(id, viewer);
        if (!drawing) return drawing.error();
        auto events = store_.history(id, viewer);
        if (!events) return events.error();
        const bool open = !drawing->tagged_by && !drawing->disputed;
        return open ? store::told_to(account, std::move(*events)) : std::move(*events);
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<std::vector<store::TagCount>>> Catalogue::tag_counts(int project) {
    const auto job = [this, project] { return store_.tag_counts(project); };
    co_return co_await workers_.run(job);
}

}  // namespace croquis::service
