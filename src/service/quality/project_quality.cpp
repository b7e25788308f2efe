#include "service/quality/project_quality.h"

namespace croquis::service {

Result<ProjectQuality> measure_project(store::Store& store, const store::Project& asked,
                                       Timestamp at) {
    auto quality = measure_quality(store, asked.id, at);
    if (!quality) return quality.error();
    auto fall = measure_fall(store, asked.id);
    // A project without a model of its own has none before it either.
    if (!fall && fall.error().kind != ErrorKind::not_found) return fall.error();
    // What was asked for may have been looked up before.
    auto project = store.project(asked.slug);
    if (!project) return project.error();
    auto people = measure_people(store, *project);
    if (!people) return people.error();
    return ProjectQuality{std::move(*project), std::move(*quality), std::move(fall), *people};
}

}  // namespace croquis::service
