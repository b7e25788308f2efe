#include "server/use_cases.h"

namespace croquis::server {

UseCases::UseCases(const Means& means, const recognition::BatcherOptions& options,
                   service::TeachingRhythm rhythm)
    : projects(means.store, means.workers),
      project_models(means.store, options, means.metrics),
      models(means.store, means.workers, projects, means.batcher, project_models),
      details(means.store, projects, models),
      submissions(means.store, means.workers, models, details, means.metrics),
      catalogue(means.store, means.workers, details),
      reviews(means.store, means.workers, details, std::move(rhythm)),
      queue(means.store, means.workers, &means.analyses),
      moderation(means.store, means.workers, details),
      quality_watch(means.store, means.metrics) {}

}  // namespace croquis::server
