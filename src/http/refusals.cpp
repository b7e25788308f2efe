#include "http/refusals.h"

#include <utility>

namespace croquis::http {

Error error_of(const Refusal& refusal, std::string field) {
    if (field.empty()) field = refusal.field;
    return {refusal.kind, std::string(refusal.detail), std::move(field), refusal.retry_after_s,
            refusal.code};
}

Response problem_of(const Refusal& refusal) {
    return problem_with_status(refusal.status, error_of(refusal));
}

}  // namespace croquis::http
