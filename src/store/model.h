#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"
#include "core/time.h"
#include "core/uuid.h"

/// What Croquis remembers, as values. Tags are label names ("circle", "unknown").
namespace croquis::store {

/// The project that holds whatever names no other.
inline constexpr int shapes_project = 1;

/// What a model says of a drawing.
struct Prediction {
    std::string model;                 ///< ModelInfo::id
    std::string tag;                   ///< one of the model's labels, or "unknown"
    float confidence = 0;              ///< of `tag`, calibrated, 0…1
    std::vector<float> probabilities;  ///< in the order of the model's labels
};

/// What a network makes of a drawing, in 8 bits a number: number k is scale * numbers[k].
struct Embedding {
    std::string trunk;  ///< what computed it: recognition::ModelInfo::trunk
    float scale = 0;
    std::vector<std::int8_t> numbers;  ///< 1 to 1024
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
    int project = shapes_project;
    /// Where it was imported: what it was called there, unique in the project; and its file.
    std::optional<std::string> external_id;
    std::optional<std::string> file_name;
    std::optional<std::string> pseudonym;  ///< what the one who drew wants to be called
    std::optional<Uuid> import_job;        ///< that brings it
    std::string idempotency_key;           ///< the client's, scoped by the caller; empty for none
    Sha256 request_digest{};               ///< of the request that the key stands for
    std::optional<Embedding> embedding;    ///< absent where the model gives none
    /// SHA-256 of the token that lets whoever drew it take it back.
    std::optional<Sha256> withdrawal;
};

/// For how long after it was drawn whoever has the token may take a drawing back.
inline constexpr std::chrono::hours withdrawal_lasts{24};

/// Deleted is a row without content that says there was a drawing.
enum class Visibility { shown, hidden, deleted };

/// Who looks: everyone sees what is shown, annotators what is hidden too.
enum class Audience { everyone, annotators };

/// Who looks, and at the drawings of which project: at others there are none to see.
struct Viewer {
    Viewer(Audience who) : audience(who) {}
    Viewer(Audience who, int of) : audience(who), project(of) {}

