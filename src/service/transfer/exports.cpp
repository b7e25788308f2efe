#include "service/transfer/exports.h"

#include <utility>

#include "core/this_thread.h"

namespace croquis::service {
namespace {

/// Bytes gathered until they are taken.
class Buffer final : public dataset::ZipWriter::Sink {
  public:
    Result<void> write(BytesView bytes) override {
        bytes_ += as_text(bytes);
        return {};
    }
    std::string take() { return std::exchange(bytes_, {}); }
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }

  private:
    std::string bytes_;
};

/// One of so many that may run.
class Turn {
  public:
    explicit Turn(std::shared_ptr<std::atomic<std::size_t>> running)
        : running_(std::move(running)) {}
    ~Turn() {
        if (running_) running_->fetch_sub(1);
    }
    Turn(Turn&&) noexcept = default;
    Turn& operator=(Turn&&) = delete;
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

  private:
    std::shared_ptr<std::atomic<std::size_t>> running_;
};

/// What of it blocks.
class StoreExport {
  public:
    StoreExport(Turn turn, std::unique_ptr<store::Transfer> transfer)
        : turn_(std::move(turn)), transfer_(std::move(transfer)) {}

    Result<void> begin(store::Store& store, const ExportOptions& options) {
        auto exporter = Exporter::make(store, *transfer_, buffer_, options);
        if (!exporter) return exporter.error();
        exporter_ = std::move(*exporter);
        return {};
    }

    Result<std::string> next() {
        constexpr std::size_t enough = std::size_t{64} * 1024;
        while (buffer_.size() < enough) {
            const auto more = exporter_->step();
            if (!more) return more.error();
            if (!*more) break;
        }
        return buffer_.take();
    }

  private:
    Turn turn_;
    std::unique_ptr<store::Transfer> transfer_;
    Buffer buffer_;
    std::unique_ptr<Exporter> exporter_;
};

/// Who takes it may go while a part is made: the part's job then keeps it until it is done.
class PooledExport final : public RunningExport {
  public:
    PooledExport(WorkerPool& worker, std::shared_ptr<StoreExport> running)
        : worker_(worker), running_(std::move(running)) {}

    boost::asio::awaitable<Result<std::string>> next() override {
        const auto job = [running = running_] { return running->next(); };
        co_return co_await worker_.run(job);
    }

  private:
    WorkerPool& worker_;
    std::shared_ptr<StoreExport> running_;
};

void start_export_thread() {
    name_this_thread("exports");
    give_way_to_other_threads();
}

}  // namespace

Exports::Exports(store::Store& store, std::string url)
    : store_(store),
      url_(std::move(url)),
      running_(std::make_shared<std::atomic<std::size_t>>(0)),
      worker_(1, 4 * at_once, start_export_thread) {}

boost::asio::awaitable<Result<std::shared_ptr<RunningExport>>> Exports::begin(
    ExportOptions options) {
    const auto job = [this, &options] { return open(options); };
    co_return co_await worker_.run(job);
}

Result<std::shared_ptr<RunningExport>> Exports::open(const ExportOptions& options) {
    const bool too_many = running_->fetch_add(1) >= at_once;
    Turn turn(running_);
    if (too_many)
        return Error{
            ErrorKind::unavailable, "As many exports are running as may; try again later.", {}, 10};
    auto transfer = store::open_transfer(url_);
    if (!transfer) return transfer.error();
    auto running = std::make_shared<StoreExport>(std::move(turn), std::move(*transfer));
    if (const auto begun = running->begin(store_, options); !begun) return begun.error();
    return std::shared_ptr<RunningExport>(
        std::make_shared<PooledExport>(worker_, std::move(running)));
}

}  // namespace croquis::service
