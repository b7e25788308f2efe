#pragma once

#include <chrono>
#include <string_view>

#include "core/error.h"
#include "store/failure.h"
#include "store/model.h"

/// What both stores do alike with what they keep.
namespace croquis::store {

/// What a database can never take, found before it joins a batch. Errors: invalid.
Result<void> check(const Submission& submission);

/// A drawing's id and its created_at are the same moment within this, which lets a list between two
/// times read only their stretch of the primary key.
inline constexpr std::chrono::minutes id_time_slack{10};

/// The least version 7 id that could be made at `time`.
Uuid lowest_id_at(Timestamp time);

/// Where a confidence stands in Order::least_confident_first: 0 to 64.
int confidence_step(float confidence);

/// The condition that a drawing is shown: neither hidden nor deleted. PostgreSQL takes it to leave
/// nearly all rows, with statistics and without; it would take "withdrawn IS NULL" of a table that
/// was not analysed yet to leave one row in 200, and sort the whole table for a page.
inline constexpr const char* shown = "coalesce(withdrawn, '') NOT IN ('hidden', 'deleted')";

/// The drawing that a submission becomes.
Drawing first_drawing(const Submission& submission);

/// The entry that opens every history. It is not stored: the prediction says it all.
TagEvent first_event(const Drawing& drawing);

/// The errors that both stores answer with, in the same words.
Error other_request();
Error bad_refresh_token();
Failure bad_sign_in();
Failure not_an_admin();
Failure last_admin();
Failure stale_version(int current);
Failure no_drawing();
Failure no_user();
Failure name_taken();
Failure no_model();
Failure model_there();
Failure no_project();

/// The account as `change` makes it.
User changed(User user, const AccountChange& change);
/// Whether the account may do what an admin may.
bool is_enabled_admin(const User& user);
/// Whether a change ends the user's sign-ins.
bool ends_sign_ins(const AccountChange& change);

/// Whether a token used at `used_at` may be used again at `at`.
bool in_rotation_grace(const std::optional<Timestamp>& used_at, Timestamp at);

std::string_view to_string(Role role);
Role role_from(std::string_view text);
std::string_view to_string(ModelState state);
ModelState model_state_from(std::string_view text);
std::string_view to_string(ModelKind kind);
ModelKind model_kind_from(std::string_view text);
std::string_view to_string(TagEventKind kind);
TagEventKind tag_event_kind_from(std::string_view text);

/// For how long a key can be replayed; the contract says 24 hours at least.
inline constexpr std::chrono::hours idempotency_keys_last{48};
/// For how long an expired refresh token is remembered, so that its use is noticed.
inline constexpr std::chrono::hours expired_tokens_last{24 * 30};

}  // namespace croquis::store
