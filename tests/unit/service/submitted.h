#pragma once

#include <future>
#include <utility>

#include "core/bytes.h"
#include "core/digest.h"
#include "store/asking.h"
#include "store/store.h"

/// Drawings in a store, as tests of services want them.
namespace croquis::service {

/// The id of a new drawing that judges models, or of one that they learn from.
inline Uuid drawing_id(bool judges) {
    Uuid id;
    do id = Uuid::v7();
    while (store::judges(id) != judges);
    return id;
}

/// A submission of these bytes, of which a model said this; its picture need not be one.
inline store::Submission submission_of(Bytes image, store::Prediction said) {
    store::Submission submission;
    submission.id = Uuid::v7();
    submission.created_at = now();
    submission.image = std::move(image);
    submission.media_type = "image/png";
    submission.prediction = std::move(said);
    return submission;
}

/// The same with what the server adds of a picture of 120 by 120 pixels.
inline store::Submission picture_submission(Bytes image, store::Prediction said) {
    auto submission = submission_of(std::move(image), std::move(said));
    submission.width = submission.height = 120;
    submission.sha256 = sha256(submission.image);
    submission.source = "test";
    return submission;
}

/// Stores it, and waits until it is durable.
inline store::Drawing submitted(store::Store& store, store::Submission submission) {
    std::promise<Result<store::SubmitResult>> done;
    store.submit(std::move(submission), [&](auto answer) { done.set_value(std::move(answer)); });
    return done.get_future().get().value().drawing;
}

}  // namespace croquis::service
