#include "recognition/batcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <condition_variable>
#include <future>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <thread>

#include "drawing/cost.h"
#include "drawing/strokes.h"
#include "support/folders.h"

namespace croquis::recognition {
namespace {

namespace asio = boost::asio;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Le;

/// What the clones of one FakeModel share: a gate to hold its threads at, and what they were asked.
class Script {
  public:
    void close() {
        const std::lock_guard lock(mutex_);
        open_ = false;
    }
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    void pass(std::size_t batch) {
        std::unique_lock lock(mutex_);
        batches_.push_back(batch);
        changed_.notify_all();
        changed_.wait(lock, [this] { return open_ || steps_ > 0; });
        if (!open_) --steps_;
    }
    /// Lets `count` batches through a closed gate.
    void step(int count) {
        const std::lock_guard lock(mutex_);
        steps_ += count;
        changed_.notify_all();
    }
    void wait_for_batches(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return batches_.size() >= count; });
    }
    std::vector<std::size_t> batches() {
        const std::lock_guard lock(mutex_);
        return batches_;
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = true;
    int steps_ = 0;
    std::vector<std::size_t> batches_;
};

enum class Fault { none, error, exception, clone };

/// Answers its own name for every drawing; aborts if two threads use one instance.
class FakeModel final : public Recognizer {
  public:
    FakeModel(std::string name, std::shared_ptr<Script> script, Fault fault = Fault::none)
        : info_{name, name, {name, "unknown"}, 1, 0}, script_(std::move(script)), fault_(fault) {}

    [[nodiscard]] const ModelInfo& info() const override { return info_; }

    Result<std::vector<Prediction>> recognise(std::span<const drawing::ModelInput> batch) override {
        if (busy_.exchange(true)) std::abort();
        script_->pass(batch.size());
        busy_ = false;
        if (fault_ == Fault::exception) throw std::runtime_error("a fake fault");
        if (fault_ == Fault::error) return Error{ErrorKind::internal, "a fake error"};
        return std::vector<Prediction>(batch.size(), {info_.name, 1, {1, 0}});
    }

    [[nodiscard]] Result<std::unique_ptr<Recognizer>> clone() const override {
        if (fault_ == Fault::clone) return Error{ErrorKind::invalid, "a fake clone error", "model"};
        return std::unique_ptr<Recognizer>(
            std::make_unique<FakeModel>(info_.name, script_, fault_));
    }

  private:
    ModelInfo info_;
    std::shared_ptr<Script> script_;
    Fault fault_;
    std::atomic<bool> busy_{false};
};

Bytes picture(int side = 64) {
    const drawing::Strokes cross{{{0, 0, 0}, {50, 50, 0}}, {{50, 0, 0}, {0, 50, 0}}};
    return drawing::encode_png(drawing::rasterise(cross, side, {3}, 4)).value();
}

/// Waits until `count` drawings have reached the queue, as its gauge says.
void wait_until_waiting(const Metrics& metrics, std::size_t count) {
    const auto line = "croquis_recognition_queue " + std::to_string(count) + "\n";
    while (metrics.text().find(line) == std::string::npos) std::this_thread::yield();
}

using Answers = std::vector<std::future<Result<RecognitionResult>>>;

struct Rig {
    explicit Rig(BatcherOptions options = {}, Fault fault = Fault::none)
        : batcher(std::make_unique<FakeModel>("first", script, fault), options, metrics) {}
    /// One of the callers' threads may still be inside its call when its answer is here already.
    ~Rig() { callers.join(); }
    Rig(const Rig&) = delete;
    Rig& operator=(const Rig&) = delete;

    /// Asks on the pool; the answer comes by the future.
    std::future<Result<RecognitionResult>> ask(BytesView file, const Asker& asker = {}) {
        return asio::co_spawn(callers, batcher.recognise(file, asker), asio::use_future);
    }

    /// Drawings that the model has answered.
    std::size_t answered() {
        const auto batches = script->batches();
        return std::accumulate(batches.begin(), batches.end(), std::size_t{0});
    }

    /// Closes the gate and has the model hold one drawing there.
    Answers hold_one() {
        script->close();
        Answers answers;
        answers.push_back(ask(good));
        script->wait_for_batches(1);
        return answers;
    }

