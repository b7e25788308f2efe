#pragma once

#include <array>
#include <boost/asio/any_completion_handler.hpp>
#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"
#include "drawing/cost.h"
#include "recognition/asker.h"
#include "recognition/recognised.h"

namespace croquis::recognition {

/// One drawing that waits, and who waits for it.
class RecognitionTask {
  public:
    using Handler = boost::asio::any_completion_handler<void(Result<RecognitionResult>)>;
    using Clock = std::chrono::steady_clock;

    RecognitionTask(BytesView file, Asker asker, drawing::Cost cost, Handler done)
        : file_(file), asker_(std::move(asker)), cost_(cost), done_(std::move(done)) {}
    RecognitionTask(const PreparedPicture& picture, Asker asker, Handler done)
        : file_(picture.input),
          prepared_(&picture),
          asker_(std::move(asker)),
          cost_{picture.input.size(), 0},
          done_(std::move(done)) {}
    ~RecognitionTask() = default;
    RecognitionTask(RecognitionTask&&) = default;
    // Boost 1.81 never ends assigning a completion handler.
    RecognitionTask& operator=(RecognitionTask&&) = delete;
    RecognitionTask(const RecognitionTask&) = delete;
    RecognitionTask& operator=(const RecognitionTask&) = delete;

    /// Of a prepared picture, what a model sees.
    [[nodiscard]] BytesView file() const { return file_; }
    /// Null where there is a file to be decoded.
    [[nodiscard]] const PreparedPicture* prepared() const { return prepared_; }
    [[nodiscard]] const Asker& asker() const { return asker_; }
    [[nodiscard]] const drawing::Cost& cost() const { return cost_; }
    [[nodiscard]] Clock::duration waited() const { return Clock::now() - since_; }

    /// A handler that throws must not take its neighbours' answers with it.
    void answer(Result<RecognitionResult> answer);

  private:
    BytesView file_;
    const PreparedPicture* prepared_ = nullptr;
    Asker asker_;
    drawing::Cost cost_;
    Handler done_;
    Clock::time_point since_ = Clock::now();
};

struct LineLimits {
    std::size_t max_tasks = 1024;
    std::size_t max_work = std::size_t{1} << 30U;  ///< of all that waits, see drawing::Cost
    /// Work from which a drawing is heavy and waits in a lane of its own.
    std::size_t heavy_work = std::size_t{8} << 20U;
    /// A client may have one in so many of the tasks and of the work.
    std::size_t shares = 4;
};

/// The drawings that wait: bounded by their number and by the work in them, all together and for
/// each client; clients take turns, so that one with many drawings does not keep another waiting.
/// Light and heavy drawings stand in two lanes. Not thread-safe.
class WaitingLine {
  public:
    enum class Lane { light, heavy };

    explicit WaitingLine(const LineLimits& limits) : limits_(limits) {}

    /// Moves from `task` where there is room for it. A drawing heavier than a whole share is let in
    /// where its client has no other waiting.
    bool push(RecognitionTask& task);
    /// The next client's first. There must be one.
    RecognitionTask pop(Lane lane);
    [[nodiscard]] const RecognitionTask& front(Lane lane) const;

    /// Takes out those whose clients have hung up.
    std::vector<RecognitionTask> take_gone();
    std::vector<RecognitionTask> take_all();

    [[nodiscard]] std::size_t size(Lane lane) const { return sizes_[index(lane)]; }
    [[nodiscard]] std::size_t size() const { return sizes_[0] + sizes_[1]; }
    [[nodiscard]] std::size_t file_bytes() const { return file_bytes_; }
    [[nodiscard]] std::size_t work() const { return work_; }

  private:
    struct Client {
        std::string name;
        std::array<std::deque<RecognitionTask>, 2> lanes;
        std::size_t work = 0;
        [[nodiscard]] std::size_t tasks() const { return lanes[0].size() + lanes[1].size(); }
    };
    static std::size_t index(Lane lane) { return static_cast<std::size_t>(lane); }
    [[nodiscard]] bool has_room_for(const RecognitionTask& task) const;
    void add(RecognitionTask& task);

    LineLimits limits_;
    std::unordered_map<std::string, Client> clients_;
    std::array<std::deque<Client*>, 2> turns_;  ///< those with something in the lane, next first
    std::array<std::size_t, 2> sizes_{};
    std::size_t work_ = 0;
    std::size_t file_bytes_ = 0;
};

}  // namespace croquis::recognition
