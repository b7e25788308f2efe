#include "service/similarity/drawing_map.h"

#include <algorithm>
#include <boost/json/array.hpp>

#include "service/drawings/drawing_brief.h"
#include "service/models/embedded_drawings.h"
#include "service/models/registry.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

/// The newest `most` from that stretch of time.
Result<void> add_newest(store::Store& store, const store::Query& query, std::size_t most,
                        DrawingsById& drawings) {
    std::size_t found = 0;
    return read_pages(store, query, [&](std::vector<store::Drawing>& page) {
        for (auto& drawing : page)
            if (found++ < most) drawings.emplace(drawing.id, std::move(drawing));
        return found < most;
    });
}

Result<DrawingsById> newest_drawings(store::Store& store, int project,
                                     const std::optional<Timestamp>& promoted_at) {
    DrawingsById drawings;
    store::Query query;
    query.project = project;
    query.from = promoted_at;
    const auto since =
        add_newest(store, query, promoted_at ? most_mapped / 2 : most_mapped, drawings);
    if (!since) return since.error();
    if (!promoted_at) return drawings;
    query.from.reset();
    query.until = promoted_at;
    const auto before = add_newest(store, query, most_mapped / 2, drawings);
    if (!before) return before.error();
    return drawings;
}

}  // namespace

Result<DrawingMap> map_drawings(store::Store& store, int project, const std::string& trunk) {
    const auto live = answering_model(store, project);
    if (!live) return live.error();
    const auto newest = newest_drawings(store, project, live->promoted_at);
    if (!newest) return newest.error();
    auto drawings = with_embeddings(store, *newest, trunk);
    if (!drawings) return drawings.error();
    const auto is_before = [&](const DrawingWithEmbedding& each) {
        return live->promoted_at && each.drawing->created_at < *live->promoted_at;
    };
    const auto since = std::stable_partition(drawings->begin(), drawings->end(), is_before);
    DrawingMap map;
    if (drawings->empty()) return map;
    const auto rows = rows_of(*drawings);
    map.drift =
        learning::compare_samples(rows, static_cast<std::size_t>(since - drawings->begin()));
    const auto points = learning::on_plane(rows);
    for (std::size_t i = 0; i < points.size(); ++i)
        map.drawings.push_back({*(*drawings)[i].drawing, points[i]});
    return map;
}

json::object to_json(const DrawingMap& map) {
    json::array points;
    for (const auto& [drawing, at] : map.drawings) {
        auto point = brief_of(drawing);
        point["x"] = static_cast<double>(at[0]);
        point["y"] = static_cast<double>(at[1]);
        points.push_back(std::move(point));
    }
    const auto& drift = map.drift;
    return {{"drift",
             {{"before", drift.first},
              {"since", drift.second},
              {"distance", drift.distance},
              {"p_value", drift.p_value},
              {"beyond_chance", drift.is_beyond_chance()}}},
            {"points", std::move(points)}};
}

}  // namespace croquis::service
