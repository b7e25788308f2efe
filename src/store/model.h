#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/time.h"
#include "core/uuid.h"

/// What Croquis remembers, as values. Tags are label names ("circle", "unknown").
namespace croquis::store {

/// What a model said of a drawing when it was submitted; never changed afterwards.
struct Prediction {
    std::string model;                 ///< ModelInfo::id
    std::string tag;                   ///< one of the model's labels, or "unknown"
    float confidence = 0;              ///< calibrated, 0…1
    std::vector<float> probabilities;  ///< in the order of the model's labels
};

/// A drawing to be stored with its prediction, which becomes its first tag.
struct Submission {
    Uuid id;  ///< Uuid::v7()
    Timestamp created_at;
    Bytes image;             ///< the file as it was sent
    std::string media_type;  ///< image/png, image/jpeg or image/webp
    int width = 0;           ///< pixels
    int height = 0;
    Sha256 sha256{};      ///< of image
    std::string strokes;  ///< JSON, or empty
    std::string source;   ///< where it came from: "page", "api", "import"
    Prediction prediction;
    std::string idempotency_key;  ///< the client's, scoped by the caller; empty for none
    Sha256 request_digest{};      ///< of the request that the key stands for
};

/// A drawing as lists show it: everything but the picture.
struct Drawing {
    Uuid id;
    Timestamp created_at;
    std::string media_type;
    int width = 0;
    int height = 0;
    Sha256 sha256{};
    std::string source;
    std::string tag;  ///< the current one: predicted, or what an annotator said
    Prediction prediction;
    int version = 1;  ///< grows by one with every change of tag; the ETag of the drawing
    std::optional<std::string> tagged_by;  ///< user name; absent while the tag is the model's
    std::optional<Timestamp> tagged_at;
};

/// What a submission came to.
struct Submitted {
    Drawing drawing;
    bool replayed =
        false;  ///< true: the same idempotency key stored it before; nothing new was stored
};

struct StoredImage {
    Bytes bytes;
    std::string media_type;
    Sha256 sha256{};
};

enum class Order {
    newest_first,
    oldest_first,
    /// By the prediction's confidence in steps of 1/64, and within a step oldest first. Finer steps
    /// would have every submission write to a page of the index of its own, which costs more than
    /// the rest of the submission.
    least_confident_first
};

/// A page of drawings. `after` is the last drawing of the page before (keyset paging, never an
/// offset).
struct Query {
    Order order = Order::newest_first;
    std::size_t limit = 50;  ///< 1…200
    std::optional<std::string> tag;
    std::optional<float> min_confidence;
    std::optional<float> max_confidence;
    std::optional<Timestamp> from;   ///< created_at >= from
    std::optional<Timestamp> until;  ///< created_at < until
    bool only_unreviewed = false;    ///< never tagged nor accepted by a person
    struct Cursor {
        Uuid id;
        float confidence = 0;  ///< used by least_confident_first alone
    };
    std::optional<Cursor> after;
};

struct Page {
    std::vector<Drawing> drawings;
    std::optional<Query::Cursor> next;  ///< absent on the last page
};

/// One entry of a drawing's append-only tag history. The first is the model's (`by` absent, `from`
/// empty).
struct TagEvent {
    std::string from;
    std::string to;
    std::optional<std::string> by;
    Timestamp at;
    std::string reason;  ///< "predicted", "corrected", "accepted", "undone" or a person's words
    int version = 1;     ///< the drawing's version that this event made
};

struct TagChange {
    Uuid drawing;
    std::string to;
    std::string by;
    Timestamp at;
    std::string reason;
    int expected_version = 0;  ///< what the caller saw; another is precondition_failed
};

struct TagCount {
    std::string tag;
    std::int64_t drawings = 0;
};

enum class Role { annotator, admin };

struct User {
    Uuid id;
    std::string name;           ///< unique, compared without case
    std::string password_hash;  ///< argon2id in its PHC string form
    Role role = Role::annotator;
    bool disabled = false;
    Timestamp created_at;
};

/// A refresh token, stored as the SHA-256 of what the client holds. Tokens that follow from one
/// sign-in share a family, so that a stolen one used twice ends them all (RFC 9700 section 4.14.2).
struct RefreshToken {
    Sha256 digest{};
    Uuid user;
    Uuid family;
    Timestamp expires_at;
};

enum class ModelState { candidate, live, retired };

struct Model {
    std::string id;    ///< recognition::ModelInfo::id
    std::string card;  ///< JSON
    Sha256 sha256{};   ///< of the ONNX bytes
    ModelState state = ModelState::candidate;
    Timestamp created_at;
};

}  // namespace croquis::store
