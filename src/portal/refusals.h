#pragma once

#include "http/refusals.h"

/// What the portal answers for the backend. A contract test compares their codes with the
/// document's.
namespace croquis::portal::refusals {

inline constexpr http::Refusal full{"server_full",
                                    503,
                                    ErrorKind::unavailable,
                                    "The portal is at its limit; try again shortly.",
                                    {},
                                    1};
inline constexpr http::Refusal too_many_uploads{
    "too_many_uploads",
    503,
    ErrorKind::unavailable,
    "As many uploads are under way as may be; try again later.",
    {},
    10};
inline constexpr http::Refusal client_gone{
    "client_gone", 503, ErrorKind::unavailable, "The client has hung up.", {}, 1};
inline constexpr http::Refusal backend_unreachable{
    "backend_unreachable",
    502,
    ErrorKind::unavailable,
    "The backend cannot be reached; try again later.",
    {},
    5};
inline constexpr http::Refusal backend_slow{
    "backend_slow", 504, ErrorKind::unavailable,
    "The backend takes too long to answer; try again later."};

}  // namespace croquis::portal::refusals
