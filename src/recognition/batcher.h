#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "core/bytes.h"
#include "core/error.h"
#include "core/metrics.h"
#include "drawing/decode.h"
#include "recognition/asker.h"
#include "recognition/recognised.h"
#include "recognition/recognizer.h"

namespace croquis::recognition {

struct BatcherOptions {
    std::size_t threads = 2;            ///< each with a clone of the model
    std::size_t max_batch = 32;         ///< drawings in one run of the network
    std::size_t queue_capacity = 1024;  ///< drawings waiting; one more is ErrorKind::unavailable
    /// Work that waits at most (drawing::Cost): some four seconds of one core.
    std::size_t max_waiting_work = std::size_t{1} << 30U;
    /// Work from which a drawing is heavy. All threads but one, and at least one, take heavy
    /// drawings, so that the others need not wait for them.
    std::size_t heavy_work = std::size_t{8} << 20U;
    /// One client may have one in so many of the drawings and of the work that wait.
    std::size_t shares = 4;
    std::chrono::milliseconds max_wait{10'000};  ///< a drawing that waited longer is unavailable
    /// Memory for decoding (drawing::Cost), over all threads. A drawing that needs more by itself
    /// is decoded while no other is.
    std::size_t max_decode_bytes = std::size_t{192} << 20U;
    /// Bytes of waiting files for which a thread is woken while another works already. A few of the
    /// page's drawings are less and a photograph is more.
    std::size_t worth_a_thread = std::size_t{12} * 1024;
    drawing::DecodeLimits limits;
};

/// Decodes, normalises and recognises on its own threads. What waits together is run as one batch,
/// by one thread where it is little; an idle batcher starts a lone drawing at once, with no timer.
/// What waits is bounded by the work in it, clients take turns, and a drawing whose client has hung
/// up is not begun. Thread-safe.
class Batcher {
  public:
    Batcher(std::unique_ptr<Recognizer> model, const BatcherOptions& options, Metrics& metrics);
    ~Batcher();
    Batcher(const Batcher&) = delete;
    Batcher& operator=(const Batcher&) = delete;

    using Handler = boost::asio::any_completion_handler<void(Result<RecognitionResult>)>;
    /// `file` is an encoded picture and must stay valid until the answer. `done` is called exactly
    /// once, on a thread of the batcher or, where it refuses, on the caller's: it must not block.
    /// Errors: those of drawing::decode and drawing::normalise; unavailable where the queue or the
    /// client's share of it is full, the wait was too long, the client has hung up, or the batcher
    /// was stopped.
    void recognise(BytesView file, Asker asker, Handler done);
    void recognise(BytesView file, Handler done) { recognise(file, Asker(), std::move(done)); }
    /// The same of a picture that must not be decoded any more, and is bare.
    void recognise(const PreparedPicture& picture, Asker asker, Handler done);
    /// The same, resuming on the caller's executor, whose context must outlive stop().
    boost::asio::awaitable<Result<RecognitionResult>> recognise(BytesView file, Asker asker);
    boost::asio::awaitable<Result<RecognitionResult>> recognise(BytesView file);

    [[nodiscard]] std::shared_ptr<const ModelInfo> model() const;
    /// Drawings given so far by clients, who can hang up, and not by the program itself; those that
    /// were refused too.
    [[nodiscard]] std::uint64_t asked_by_clients() const;

    /// Changes the live model without stopping: batches already running end with the old one.
    Result<void> promote(std::unique_ptr<Recognizer> model);

    /// Refuses new work, answers what waits, joins. Called by the destructor too.
    void stop();

  private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace croquis::recognition