    /// Asks `count` times more while the threads are held, and returns when all of these wait.
    void ask_behind(Answers& answers, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) answers.push_back(ask(good));
        wait_until_waiting(metrics, count);
    }

    Result<void> promote(const std::string& name, Fault fault = Fault::none) {
        return batcher.promote(std::make_unique<FakeModel>(name, script, fault));
    }

    const Bytes good = picture();
    std::shared_ptr<Script> script = std::make_shared<Script>();
    Metrics metrics;
    asio::thread_pool callers{2};
    Batcher batcher;  // ends before those whom it answers
};

BatcherOptions options_of(std::size_t threads, std::size_t max_batch, std::size_t capacity) {
    BatcherOptions options;
    options.threads = threads;
    options.max_batch = max_batch;
    options.queue_capacity = capacity;
    options.worth_a_thread = 0;
    return options;
}

TEST(Batcher, AnswersWithWhatThePictureIsAndWhoAnswered) {
    Rig at;
    const auto answer = at.ask(at.good).get();
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->media_type, drawing::MediaType::png);
    EXPECT_EQ(answer->width, 64);
    EXPECT_EQ(answer->height, 64);
    EXPECT_EQ(answer->prediction.tag, "first");
    EXPECT_EQ(answer->model, at.batcher.model());
    EXPECT_EQ(answer->model->id, "first");
}

TEST(Batcher, APreparedPictureIsNotDecoded) {
    Rig at;
    const PreparedPicture picture{{}, drawing::MediaType::webp, 30, 20};
    std::promise<Result<RecognitionResult>> promise;
    at.batcher.recognise(picture, {}, [&](Result<RecognitionResult> answer) {
        promise.set_value(std::move(answer));
    });
    const auto answer = promise.get_future().get();
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->media_type, drawing::MediaType::webp);
    EXPECT_EQ(answer->width, 30);
    EXPECT_EQ(answer->height, 20);
    EXPECT_TRUE(answer->bare);
    EXPECT_EQ(answer->prediction.tag, "first");
    EXPECT_EQ(answer->model, at.batcher.model());
}

TEST(Batcher, ResumesOnTheCallersExecutor) {
    asio::io_context io;
    Rig at;
    std::thread::id resumed_on;
    asio::co_spawn(
        io,
        [&]() -> asio::awaitable<void> {
            const auto answer = co_await at.batcher.recognise(at.good);
            EXPECT_TRUE(answer);
            resumed_on = std::this_thread::get_id();
        },
        asio::detached);
    io.run();
    EXPECT_EQ(resumed_on, std::this_thread::get_id());
}

TEST(Batcher, AnswersOnThreadsThatGiveWayToOthers) {
    Rig at;
    std::promise<int> niceness;
    at.batcher.recognise(at.good, [&](const Result<RecognitionResult>& answer) {
        EXPECT_TRUE(answer);
        niceness.set_value(getpriority(PRIO_PROCESS, 0));
    });
    EXPECT_EQ(niceness.get_future().get(), std::min(19, getpriority(PRIO_PROCESS, 0) + 5));
}

TEST(Batcher, AnswersBadPicturesOneByOneAndGoodOnesAllTheSame) {
    Rig at(options_of(1, 32, 64));
    at.script->close();
    auto first = at.ask(at.good);
    at.script->wait_for_batches(1);
    const Bytes noise(100, 0x42);
    Bytes cut = at.good;
    cut.resize(cut.size() / 2);
    const auto blank =
        drawing::encode_png({16, 16, 1, std::vector<std::uint8_t>(256, 255)}).value();
    const std::vector<std::pair<const Bytes*, ErrorKind>> bad{
        {&noise, ErrorKind::unsupported_media},
        {&cut, ErrorKind::malformed},
        {&blank, ErrorKind::invalid},
    };
    std::vector<std::future<Result<RecognitionResult>>> refused;
    std::vector<std::future<Result<RecognitionResult>>> taken;
    for (const auto& [file, kind] : bad) {
        refused.push_back(at.ask(*file));
        taken.push_back(at.ask(at.good));
    }
    at.script->open();
    for (std::size_t i = 0; i < bad.size(); ++i) {
        const auto answer = refused[i].get();
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().kind, bad[i].second);
        EXPECT_EQ(answer.error().field, "image");
        EXPECT_TRUE(taken[i].get());
    }
    EXPECT_TRUE(first.get());
}

