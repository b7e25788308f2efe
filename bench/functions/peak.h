#pragma once

namespace croquis::bench {

/// The most 32-bit floating-point operations a second that `threads` of them do here together:
/// independent fused multiply-adds in registers, of the widest kind the processor has, the best of
/// some tries. Each counts as two. Two threads do less than twice as many as one where they share a
/// core.
double measured_peak_flops(int threads);

/// The same of multiply-adds of bytes into 32-bit sums (VNNI), the arithmetic of an engine of 8
/// bits. 0 where the processor has none.
double measured_peak_byte_ops(int threads);

}  // namespace croquis::bench
