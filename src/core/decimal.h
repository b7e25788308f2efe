#pragma once

namespace croquis {

/// The number of the shortest decimal that tells a finite one from all others: 0.35 for 0.35F,
/// which as a double is 0.3499999940395355. Written down and read again it stays the same.
double shortest_decimal(float number);

}  // namespace croquis