TEST(Batcher, KeepsToTheDecodersLimits) {
    BatcherOptions options;
    options.limits.max_side = 63;
    Rig at(options);
    EXPECT_EQ(at.ask(at.good).get().error().kind, ErrorKind::too_large);
}

TEST(Batcher, RunsWhatWaitsTogetherAsOneBatch) {
    Rig at(options_of(1, 32, 64));
    auto answers = at.hold_one();
    at.ask_behind(answers, 10);
    at.script->open();
    for (auto& answer : answers) EXPECT_TRUE(answer.get());
    EXPECT_THAT(at.script->batches(), ElementsAre(1, 10));
    EXPECT_THAT(at.metrics.text(), HasSubstr("croquis_recognition_batch_size_sum 11\n"));
    EXPECT_THAT(at.metrics.text(), HasSubstr("croquis_recognition_batch_size_count 2\n"));
    for (const auto* stage : {"decode", "normalise"})
        EXPECT_THAT(at.metrics.text(),
                    HasSubstr(std::string("croquis_recognition_seconds_count{stage=\"") + stage +
                              "\"} 11\n"));
}

TEST(Batcher, KeepsBatchesToTheirLimit) {
    Rig at(options_of(1, 4, 64));
    auto answers = at.hold_one();
    at.ask_behind(answers, 10);
    at.script->open();
    for (auto& answer : answers) EXPECT_TRUE(answer.get());
    EXPECT_THAT(at.script->batches(), ElementsAre(1, 4, 4, 2));
}

TEST(Batcher, SharesWhatWaitsAmongItsThreads) {
    Rig at(options_of(2, 32, 64));
    auto answers = at.hold_one();
    answers.push_back(at.ask(at.good));
    at.script->wait_for_batches(2);
    at.ask_behind(answers, 10);
    at.script->open();
    for (auto& answer : answers) EXPECT_TRUE(answer.get());
    EXPECT_THAT(at.script->batches(), AllOf(Contains(5), Each(Le(5))));
}

TEST(Batcher, LeavesALittleToTheThreadThatWorks) {
    auto options = options_of(2, 32, 64);
    options.worth_a_thread = 4 * picture().size();
    Rig at(options);
    auto answers = at.hold_one();
    at.ask_behind(answers, 3);
    // A fourth makes it worth the other thread's while, which takes its half.
    answers.push_back(at.ask(at.good));
    at.script->wait_for_batches(2);
    at.script->open();
    for (auto& answer : answers) EXPECT_TRUE(answer.get());
    EXPECT_THAT(at.script->batches(), ElementsAre(1, 2, 2));
}

TEST(Batcher, RefusesTheOneThatItsQueueCannotHold) {
    Rig at(options_of(1, 32, 3));
    auto held = at.hold_one();
    at.ask_behind(held, 3);
    const auto refused = at.ask(at.good).get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
    EXPECT_GT(refused.error().retry_after_s, 0);
    EXPECT_THAT(at.metrics.text(), HasSubstr("croquis_recognition_refused_total 1\n"));
    at.script->open();
    for (auto& answer : held) EXPECT_TRUE(answer.get());
    EXPECT_TRUE(at.ask(at.good).get());
}

TEST(Batcher, AnswersWhatWaitsWhenItStops) {
    Rig at(options_of(1, 32, 64));
    auto running = at.hold_one();
    Answers waiting;
    at.ask_behind(waiting, 5);
    std::thread stopping([&] { at.batcher.stop(); });
    for (auto& answer : waiting) EXPECT_EQ(answer.get().error().kind, ErrorKind::unavailable);
    at.script->open();
    stopping.join();
    EXPECT_TRUE(running.front().get());
    EXPECT_EQ(at.ask(at.good).get().error().kind, ErrorKind::unavailable);
    at.batcher.stop();
}

