#include "peak.h"

#include <immintrin.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

namespace croquis::bench {
namespace {

using Clock = std::chrono::steady_clock;

// Enough chains to hide an FMA's latency on two units, few enough for the registers.
constexpr int chains = 12;
constexpr std::int64_t rounds = 2'000'000;

/// Keeps a result that nobody reads from being optimised away.
template <class T>
void keep(T& value) {
    asm volatile("" : "+m"(value) : : "memory");
}

// The loops below are written out one by one: an intrinsic can only be inlined into a function that
// is compiled for its instructions, which a template or a lambda shared by them would not be.

[[gnu::target("avx512f")]] void run_avx512() {
    __m512 sums[chains];
    for (auto& sum : sums) sum = _mm512_set1_ps(1);
    const __m512 factor = _mm512_set1_ps(0.999F);
    const __m512 term = _mm512_set1_ps(0.001F);
    for (std::int64_t i = 0; i < rounds; ++i) {
#pragma GCC unroll 12
        for (int k = 0; k < chains; ++k) sums[k] = _mm512_fmadd_ps(sums[k], factor, term);
    }
    keep(sums);
}

[[gnu::target("avx2,fma")]] void run_avx2() {
    __m256 sums[chains];
    for (auto& sum : sums) sum = _mm256_set1_ps(1);
    const __m256 factor = _mm256_set1_ps(0.999F);
    const __m256 term = _mm256_set1_ps(0.001F);
    for (std::int64_t i = 0; i < rounds; ++i) {
#pragma GCC unroll 12
        for (int k = 0; k < chains; ++k) sums[k] = _mm256_fmadd_ps(sums[k], factor, term);
    }
    keep(sums);
}

void run_sse() {
    __m128 sums[chains];
    for (auto& sum : sums) sum = _mm_set1_ps(1);
    const __m128 factor = _mm_set1_ps(0.999F);
    const __m128 term = _mm_set1_ps(0.001F);
    for (std::int64_t i = 0; i < rounds; ++i) {
#pragma GCC unroll 12
        for (int k = 0; k < chains; ++k) sums[k] = _mm_add_ps(_mm_mul_ps(sums[k], factor), term);
    }
    keep(sums);
}

[[gnu::target("avx512f,avx512vnni")]] void run_avx512_bytes() {
    __m512i sums[chains];
    for (auto& sum : sums) sum = _mm512_setzero_si512();
    __m512i image = _mm512_set1_epi8(1);
    keep(image);
    const __m512i weights = _mm512_set1_epi8(1);
    for (std::int64_t i = 0; i < rounds; ++i) {
#pragma GCC unroll 12
        for (int k = 0; k < chains; ++k) sums[k] = _mm512_dpbusd_epi32(sums[k], image, weights);
    }
    keep(sums);
}

[[gnu::target("avx2,avxvnni")]] void run_avx_bytes() {
    __m256i sums[chains];
    for (auto& sum : sums) sum = _mm256_setzero_si256();
    __m256i image = _mm256_set1_epi8(1);
    keep(image);
    const __m256i weights = _mm256_set1_epi8(1);
    for (std::int64_t i = 0; i < rounds; ++i) {
#pragma GCC unroll 12
        for (int k = 0; k < chains; ++k) sums[k] = _mm256_dpbusd_avx_epi32(sums[k], image, weights);
    }
    keep(sums);
}

/// Seconds until all have done it.
double run_together(void (*run)(), int threads) {
    const auto began = Clock::now();
    std::vector<std::thread> others;
    for (int i = 1; i < threads; ++i) others.emplace_back(run);
    run();
    for (auto& other : others) other.join();
    return std::chrono::duration<double>(Clock::now() - began).count();
}

double best_of(void (*run)(), int lanes, int threads) {
    const double operations = 2.0 * lanes * chains * threads * static_cast<double>(rounds);
    double best = 0;
    for (int attempt = 0; attempt < 60; ++attempt)
        best = std::max(best, operations / run_together(run, threads));
    return best;
}

}  // namespace

double measured_peak_flops(int threads) {
    double best = best_of(run_sse, 4, threads);
    if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0)
        best = std::max(best, best_of(run_avx2, 8, threads));
    if (__builtin_cpu_supports("avx512f") != 0)
        best = std::max(best, best_of(run_avx512, 16, threads));
    return best;
}

double measured_peak_byte_ops(int threads) {
    double best = 0;
    if (__builtin_cpu_supports("avxvnni") != 0) best = best_of(run_avx_bytes, 32, threads);
    if (__builtin_cpu_supports("avx512vnni") != 0)
        best = std::max(best, best_of(run_avx512_bytes, 64, threads));
    return best;
}

}  // namespace croquis::bench
