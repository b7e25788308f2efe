#include "core/rate_limit.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/multi_index/hashed_index.hpp>
#include <boost/multi_index/member.hpp>
#include <boost/multi_index/sequenced_index.hpp>
#include <boost/multi_index_container.hpp>

#include "core/mutex.h"

namespace croquis {
namespace {

namespace mi = boost::multi_index;

struct Bucket {
    std::string key;
    RateLimiter::Clock::time_point full_at;  ///< when all its tokens will be back
};

using Buckets = mi::multi_index_container<
    Bucket, mi::indexed_by<mi::sequenced<>,
                           mi::hashed_unique<mi::member<Bucket, std::string, &Bucket::key>>>>;

}  // namespace

class RateLimiter::Impl {
  public:
    Impl(int per_minute, std::size_t max_keys)
        : interval(per_minute > 0 ? Clock::duration(std::chrono::minutes(1)) / per_minute
                                  : Clock::duration::zero()),
          tolerance(interval * std::max(0, per_minute - 1)),
          limit(std::max<std::size_t>(1, max_keys)) {}

    Buckets::iterator touch(std::string_view key, Clock::time_point at) CROQUIS_REQUIRES(mutex);
    Result<void> take(std::string_view key, Clock::time_point at);
    int charge(std::string_view key, int most, Clock::time_point at);
    void give_back(std::string_view key);

    const Clock::duration interval;
    const Clock::duration tolerance;
    const std::size_t limit;
    mutable Mutex mutex;
    Buckets buckets CROQUIS_GUARDED_BY(mutex);
};

/// The key's bucket, now the one used last.
Buckets::iterator RateLimiter::Impl::touch(std::string_view key, Clock::time_point at) {
    auto [place, added] = buckets.push_front({std::string(key), at});
    if (!added) buckets.relocate(buckets.begin(), place);
    if (buckets.size() > limit) buckets.pop_back();
    return place;
}

Result<void> RateLimiter::Impl::take(std::string_view key, Clock::time_point at) {
    const MutexLock lock(mutex);
    const auto place = touch(key, at);
    const auto full_at = std::max(place->full_at, at);
    if (full_at - at > tolerance) {
        const auto wait = std::chrono::ceil<std::chrono::seconds>(full_at - at - tolerance).count();
        return Error{ErrorKind::rate_limited,
                     "Too many tries; wait a little.",
                     {},
                     std::max(1, static_cast<int>(wait))};
    }
    buckets.modify(place, [&](Bucket& bucket) { bucket.full_at = full_at + interval; });
    return {};
}

int RateLimiter::Impl::charge(std::string_view key, int most, Clock::time_point at) {
    const MutexLock lock(mutex);
    const auto place = touch(key, at);
    const auto fullest = at + tolerance + interval * most;
    const auto full_at = std::min(std::max(place->full_at, at) + interval, fullest + interval);
    buckets.modify(place, [&](Bucket& bucket) { bucket.full_at = full_at; });
    const auto over = full_at - interval - at - tolerance;
    if (over <= Clock::duration::zero()) return 0;
    return static_cast<int>((over + interval - Clock::duration(1)) / interval);
}

void RateLimiter::Impl::give_back(std::string_view key) {
    const MutexLock lock(mutex);
    auto& by_key = buckets.get<1>();
    const auto place = by_key.find(std::string(key));
    if (place != by_key.end())
        by_key.modify(place, [&](Bucket& bucket) { bucket.full_at -= interval; });
}

RateLimiter::RateLimiter(int per_minute, std::size_t max_keys)
    : impl_(std::make_unique<Impl>(per_minute, max_keys)) {}
RateLimiter::~RateLimiter() = default;

Result<void> RateLimiter::take(std::string_view key, Clock::time_point at) {
    if (impl_->interval == Clock::duration::zero()) return {};
    return impl_->take(key, at);
}

int RateLimiter::charge(std::string_view key, int most, Clock::time_point at) {
    if (impl_->interval == Clock::duration::zero()) return 0;
    return impl_->charge(key, most, at);
}

void RateLimiter::give_back(std::string_view key) {
    impl_->give_back(key);
}

std::size_t RateLimiter::keys() const {
    const MutexLock lock(impl_->mutex);
    return impl_->buckets.size();
}

std::string client_key(std::string_view address) {
    namespace ip = boost::asio::ip;
    boost::system::error_code failed;
    const auto parsed = ip::make_address(std::string(address), failed);
    if (failed || parsed.is_v4()) return std::string(address);
    const auto v6 = parsed.to_v6();
    if (v6.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, v6).to_string();
    return ip::network_v6(v6, 64).canonical().to_string();
}

}  // namespace croquis