TEST(Batcher, AnswersEveryoneWhenTheModelFails) {
    for (const auto fault : {Fault::error, Fault::exception}) {
        Rig at({}, fault == Fault::error ? Fault::error : Fault::exception);
        EXPECT_EQ(at.ask(at.good).get().error().kind, ErrorKind::internal);
        ASSERT_TRUE(at.promote("second"));
        EXPECT_TRUE(at.ask(at.good).get());
    }
}

TEST(Batcher, EndsRunningBatchesWithTheOldModel) {
    Rig at(options_of(1, 32, 64));
    at.script->close();
    auto before = at.ask(at.good);
    at.script->wait_for_batches(1);
    auto after = at.ask(at.good);
    wait_until_waiting(at.metrics, 1);
    ASSERT_TRUE(at.promote("second"));
    EXPECT_EQ(at.batcher.model()->id, "second");
    at.script->open();
    EXPECT_EQ(before.get()->model->id, "first");
    EXPECT_EQ(after.get()->model->id, "second");
}

TEST(Batcher, KeepsItsModelWhenAPromotionFails) {
    Rig at(options_of(2, 32, 64));
    const auto failed = at.promote("broken", Fault::clone);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().field, "model");
    EXPECT_EQ(at.ask(at.good).get()->model->id, "first");
}

TEST(Batcher, RefusesToStartWithAModelThatCannotBeCloned) {
    EXPECT_ANY_THROW(Rig(options_of(2, 1, 1), Fault::clone));
}

Asker client(const std::string& name, std::shared_ptr<const HangUp> hang_up = nullptr) {
    return {name, std::move(hang_up)};
}

/// A picture that is heavy where 32 KiB of work are: it has 64 KiB of pixels.
Bytes heavy_picture() {
    return picture(256);
}

BatcherOptions with_heavy(std::size_t threads) {
    auto options = options_of(threads, 32, 64);
    options.heavy_work = std::size_t{32} * 1024;
    return options;
}

TEST(Batcher, DropsWhatNobodyWaitsForAnyMore) {
    Rig at(options_of(1, 32, 100));
    auto held = at.hold_one();
    const auto hang_up = std::make_shared<HangUp>();
    Answers gone;
    for (int i = 0; i < 20; ++i) gone.push_back(at.ask(at.good, client("192.0.2.1", hang_up)));
    wait_until_waiting(at.metrics, 20);
    auto stays = at.ask(at.good, client("192.0.2.2"));
    wait_until_waiting(at.metrics, 21);
    hang_up->happen();
    at.script->open();
    for (auto& answer : gone) EXPECT_EQ(answer.get().error().kind, ErrorKind::unavailable);
    EXPECT_TRUE(stays.get());
    EXPECT_TRUE(held.front().get());
    EXPECT_EQ(at.answered(), 2U) << "no batch has any of those that went";
    EXPECT_THAT(at.metrics.text(), HasSubstr("croquis_recognition_dropped_total 20\n"));
}

TEST(Batcher, CountsWhatClientsAskAndNotWhatTheProgramAsksItself) {
    Rig at(options_of(1, 32, 100));
    ASSERT_TRUE(at.ask(at.good, client("import")).get());
    EXPECT_EQ(at.batcher.asked_by_clients(), 0U);
    ASSERT_TRUE(at.ask(at.good, client("192.0.2.1", std::make_shared<HangUp>())).get());
    EXPECT_EQ(at.batcher.asked_by_clients(), 1U);
}

TEST(Batcher, MakesRoomByDroppingWhatNobodyWaitsFor) {
    Rig at(options_of(1, 32, 3));
    auto held = at.hold_one();
    const auto hang_up = std::make_shared<HangUp>();
    Answers gone;
    for (int i = 0; i < 3; ++i) gone.push_back(at.ask(at.good, client("", hang_up)));
    wait_until_waiting(at.metrics, 3);
    hang_up->happen();
    auto taken = at.ask(at.good);
    for (auto& answer : gone) EXPECT_FALSE(answer.get());
    at.script->open();
    EXPECT_TRUE(taken.get());
    EXPECT_TRUE(held.front().get());
}

