#include "recognition/batcher.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include "core/this_thread.h"

namespace croquis::recognition {
namespace {

namespace asio = boost::asio;
using Answer = Result<Recognised>;

Error full() {
    return {ErrorKind::unavailable, "Too many drawings are waiting; try again shortly.", {}, 1};
}

Error stopping() {
    return {ErrorKind::unavailable, "The server is stopping.", {}, 1};
}

Error our_fault(const std::exception& thrown) {
    spdlog::error("recognition threw: {}", thrown.what());
    return {ErrorKind::internal, "The drawing cannot be recognised."};
}

/// One drawing that waits, and who waits for it.
class Job {
  public:
    Job(BytesView file, Batcher::Handler done) : file_(file), done_(std::move(done)) {}

    [[nodiscard]] BytesView file() const { return file_; }

    /// A handler that throws must not take its neighbours' answers with it.
    void answer(Answer answer) {
        try {
            std::move(done_)(std::move(answer));
        } catch (const std::exception& thrown) {
            spdlog::error("recognition: whom a drawing was answered to threw: {}", thrown.what());
        }
    }

  private:
    BytesView file_;
    Batcher::Handler done_;
};

/// A model with an instance for each thread; replaced as a whole by a promotion.
struct Crew {
    std::shared_ptr<const ModelInfo> info;
    std::vector<std::unique_ptr<Recognizer>> members;
};

Result<std::shared_ptr<Crew>> make_crew(std::unique_ptr<Recognizer> model, std::size_t threads) {
    auto crew = std::make_shared<Crew>();
    crew->info = std::make_shared<const ModelInfo>(model->info());
    crew->members.push_back(std::move(model));
    while (crew->members.size() < threads) {
        auto other = crew->members.front()->clone();
        if (!other) return other.error();
        crew->members.push_back(std::move(*other));
    }
    return crew;
}

struct Gauges {
    explicit Gauges(Metrics& metrics)
        : waiting(metrics.gauge("croquis_recognition_queue", "Drawings waiting to be recognised.")),
          refused(metrics.counter("croquis_recognition_refused_total",
                                  "Drawings refused because the queue was full.")),
          batch(metrics.sizes("croquis_recognition_batch_size",
                              "Drawings recognised together in one batch.")),
          decode(stage(metrics, "decode")),
          normalise(stage(metrics, "normalise")),
          infer(stage(metrics, "infer")) {}

    static prometheus::Histogram& stage(Metrics& metrics, const char* name) {
        return metrics.seconds("croquis_recognition_seconds",
                               "Time to decode and normalise a drawing, and to infer a batch.",
                               {{"stage", name}});
    }

    prometheus::Gauge& waiting;
    prometheus::Counter& refused;
    prometheus::Histogram& batch;
    prometheus::Histogram& decode;
    prometheus::Histogram& normalise;
    prometheus::Histogram& infer;
};

}  // namespace

/// A thread is idle, with its seat free, or drains the queue until it is empty. A drawing that
/// finds all threads idle starts at once. While one works, others are woken only for what is worth
/// it: a few small drawings are soon done by the one, and cost less in one batch. What comes while
/// all are busy waits and forms the next batches.
class Batcher::Impl {
  public:
    Impl(std::unique_ptr<Recognizer> model, const BatcherOptions& options, Metrics& metrics)
        : options_(options), gauges_(metrics), pool_(std::max<std::size_t>(1, options.threads)) {
        options_.threads = std::max<std::size_t>(1, options.threads);
        options_.max_batch = std::clamp<std::size_t>(options.max_batch, 1, 256);
        crew_ = make_crew(std::move(model), options_.threads).value();
        for (std::size_t seat = 0; seat < options_.threads; ++seat) free_seats_.push_back(seat);
    }

    void submit(Job job) {
        std::unique_lock lock(mutex_);
        if (stopped_ || waiting_.size() >= options_.queue_capacity) {
            const bool is_full = !stopped_;
            lock.unlock();
            if (is_full) gauges_.refused.Increment();
            job.answer(is_full ? full() : stopping());
            return;
        }
        waiting_bytes_ += job.file().size();
        waiting_.push_back(std::move(job));
        gauges_.waiting.Set(static_cast<double>(waiting_.size()));
        const bool all_idle = free_seats_.size() == options_.threads;
        if (free_seats_.empty() || (!all_idle && is_little())) return;
        const std::size_t seat = free_seats_.back();
        free_seats_.pop_back();
        lock.unlock();
        asio::post(pool_, [this, seat] { drain(seat); });
    }

    std::shared_ptr<const ModelInfo> model() const {
        const std::lock_guard lock(mutex_);
        return crew_->info;
    }

    Result<void> promote(std::unique_ptr<Recognizer> model) {
        auto crew = make_crew(std::move(model), options_.threads);
        if (!crew) return crew.error();
        const std::lock_guard lock(mutex_);
        crew_.swap(*crew);
        return {};
    }

    void stop() {
        std::call_once(stop_once_, [this] {
            std::deque<Job> left;
            {
                const std::lock_guard lock(mutex_);
                stopped_ = true;
                left.swap(waiting_);
                waiting_bytes_ = 0;
                gauges_.waiting.Set(0);
            }
            for (auto& job : left) job.answer(stopping());
            pool_.join();
        });
    }

  private:
    struct Batch {
        std::vector<Job> jobs;
        std::shared_ptr<Crew> crew;
    };