    Audience audience;
    std::optional<int> project;  ///< absent: any
    std::optional<Uuid> told;    ///< of one drawing, as Query's
};

/// What a review rests on, which decides whether it may judge a model.
enum class Basis {
    shown,   ///< the model's tag stood beside a drawing that was chosen by it, or by the person
    random,  ///< the same, of a drawing that the queue asked about at random
    own      ///< it did not depend on the model's tag: imported, decided between people, rechecked
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
    /// Name at the time of the user who set or accepted the tag; absent while nobody has reviewed
    /// it.
    std::optional<std::string> tagged_by;
    /// That user; absent too where a schema older than this field did not say which of one name.
    std::optional<Uuid> tagged_by_id;
    std::optional<Timestamp> tagged_at;
    /// Absent while nobody has reviewed it, and where the review is older than this field.
    std::optional<Basis> basis;
    int project = shapes_project;
    std::optional<std::string> external_id;  ///< as in Submission
    std::optional<std::string> file_name;
    std::optional<std::string> pseudonym;
    Visibility visibility = Visibility::shown;
    /// As many people as are asked have said what it is, and they do not agree: it waits for
    /// somebody who decides.
    bool disputed = false;
    /// Where it is marked for attention, why: a person's words, or empty.
    std::optional<std::string> flag;
    /// In the answer to a person's word, and in a list that this person is `told`, what that person
    /// said, where others are asked yet.
    std::optional<std::string> opinion;
};

/// What a submission came to.
struct SubmitResult {
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
    /// By queue_place() (store/asking.h), and within a place oldest first.
    most_telling_first
};

/// A name that a list is asked for: the whole of it, or how it begins. Letters' case counts.
struct NameFilter {
    std::string text;
    bool begins = false;
};

/// As people write it: "scan-*" for what begins so.
NameFilter name_filter(std::string_view written);
std::string to_string(const NameFilter& filter);

/// A part of a name that a list is asked for: 1…128 bytes of UTF-8. Errors: invalid
/// (name_contains).
Result<std::string> name_part(std::string_view written);

/// Which drawings a list or an export is asked for; none of them means all.
struct Filters {
    std::optional<std::string> tag;
    std::optional<float> min_confidence;
    std::optional<float> max_confidence;
    std::optional<Timestamp> from;          ///< created_at >= from
    std::optional<Timestamp> until;         ///< created_at < until
    std::optional<bool> reviewed;           ///< tagged or accepted by a person, or by nobody
    std::optional<std::string> tagged_by;   ///< the name of who reviewed it
    std::optional<Timestamp> tagged_since;  ///< reviewed then or later
    std::optional<std::string> source;
    std::optional<bool> disagreement;  ///< a person tagged it otherwise than the model, or not
    std::optional<bool> disputed;      ///< as in Drawing
    std::optional<bool> flagged;       ///< marked for attention, or not
    std::optional<bool> imported;      ///< reviewed by an import, and by nobody since, or not so
    std::optional<Uuid> import_job;    ///< that brought it
    std::optional<NameFilter> external_id;
    std::optional<NameFilter> file_name;  ///< without a slash: what stands behind its last folder
    /// Somewhere in the file's name or in the external id; small and capital letters (A to Z) are
    /// the same. See name_part().
    std::optional<std::string> name_contains;
};

/// A page of drawings. `after` is the last drawing of the page before (keyset paging, never an
/// offset).
struct Query : Filters {
    Order order = Order::newest_first;
    std::size_t limit = 50;  ///< 1…200
    /// Only what the queue would ask this account: neither disputed, nor answered by it already.
    std::optional<Uuid> asks;
    /// Who is told what they said themselves of drawings about which others are asked too.
    std::optional<Uuid> told;
    Audience audience = Audience::everyone;
    int project = shapes_project;
    struct Cursor {
        Uuid id;
        int place = 0;  ///< queue_place() of it; used by most_telling_first alone
    };
    std::optional<Cursor> after;
};

struct Page {
    std::vector<Drawing> drawings;
    std::optional<Query::Cursor> next;  ///< absent on the last page
};

enum class TagEventKind {
    predicted,    ///< by the model; opens every history
    accepted,     ///< a person says that the tag is right
    corrected,    ///< a person says another tag
    undone,       ///< takes an earlier event back; what stood before it stands again
    imported,     ///< came with the drawing, as reviewed by whoever imported it
    adjudicated,  ///< decided where people disagreed
    merged,       ///< its label was merged into another; whether it is reviewed stays as it was
    suggested,    ///< whoever drew it says another tag; it changes nothing
    withdrawn,    ///< hidden or deleted
    restored,     ///< shown again
    opinion,      ///< a person says what it is, where others are asked too; it stays as it was
    flagged,      ///< marked for attention
    unflagged     ///< not marked any more
};

/// Why the queue asked about a drawing.
enum class Asked { margin, random };

/// A drawing that somebody is working on, as nobody else is shown it.
struct Claim {
    Uuid drawing;
    Uuid account;  ///< whose
    Asked asked = Asked::margin;
    /// Where asked at random: the part of all drawings that are asked about so, 0…1.
    std::optional<float> probability;
    Timestamp expires_at;
};

struct ClaimedDrawing {
    Drawing drawing;
    Claim claim;
};

/// Holds drawings of the queue for somebody: those that are held already and wait still, for
/// longer, and then the next ones, up to `limit` in all.
struct ClaimRequest {
    Uuid holder;   ///< made by whoever works: one for each page that is open
    Uuid account;  ///< whose page it is
    int project = shapes_project;
    std::size_t limit = 12;               ///< 1…50
    std::vector<Uuid> passed;             ///< let go, and not given to this holder; at most 200
    Timestamp at;                         ///< now
    Timestamp until;                      ///< of the claims
    std::uint64_t seed = 0;               ///< which of them are asked about at random
    std::optional<Uuid> import_job = {};  ///< only what that job brought
    /// Asked about before the others that do not judge, where they may be; at most 50.
    std::vector<Uuid> first = {};
};

/// One entry of a drawing's append-only tag history. The first is the model's (`by` absent, `from`
/// empty).
struct TagEvent {
    TagEventKind kind = TagEventKind::predicted;
    std::string from;
    std::string to;
    std::optional<std::string> by;  ///< the user's name at the time
    std::optional<Uuid> by_id;      ///< as Drawing::tagged_by_id
    Timestamp at;
    std::string note;                       ///< a person's words; mostly empty
    int version = 1;                        ///< the drawing's version that this event made
    std::optional<int> undoes;              ///< the version whose event this one takes back
    std::optional<Asked> asked = {};        ///< where the queue had asked the person
    std::optional<float> probability = {};  ///< as Claim::probability
    bool bulk = false;                      ///< accepted along with others in one go
    /// Where several people are asked, what this one said. With the last one's, the event is what
    /// all of them came to.
    std::optional<std::string> opinion = {};
};

/// A user as the history keeps one: who it is, and the name at the time. Without an id it is the
/// operator, who needs no account.
struct Author {
    std::optional<Uuid> id;
    std::string name;
};

/// Who needs no account, having the database itself.
inline Author operator_author() {
    return {std::nullopt, "operator"};
}

/// Who does what a project's settings say that the program does by itself.
inline Author policy_author() {
    return {std::nullopt, "policy"};
}

/// What a change is made on. Errors where it is not met: precondition_failed.
class VersionCondition {
  public:
    /// The version that the caller saw.
    VersionCondition(int version) : versions_({version}) {}
    /// One of these; met by none where there are none.
    static VersionCondition one_of(std::vector<int> versions) {
        VersionCondition condition(0);
        condition.versions_ = std::move(versions);
        return condition;
    }
    /// Whatever is there.
    static VersionCondition any() {
        VersionCondition condition(0);
        condition.any_ = true;
        return condition;
    }
    [[nodiscard]] bool met_by(int version) const {
        return any_ || std::find(versions_.begin(), versions_.end(), version) != versions_.end();
    }