TEST(Batcher, BoundsWhatWaitsByTheWorkInIt) {
    auto options = with_heavy(1);
    const auto work = drawing::cost_of(heavy_picture(), {}).work;
    options.max_waiting_work = 3 * work;
    Rig at(options);
    const Bytes heavy = heavy_picture();
    auto answers = at.hold_one();
    for (int i = 0; i < 3; ++i) answers.push_back(at.ask(heavy));
    wait_until_waiting(at.metrics, 3);
    const auto refused = at.ask(heavy).get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
    EXPECT_GT(refused.error().retry_after_s, 0);
    at.script->open();
    for (auto& answer : answers) EXPECT_TRUE(answer.get());
    EXPECT_TRUE(at.ask(heavy).get());
}

TEST(Batcher, GivesEachClientItsShareOfTheQueue) {
    Rig at(options_of(1, 32, 40));
    auto answers = at.hold_one();
    for (int i = 0; i < 10; ++i) answers.push_back(at.ask(at.good, client("192.0.2.1")));
    wait_until_waiting(at.metrics, 10);
    EXPECT_EQ(at.ask(at.good, client("192.0.2.1")).get().error().kind, ErrorKind::unavailable);
    answers.push_back(at.ask(at.good, client("192.0.2.2")));
    wait_until_waiting(at.metrics, 11);
    at.script->open();
    for (auto& answer : answers) EXPECT_TRUE(answer.get());
}

TEST(Batcher, TakesClientsInTurn) {
    Rig at(options_of(1, 2, 400));
    auto answers = at.hold_one();
    Answers greedy;
    for (int i = 0; i < 50; ++i) greedy.push_back(at.ask(at.good, client("192.0.2.1")));
    wait_until_waiting(at.metrics, 50);
    auto modest = at.ask(at.good, client("192.0.2.2"));
    wait_until_waiting(at.metrics, 51);
    at.script->step(1);  // the one held
    at.script->wait_for_batches(2);
    at.script->step(1);  // the first two that waited: one of each client
    EXPECT_TRUE(modest.get());
    at.script->open();
    for (auto& answer : greedy) EXPECT_TRUE(answer.get());
    EXPECT_TRUE(answers.front().get());
}

TEST(Batcher, KeepsAThreadForLightDrawings) {
    Rig at(with_heavy(2));
    const Bytes heavy = heavy_picture();
    at.script->close();
    Answers heavies;
    for (int i = 0; i < 10; ++i) heavies.push_back(at.ask(heavy, client("192.0.2.1")));
    at.script->wait_for_batches(1);
    wait_until_waiting(at.metrics, 9);
    auto light = at.ask(at.good, client("192.0.2.2"));
    at.script->wait_for_batches(2);
    EXPECT_THAT(at.metrics.text(), HasSubstr("croquis_recognition_queue 9\n"))
        << "the light drawing has the second thread, and no heavy one";
    at.script->open();
    EXPECT_TRUE(light.get());
    for (auto& answer : heavies) EXPECT_TRUE(answer.get());
}

TEST(Batcher, TakesHeavyAndLightInTurnOnItsOnlyThread) {
    Rig at(with_heavy(1));
    const Bytes heavy = heavy_picture();
    auto answers = at.hold_one();
    for (int i = 0; i < 3; ++i) answers.push_back(at.ask(heavy, client("192.0.2.1")));
    wait_until_waiting(at.metrics, 3);
    for (int i = 0; i < 5; ++i) answers.push_back(at.ask(at.good, client("192.0.2.2")));
    wait_until_waiting(at.metrics, 8);
    at.script->open();
    for (auto& answer : answers) EXPECT_TRUE(answer.get());
    EXPECT_THAT(at.script->batches(), ElementsAre(1, 1, 5, 1, 1));
}

TEST(Batcher, DecodesNoMoreAtATimeThanItsMemoryAllows) {
    auto options = options_of(4, 1, 64);
    const auto bytes = drawing::cost_of(heavy_picture(), {}).bytes;
    options.max_decode_bytes = 2 * bytes;
    Rig at(options);
    const Bytes heavy = heavy_picture();
    at.script->close();
    Answers answers;
    for (int i = 0; i < 8; ++i) answers.push_back(at.ask(heavy));
    at.script->wait_for_batches(2);
    wait_until_waiting(at.metrics, 6);
    EXPECT_EQ(at.script->batches().size(), 2U);
    at.script->open();
    for (auto& answer : answers) EXPECT_TRUE(answer.get());
}

