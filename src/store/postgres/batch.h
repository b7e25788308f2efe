#pragma once

#include <vector>

#include "store/group_commit.h"
#include "store/postgres/connection.h"

namespace croquis::store::postgres {

/// Stores a batch in one transaction and says what became of each. The drawings go in by COPY,
/// which writes them to the heap and the log a page at a time; idempotency keys go before them, in
/// one statement that tells which are new. Throws Failure where the batch as a whole cannot be
/// stored: nothing of it is then, unless the connection was lost while committing.
GroupCommit::Answers store_batch(Connection& connection, const GroupCommit::Batch& batch);

/// Copies drawings in, within the transaction that is open.
void copy_drawings(Connection& connection, const std::vector<const Submission*>& drawings);

}  // namespace croquis::store::postgres
