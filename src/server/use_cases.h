#pragma once

#include "api/services.h"

namespace croquis::server {

/// The use cases of drawings, wired.
struct UseCases {
    /// What they work with, which must outlive them.
    struct Means {
        store::Store& store;
        recognition::Batcher& batcher;  ///< of the general model
        WorkerPool& workers;
        WorkerPool& analyses;
        Metrics& metrics;
    };
    /// The options are the batcher's: those of projects with a model of their own follow them.
    UseCases(const Means& means, const recognition::BatcherOptions& options,
             service::TeachingRhythm rhythm);

    [[nodiscard]] api::Services with(service::Exports& exports, service::Imports& imports) {
        return {projects, models,     submissions,   catalogue, reviews,
                queue,    moderation, quality_watch, exports,   imports};
    }
    /// Stops the models of projects; the batcher is its owner's.
    void stop() { project_models.stop(); }

    service::Projects projects;
    service::ProjectModels project_models;
    service::LiveModels models;
    service::Details details;
    service::Submissions submissions;
    service::Catalogue catalogue;
    service::Reviews reviews;
    service::ReviewQueue queue;
    service::Moderation moderation;
    service::QualityWatch quality_watch;
};

}  // namespace croquis::server
