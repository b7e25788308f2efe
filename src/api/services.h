#pragma once

#include "service/drawings/catalogue.h"
#include "service/drawings/moderation.h"
#include "service/drawings/submissions.h"
#include "service/models/live_models.h"
#include "service/projects/projects.h"
#include "service/quality/watch.h"
#include "service/review/review_queue.h"
#include "service/review/reviews.h"
#include "service/transfer/exports.h"
#include "service/transfer/imports.h"

namespace croquis::api {

/// The use cases that routes call. What it refers to must outlive the routes.
struct Services {
    service::Projects& projects;
    service::LiveModels& models;
    service::Submissions& submissions;
    service::Catalogue& catalogue;
    service::Reviews& reviews;
    service::ReviewQueue& queue;
    service::Moderation& moderation;
    service::QualityWatch& quality_watch;
    service::Exports& exports;
    service::Imports& imports;
};

}  // namespace croquis::api