    /// With the lock held: what waits is not worth another thread.
    [[nodiscard]] bool is_little() const { return waiting_bytes_ < options_.worth_a_thread; }

    /// What waits, divided among the threads where it is not little, so that no one has a large
    /// batch while another idles. An empty batch frees the seat.
    Batch take(std::size_t seat) {
        const std::lock_guard lock(mutex_);
        Batch batch;
        const std::size_t parts = is_little() ? 1 : options_.threads;
        const std::size_t share = (waiting_.size() + parts - 1) / parts;
        for (std::size_t left = std::min(share, options_.max_batch); left > 0; --left) {
            waiting_bytes_ -= waiting_.front().file().size();
            batch.jobs.push_back(std::move(waiting_.front()));
            waiting_.pop_front();
        }
        if (batch.jobs.empty())
            free_seats_.push_back(seat);
        else
            batch.crew = crew_;
        gauges_.waiting.Set(static_cast<double>(waiting_.size()));
        return batch;
    }

    /// Recognition takes nearly all of the processors' time. Did it not give way, the threads that
    /// refuse what is too much would wait for it, and refusals would take seconds.
    static void settle_in() {
        thread_local bool settled = false;
        if (settled) return;
        settled = true;
        name_this_thread("recognition");
        give_way_to_other_threads();
    }

    void drain(std::size_t seat) {
        settle_in();
        for (Batch batch = take(seat); !batch.jobs.empty(); batch = take(seat)) {
            gauges_.batch.Observe(static_cast<double>(batch.jobs.size()));
            work(batch, seat);
        }
    }

    /// The picture as the model sees it; fills in what is known of it.
    Result<drawing::ModelInput> prepare(BytesView file, Recognised& about) {
        try {
            Stopwatch watch;
            const auto decoded = drawing::decode(file, options_.limits);
            watch.lap(gauges_.decode);
            if (!decoded) return decoded.error();
            about.media_type = decoded->type;
            about.width = decoded->image.width;
            about.height = decoded->image.height;
            about.bare = decoded->bare;
            auto input = drawing::normalise(decoded->image);
            watch.lap(gauges_.normalise);
            return input;
        } catch (const std::exception& thrown) {
            return our_fault(thrown);
        }
    }

    Result<std::vector<Prediction>> infer(Recognizer& model,
                                          const std::vector<drawing::ModelInput>& inputs) {
        try {
            Stopwatch watch;
            auto answers = model.recognise(inputs);
            watch.lap(gauges_.infer);
            return answers;
        } catch (const std::exception& thrown) {
            return our_fault(thrown);
        }
    }

    /// Errors are answered at once; the good drawings together.
    void work(Batch& batch, std::size_t seat) {
        std::vector<Job> good;
        std::vector<Recognised> about;
        std::vector<drawing::ModelInput> inputs;
        for (auto& job : batch.jobs) {
            Recognised known;
            known.model = batch.crew->info;
            auto input = prepare(job.file(), known);
            if (!input) {
                job.answer(input.error());
                continue;
            }
            good.push_back(std::move(job));
            about.push_back(std::move(known));
            inputs.push_back(*input);
        }
        if (good.empty()) return;
        auto answers = infer(*batch.crew->members[seat], inputs);
        for (std::size_t i = 0; i < good.size(); ++i) {
            if (!answers) {
                good[i].answer(answers.error());
                continue;
            }
            about[i].prediction = std::move((*answers)[i]);
            good[i].answer(std::move(about[i]));
        }
    }

    BatcherOptions options_;
    Gauges gauges_;
    mutable std::mutex mutex_;
    std::shared_ptr<Crew> crew_;           ///< under mutex_
    std::deque<Job> waiting_;              ///< under mutex_
    std::size_t waiting_bytes_ = 0;        ///< under mutex_: of their files
    std::vector<std::size_t> free_seats_;  ///< under mutex_: threads that are idle
    bool stopped_ = false;                 ///< under mutex_
    std::once_flag stop_once_;
    asio::thread_pool pool_;  ///< last, so that its threads end before what they use
};

Batcher::Batcher(std::unique_ptr<Recognizer> model, const BatcherOptions& options, Metrics& metrics)
    : impl_(std::make_shared<Impl>(std::move(model), options, metrics)) {}

Batcher::~Batcher() {
    stop();
}

void Batcher::recognise(BytesView file, Handler done) {
    impl_->submit(Job(file, std::move(done)));
}

asio::awaitable<Result<Recognised>> Batcher::recognise(BytesView file) {
    // The argument is a plain pointer: g++ 12 destroys owning temporaries in a co_await twice.
    Impl* const impl = impl_.get();
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Answer)>(
        [impl, file](auto handler) {
            auto back = asio::get_associated_executor(handler);
            impl->submit(Job(file, [back, handler = std::move(handler)](Answer answer) mutable {
                asio::post(back,
                           [handler = std::move(handler), answer = std::move(answer)]() mutable {
                               std::move(handler)(std::move(answer));
                           });
            }));
        },
        asio::use_awaitable);
}

std::shared_ptr<const ModelInfo> Batcher::model() const {
    return impl_->model();
}

Result<void> Batcher::promote(std::unique_ptr<Recognizer> model) {
    return impl_->promote(std::move(model));
}

void Batcher::stop() {
    impl_->stop();
}

}  // namespace croquis::recognition
