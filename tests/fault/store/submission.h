#pragma once

#include "store/store.h"

namespace croquis::store {

/// A drawing whose image can be told right from wrong: its SHA-256 is stored beside it.
inline Submission fault_submission() {
    Submission submission;
    submission.id = Uuid::v7();
    submission.created_at = now();
    submission.image = random_bytes(3000);
    submission.media_type = "image/png";
    submission.width = submission.height = 280;
    submission.sha256 = sha256(submission.image);
    submission.source = "page";
    submission.prediction = {"croquis-test-1", "circle", 0.5F, {0.5F, 0.5F}};
    return submission;
}

}  // namespace croquis::store
