#pragma once

#include <vector>

#include "core/error.h"
#include "store/model.h"

namespace croquis::store {

/// Who is working on which drawings of the queue. Thread-safe, as Store says.
class ClaimStore {
  public:
    /// Holds drawings for the request's holder, so that no other holder is given them before the
    /// claims expire: those held before that still wait come first, then those of `first` that wait
    /// and nobody holds, then the next of the queue, one question in questions_a_random_one at
    /// random. Fewer than `limit` only where no more wait. The same request again gives the same
    /// drawings. All in one transaction. Errors: invalid (limit, passed, first).
    virtual Result<std::vector<ClaimedDrawing>> claim(const ClaimRequest& request) = 0;
    /// The same of drawings that judge and that nobody looked at one by one (reviewed along with
    /// others, or by an import), of which a quarter, picked at random for ever, is asked about once
    /// more: in an order of chance. What the holder then says of one rests on no model, and judges.
    virtual Result<std::vector<ClaimedDrawing>> claim_recheck(const ClaimRequest& request) = 0;
    /// Lets go of what a holder has. Nothing where it has nothing, or is another account's.
    virtual Result<void> release(const Uuid& holder, const Uuid& account) = 0;

  protected:
    ~ClaimStore() = default;
};

}  // namespace croquis::store