TEST(Batcher, DecodesWhatNeedsMoreThanItsMemoryByItself) {
    auto options = options_of(2, 32, 64);
    options.max_decode_bytes = 1;
    Rig at(options);
    Answers answers;
    for (int i = 0; i < 8; ++i) answers.push_back(at.ask(at.good));
    for (auto& answer : answers) EXPECT_TRUE(answer.get());
}

TEST(Batcher, RefusesWhatHasWaitedTooLong) {
    auto options = options_of(1, 32, 64);
    options.max_wait = std::chrono::seconds(-1);  // every wait is longer
    Rig at(options);
    const auto late = at.ask(at.good).get();
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().kind, ErrorKind::unavailable);
    EXPECT_GT(late.error().retry_after_s, 0);
    EXPECT_EQ(at.answered(), 0U);
    EXPECT_THAT(at.metrics.text(), HasSubstr("croquis_recognition_late_total 1\n"));
}

/// Many callers, promotions and a stop at the same time: everyone is answered once, each by a model
/// that was live, and no instance is used by two threads.
TEST(Batcher, HoldsUnderLoadPromotionsAndAStop) {
    Rig at(options_of(3, 8, 32));
    constexpr int callers = 16;
    constexpr int each = 60;
    std::atomic<int> answered{0}, refused{0}, wrong{0};
    asio::thread_pool pool(4);
    std::vector<std::future<void>> done;
    const auto one_caller = [&]() -> asio::awaitable<void> {
        for (int i = 0; i < each; ++i) {
            const auto answer = co_await at.batcher.recognise(at.good);
            if (answer)
                ++(answer->prediction.tag == answer->model->name ? answered : wrong);
            else
                ++(answer.error().kind == ErrorKind::unavailable ? refused : wrong);
        }
    };
    for (int i = 0; i < callers; ++i)
        done.push_back(asio::co_spawn(pool, one_caller, asio::use_future));
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(at.promote("model-" + std::to_string(i)));
    while (answered + refused < callers * each / 2) std::this_thread::yield();
    std::thread first([&] { at.batcher.stop(); });
    at.batcher.stop();
    first.join();
    for (auto& caller : done) caller.get();
    EXPECT_EQ(answered + refused, callers * each);
    EXPECT_EQ(wrong, 0);
    const auto batches = at.script->batches();
    EXPECT_EQ(std::accumulate(batches.begin(), batches.end(), std::size_t{0}),
              static_cast<std::size_t>(answered));
}

/// The same with the real thing: models of oneDNN and OpenCV on several threads.
TEST(Batcher, GivesTheShippedModelsAnswersUnderLoad) {
    auto model = load_recognizer(std::filesystem::path(testing_support::source_folder()) /
                                 "models/shapes.onnx");
    ASSERT_TRUE(model) << model.error().detail;
    const auto promoted = [&] { return (*model)->clone().value(); };
    Metrics metrics;
    asio::thread_pool pool(2);
    Batcher batcher(promoted(), options_of(2, 32, 512), metrics);
    const auto file = picture(256);
    std::vector<std::future<Result<RecognitionResult>>> answers;
    for (int i = 0; i < 200; ++i)
        answers.push_back(asio::co_spawn(pool, batcher.recognise(file), asio::use_future));
    ASSERT_TRUE(batcher.promote(promoted()));
    const auto expected = answers.front().get();
    ASSERT_TRUE(expected) << expected.error().detail;
    for (std::size_t i = 1; i < answers.size(); ++i) {
        const auto answer = answers[i].get();
        ASSERT_TRUE(answer) << answer.error().detail;
        EXPECT_EQ(answer->prediction.tag, expected->prediction.tag);
        EXPECT_NEAR(answer->prediction.confidence, expected->prediction.confidence, 0.01F);
    }
    pool.join();
}

}  // namespace
}  // namespace croquis::recognition
