#include "store/records.h"

#include <spdlog/fmt/fmt.h>

#include <chrono>

namespace croquis::store {
namespace {

constexpr std::size_t max_key_bytes = 512;
constexpr std::size_t max_probabilities = 1024;

/// A database's text holds no zero byte.
bool has_zero(std::string_view text) {
    return text.find('\0') != std::string_view::npos;
}

/// The moment a version 7 id was made in (RFC 9562 section 5.7).
Timestamp time_of(const Uuid& id) {
    std::int64_t millis = 0;
    for (std::size_t i = 0; i < 6; ++i) millis = millis << 8 | id.bytes[i];
    return Timestamp(std::chrono::milliseconds(millis));
}

}  // namespace

Result<void> check(const Submission& submission) {
    const auto invalid = [](const char* field, const char* detail) {
        return Error{ErrorKind::invalid, detail, field};
    };
    const auto& prediction = submission.prediction;
    if (submission.image.empty()) return invalid("image", "The image is empty.");
    if (!(prediction.confidence >= 0 && prediction.confidence <= 1))
        return invalid("confidence", "A confidence lies between 0 and 1.");
    if (prediction.probabilities.size() > max_probabilities)
        return invalid("probabilities", "A prediction has at most 1024 probabilities.");
    if (submission.idempotency_key.size() > max_key_bytes)
        return invalid("Idempotency-Key", "An idempotency key has at most 512 bytes.");
    for (const std::string_view text :
         {std::string_view(submission.media_type), std::string_view(submission.strokes),
          std::string_view(submission.source), std::string_view(prediction.model),
          std::string_view(prediction.tag), std::string_view(submission.idempotency_key)})
        if (has_zero(text)) return invalid("", "A text holds a zero byte.");
    if (std::chrono::abs(time_of(submission.id) - submission.created_at) > id_time_slack)
        return invalid("created_at", "A drawing's id is made when the drawing is.");
    return {};
}

Uuid lowest_id_at(Timestamp time) {
    auto millis = std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
    if (millis < 0) millis = 0;
    Uuid id;
    for (std::size_t i = 6; i > 0; --i, millis >>= 8)
        id.bytes[i - 1] = static_cast<std::uint8_t>(millis & 0xff);
    return id;
}

int confidence_step(float confidence) {
    return static_cast<int>(confidence * 64);
}

Drawing first_drawing(const Submission& submission) {
    Drawing drawing;
    drawing.id = submission.id;
    drawing.created_at = submission.created_at;
    drawing.media_type = submission.media_type;
    drawing.width = submission.width;
    drawing.height = submission.height;
    drawing.sha256 = submission.sha256;
    drawing.source = submission.source;
    drawing.tag = submission.prediction.tag;
    drawing.prediction = submission.prediction;
    return drawing;
}

TagEvent first_event(const Drawing& drawing) {
    return {"", drawing.prediction.tag, std::nullopt, drawing.created_at, "predicted", 1};
}

Error other_request() {
    return {ErrorKind::conflict, "This idempotency key was used for another request.",
            "Idempotency-Key"};
}

Error bad_refresh_token() {
    return {ErrorKind::unauthenticated, "The refresh token is not valid any more; sign in again."};
}

Failure stale_version(int current) {
    return {ErrorKind::precondition_failed,
            fmt::format("The drawing was changed meanwhile: it is at version {} now.", current)};
}

Failure no_drawing() {
    return {ErrorKind::not_found, "There is no drawing with this id."};
}

Failure no_user() {
    return {ErrorKind::not_found, "There is no such user."};
}

Failure name_taken() {
    return {ErrorKind::conflict, "This user name is taken.", "name"};
}

Failure no_model() {
    return {ErrorKind::not_found, "There is no model with this id."};
}

Failure model_there() {
    return {ErrorKind::conflict, "There is a model with this id already.", "id"};
}

std::string_view to_string(Role role) {
    return role == Role::admin ? "admin" : "annotator";
}

Role role_from(std::string_view text) {
    if (text == "admin") return Role::admin;
    if (text == "annotator") return Role::annotator;
    throw Failure(ErrorKind::internal, "The store holds an unknown role.");
}

std::string_view to_string(ModelState state) {
    switch (state) {
        case ModelState::candidate:
            return "candidate";
        case ModelState::live:
            return "live";
        case ModelState::retired:
            return "retired";
    }
    return "retired";
}

ModelState model_state_from(std::string_view text) {
    for (const auto state : {ModelState::candidate, ModelState::live, ModelState::retired})
        if (text == to_string(state)) return state;
    throw Failure(ErrorKind::internal, "The store holds an unknown model state.");
}

}  // namespace croquis::store
