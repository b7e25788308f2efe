#pragma once

#include "service/catalogue.h"
#include "service/exports.h"
#include "service/imports.h"
#include "service/live_models.h"
#include "service/moderation.h"
#include "service/projects.h"
#include "service/review_queue.h"
#include "service/reviews.h"
#include "service/submissions.h"
#include "service/watch.h"

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
