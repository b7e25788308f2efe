#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "store/model.h"

namespace croquis::store {

/// What is written down of who did what. What people say of drawings is in their histories
/// (TagEvent) and not here.
enum class AuditAction {
    drawing_deleted,
    drawing_hidden,
    drawing_shown,
    drawing_withdrawn,  ///< deleted by whoever drew it
    label_added,
    label_changed,
    label_retired,
    label_merged,
    project_added,
    project_changed,
    project_archived,
    duplicates_dismissed,  ///< said to be none
    duplicates_restored,   ///< no more said to be none
    model_promoted,
    model_rolled_back,
    model_removed,
    import_started,
    export_started,
    user_added,
    user_changed,
    user_deleted,
    password_changed,
    person_exported,
    person_erased
};

/// "drawing.deleted" and so on.
std::string_view to_string(AuditAction action);
/// Errors: invalid (action).
Result<AuditAction> audit_action_from(std::string_view text);

struct AuditEvent {
    Uuid id = Uuid::v7();      ///< of the moment
    std::optional<Author> by;  ///< none: whoever drew it; without an id: the operator, the server
    AuditAction action = AuditAction::drawing_deleted;
    std::optional<int> project = {};
    std::string subject;  ///< a drawing's id, a label's name, a project's slug, a model's id …
    std::string details = "{}";  ///< JSON object; no content of a drawing, no secret
    std::optional<std::string> project_slug = {};  ///< told by the store
};

/// A page of the log, newest first; `after` is the last event of the page before.
struct AuditQuery {
    std::size_t limit = 50;  ///< 1 to 200
    std::optional<Uuid> after = {};
    std::optional<std::string> actor = {};  ///< the name at the time
    std::optional<AuditAction> action = {};
    std::optional<std::string> subject = {};
    std::optional<Timestamp> since = {};  ///< not before
    std::optional<Timestamp> until = {};  ///< before
};

/// The audit log. Each change of the store that is in it is written down in the change's own
/// transaction. Thread-safe, as Store says.
class AuditStore {
  public:
    /// Errors: invalid (limit).
    virtual Result<std::vector<AuditEvent>> audit(const AuditQuery& query) = 0;
    /// Writes down what changes nothing in the store.
    virtual Result<void> record(const AuditEvent& event) = 0;

  protected:
    ~AuditStore() = default;
};

}  // namespace croquis::store