  private:
    bool any_ = false;
    std::vector<int> versions_;
};

/// A person's word on a drawing: another tag, or, where `to` is absent or the tag that it has, that
/// the tag is right.
struct TagChange {
    Uuid drawing;
    std::optional<std::string> to;
    Author by;
    Timestamp at;
    std::string note;
    VersionCondition on;
    std::optional<int> project = {};  ///< not_found where the drawing is of another one
    bool bulk = false;                ///< along with others in one go
};

/// Takes back the last event that still stands.
struct TagUndo {
    Uuid drawing;
    Author by;
    Timestamp at;
    VersionCondition on;
    std::optional<int> project = {};  ///< as in TagChange
};

/// A drawing with what is stored of its embedding by the trunk that was asked for.
struct EmbeddedDrawing {
    Uuid id;
    int version = 1;
    std::string tag;  ///< the present one
    bool reviewed = false;
    std::string model;  ///< that predicted it
    std::string predicted_tag;
    std::optional<Embedding> embedding;
    std::optional<Basis> basis = {};  ///< of a page of reviewed drawings
    bool imported = false;            ///< of the same: by an import, and by nobody since
};

/// A page of a project's reviewed drawings, the newest first.
struct ReviewedQuery {
    std::string trunk;        ///< whose embeddings
    std::size_t limit = 500;  ///< 1…1000
    std::optional<Query::Cursor> after;
    int project = shapes_project;
};

struct ReviewedPage {
    std::vector<EmbeddedDrawing> drawings;
    std::optional<Query::Cursor> next;  ///< absent on the last page
};

/// A stretch of a project's drawings by id, of which those that something is to be done with are
/// returned.
struct StretchQuery {
    std::string trunk;  ///< whose embeddings
    /// Those that nobody reviewed and another model than this one predicted. Absent: those that
    /// have no embedding of the trunk.
    std::optional<std::string> not_predicted_by;
    Uuid after{};             ///< what comes after this id
    std::size_t limit = 500;  ///< drawings looked at, 1…5000
    int project = shapes_project;
};

struct Stretch {
    std::vector<EmbeddedDrawing> drawings;
    std::size_t looked_at = 0;
    std::optional<Uuid> next;  ///< where to go on; absent at the end
};

struct NewEmbedding {
    Uuid drawing;
    Embedding embedding;
};

/// What another model says of a drawing that nobody reviewed, as it was at `version`.
struct Retag {
    Uuid drawing;
    int version = 1;
    Prediction prediction;
};

/// Hides a drawing, shows it again, or deletes it: picture, strokes, predictions and embeddings,
/// what it was tagged and the words of its history.
struct VisibilityChange {
    Uuid drawing;
    Visibility to = Visibility::hidden;
    std::optional<Author> by;  ///< none: whoever drew it
    Timestamp at;
    VersionCondition on;
    std::optional<int> project = {};  ///< as in TagChange
};

/// Bytes of the words with which a drawing is marked for attention.
inline constexpr std::size_t max_flag_bytes = 500;

/// Marks a drawing for attention, with a person's words or none; or takes the mark away.
struct FlagChange {
    Uuid drawing;
    std::optional<std::string> to;  ///< absent: not marked
    Author by;
    Timestamp at;
    VersionCondition on;
    std::optional<int> project = {};  ///< as in TagChange
};

/// What whoever drew it does with a drawing, by the token of its submission.
struct Withdrawal {
    Uuid drawing;
    Sha256 digest{};  ///< of the token
    Timestamp at;
    std::optional<int> project = {};  ///< as in TagChange
};

/// Suggestions that one drawing takes from whoever drew it.
inline constexpr std::size_t max_suggestions = 5;

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

/// What changes of an account; what is absent stays as it is.
struct AccountChange {
    std::optional<std::string> password_hash;
    std::optional<Role> role;
    std::optional<bool> disabled;
};

/// A refresh token used again within this time after its first use gives another successor instead
/// of ending its family: an answer was lost on its way, or a browser tab was duplicated.
inline constexpr std::chrono::seconds rotation_grace{30};

/// A refresh token, stored as the SHA-256 of what the client holds. Tokens that follow from one
/// sign-in share a family, so that a stolen one used twice ends them all (RFC 9700 section 4.14.2).
struct RefreshToken {
    Sha256 digest{};
    Uuid user;
    Uuid family;
    Timestamp expires_at;
};

/// Who may draw in a project, or look at its drawings, without more: everyone, who finds it in the
/// public list; whoever has its address, which is in no public list; or those who are signed in.
enum class Access { everyone, link, users };

/// Holds drawings, and has the labels that they may be given.
struct Project {
    int id = 0;
    std::string slug;             ///< in addresses: "shapes"
    std::string name;             ///< for people
    std::string guidelines = {};  ///< Markdown
    Access who_draws = Access::everyone;
    Access who_browses = Access::everyone;
    int opinions_wanted = 1;                     ///< people who say what a drawing is
    std::optional<int> retention_days = {};      ///< absent: drawings are kept for ever
    std::optional<std::string> live_model = {};  ///< absent: that of the first project
    std::optional<Timestamp> archived_at = {};   ///< since then it takes no drawings
    Timestamp created_at = {};
    bool rolls_back = false;  ///< its policy is to go back to the model before (PolicyRollBack)
    std::optional<std::string> rolled_back = {};  ///< JSON: why it did, until the next promotion
    /// After how many reviews a model is taught without anybody asking: 0 for never, absent as the
    /// server says.
    std::optional<int> teach_after = {};
    bool promotes_better = false;  ///< its policy is that such a model goes live where it is better
};

/// What changes of a project; what is absent stays as it is. Its slug never changes.
struct ProjectChange {
    std::optional<std::string> name = {};
    std::optional<std::string> guidelines = {};
    std::optional<Access> who_draws = {};
    std::optional<Access> who_browses = {};
    std::optional<int> opinions_wanted = {};
    std::optional<std::optional<int>> retention_days = {};
    std::optional<std::optional<Timestamp>> archived_at = {};
    std::optional<bool> rolls_back = {};
    std::optional<std::optional<int>> teach_after = {};
    std::optional<bool> promotes_better = {};
};

/// What drawings of a project may be tagged with, whichever model is live.
struct Label {
    std::string name;
    std::string titles;                 ///< JSON object: language to title
    std::optional<std::string> colour;  ///< #rrggbb
    std::optional<std::string> key;     ///< the key that gives it
    bool retired = false;               ///< not given any more; drawings may still carry it
    std::optional<Uuid> example = {};   ///< a drawing of the project that shows what it means
};

/// Labels of one project, at most.
inline constexpr std::size_t max_labels = 1000;

/// What changes of a label; what is absent stays as it is. Its name never changes.
struct LabelChange {
    std::optional<std::string> titles;  ///< a JSON merge patch (RFC 7396) of the titles
    std::optional<std::optional<std::string>> colour;
    std::optional<std::optional<std::string>> key;
    std::optional<std::size_t> place;  ///< among the project's labels, 0 for the first
    std::optional<bool> retired;
    std::optional<std::optional<Uuid>> example;
};

/// Gives the drawings of one label another one, some at a time.
struct LabelMerge {
    std::string from;
    std::string into;
    Author by;
    Timestamp at;
    std::size_t limit = 500;  ///< drawings in one step
};

struct LabelMergeStep {
    std::size_t moved = 0;
    bool done = false;  ///< no drawing carries the label any more
};

enum class ModelState { candidate, live, retired };
/// A whole network, or a layer taught on the embeddings of one.
enum class ModelKind { trunk, head };

struct Model {
    std::string id;    ///< recognition::ModelInfo::id
    std::string card;  ///< JSON
    Sha256 sha256{};   ///< of the ONNX bytes
    ModelState state = ModelState::candidate;
    Timestamp created_at;
    ModelKind kind = ModelKind::trunk;
    std::optional<std::string> parent = {};     ///< the model that it was made from: a head's trunk
    std::string lineage = "{}";                 ///< JSON: data set, seed, parameters, who, when
    int project = shapes_project;               ///< that it was made for
    std::optional<Timestamp> promoted_at = {};  ///< when it became live last
};

/// How a model becomes live.
struct Promotion {
    Author by = operator_author();
    bool roll_back = false;  ///< to the one that was before
};

/// A project goes back to the model before by itself. What it was decided by must still hold.
struct PolicyRollBack {
    int project = shapes_project;
    std::string from;                      ///< the live model
    std::optional<Timestamp> promoted_at;  ///< when that became live
    std::string to;
    std::string why = "{}";  ///< JSON, for Project::rolled_back and the audit log
};

enum class JobState { queued, running, succeeded, failed, cancelled };

/// Work in the background. A running one belongs to whoever claimed it for as long as the lease is
/// renewed; then another may take it.
struct Job {
    Uuid id;  ///< Uuid::v7()
    std::string kind;
    std::string parameters = "{}";  ///< JSON
    JobState state = JobState::queued;
    float progress = 0;                      ///< 0…1
    bool cancel_requested = false;           ///< of a running one
    int attempts = 0;                        ///< how often it was begun
    std::optional<std::string> result = {};  ///< JSON, of one that succeeded
    std::optional<std::string> error = {};   ///< a sentence, of one that failed
    std::optional<Author> created_by = {};   ///< absent: the program itself, or the operator
    Timestamp created_at;
    Timestamp due_at;  ///< not begun before
    std::optional<Timestamp> started_at = {};
    std::optional<Timestamp> finished_at = {};
    int project = shapes_project;            ///< that it is about
    std::string project_slug = {};           ///< told by the store
    std::optional<std::string> detail = {};  ///< JSON: how it goes, as its work tells it
    /// Until when a running one is its worker's; then it is anybody's.
    std::optional<Timestamp> lease_until = {};
};

/// The jobs of a kind that have not ended.
struct OpenJobs {
    std::int64_t running = 0;  ///< under a lease
    std::int64_t waiting = 0;  ///< queued, or their worker has been silent for too long
    std::optional<Timestamp> waiting_since = {};  ///< the one that has waited for longest
};

/// Who works at a job, and until when it is theirs.
struct JobLease {
    std::string owner;
    Timestamp until;
};

/// A job that somebody does who never queued it: running from the start, since job.started_at.
struct BegunJob {
    Job job;
    JobLease lease;
};

/// How a job ended.
struct JobOutcome {
    JobState state = JobState::succeeded;  ///< not running; queued hands it back
    std::optional<std::string> result = {};
    std::optional<std::string> error = {};
};

/// What a process that does jobs is besides.
enum class WorkerProcess {
    server,  ///< it serves, and does jobs itself
    worker,  ///< it does nothing else
};

/// A job that a process is at.
struct JobAtWork {
    Uuid id;
    std::string kind;
    std::string project_slug;
};

/// A process that does jobs.
struct Worker {
    Uuid id;           ///< Uuid::v7(), another one at each start; as text the owner of its leases
    std::string name;  ///< of its machine, and its number there: "lab-2:4711"
    WorkerProcess process = WorkerProcess::worker;
    std::string version;               ///< of the program
    std::vector<std::string> kinds;    ///< of the jobs that it takes; without commas
    Timestamp since;                   ///< its start
    Timestamp seen_at;                 ///< when it said last that it is there
    Timestamp expires_at;              ///< when one that says no more is taken to be dead
    std::vector<JobAtWork> jobs = {};  ///< told by the store; none where it is idle
};

}  // namespace croquis::store
