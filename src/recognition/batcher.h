#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <memory>

#include "core/bytes.h"
#include "core/error.h"
#include "core/metrics.h"
#include "drawing/decode.h"
#include "recognition/recognizer.h"

namespace croquis::recognition {

struct BatcherOptions {
    std::size_t threads = 2;            ///< each with a clone of the model
    std::size_t max_batch = 32;         ///< drawings in one run of the network
    std::size_t queue_capacity = 1024;  ///< drawings waiting; one more is ErrorKind::unavailable
    /// Bytes of waiting files for which a thread is woken while another works already. A few of the
    /// page's drawings are less and a photograph is more.
    std::size_t worth_a_thread = std::size_t{12} * 1024;
    drawing::DecodeLimits limits;
};

struct Recognised {
    drawing::MediaType media_type = drawing::MediaType::png;
    int width = 0;  ///< of the picture, upright
    int height = 0;
    bool bare = false;                       ///< drawing::Decoded::bare
    std::shared_ptr<const ModelInfo> model;  ///< the one that answered
    Prediction prediction;
};

/// Decodes, normalises and recognises on its own threads. What waits together is run as one batch,
/// by one thread where it is little; an idle batcher starts a lone drawing at once, with no timer.
/// Thread-safe.
class Batcher {
  public:
    Batcher(std::unique_ptr<Recognizer> model, const BatcherOptions& options, Metrics& metrics);
    ~Batcher();
    Batcher(const Batcher&) = delete;
    Batcher& operator=(const Batcher&) = delete;

    using Handler = boost::asio::any_completion_handler<void(Result<Recognised>)>;
    /// `file` is an encoded picture and must stay valid until the answer. `done` is called exactly
    /// once, on a thread of the batcher or, where it refuses, on the caller's: it must not block.
    /// Errors: those of drawing::decode and drawing::normalise; unavailable where the queue is full
    /// or the batcher was stopped.
    void recognise(BytesView file, Handler done);
    /// The same, resuming on the caller's executor, whose context must outlive stop().
    boost::asio::awaitable<Result<Recognised>> recognise(BytesView file);

    [[nodiscard]] std::shared_ptr<const ModelInfo> model() const;

    /// Changes the live model without stopping: batches already running end with the old one.
    Result<void> promote(std::unique_ptr<Recognizer> model);

    /// Refuses new work, answers what waits, joins. Called by the destructor too.
    void stop();

  private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace croquis::recognition
