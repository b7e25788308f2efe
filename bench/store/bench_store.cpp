// croquis-bench-store: what a store can take and how fast it lists, without the server around it,
// and how many answers people at one queue give, so that a change to the store can be compared with
// one command. Prints JSON.
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <mutex>
#include <numeric>
#include <random>
#include <semaphore>
#include <thread>
#include <vector>

#include "core/metrics.h"
#include "store/store.h"

namespace croquis::store {
namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;

struct Plan {
    std::string url;
    std::size_t submissions = 100'000;
    std::size_t image_bytes = 3000;
    std::size_t embedding = 128;  ///< numbers stored with each submission; 0 for none
    std::size_t in_flight = 512;
    std::size_t lists = 500;
    std::size_t answers = 0;
    std::size_t annotators = 10;
    double keyed = 0;
    int linger_us = 1000;
    StoreOptions options;
};

double seconds(Clock::duration duration) {
    return std::chrono::duration<double>(duration).count();
}

double own_cpu_seconds() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto of = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
    };
    return of(used.ru_utime) + of(used.ru_stime);
}

/// User and system time of one process, 0 where it is not PostgreSQL's.
double postgres_cpu_seconds(const std::filesystem::path& process) {
    std::ifstream file(process / "stat");
    std::string text;
    std::getline(file, text);
    const auto end = text.rfind(')');
    if (end == std::string::npos || text.find("(postgres") == std::string::npos) return 0;
    std::istringstream fields(text.substr(end + 2));
    std::string skipped;
    for (int i = 0; i < 11; ++i) fields >> skipped;
    double user = 0;
    double system = 0;
    fields >> user >> system;
    return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

/// Of all PostgreSQL processes on this machine; 0 where the server is elsewhere.
double server_cpu_seconds() {
    double sum = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc"))
        if (std::isdigit(static_cast<unsigned char>(entry.path().filename().string().front())) != 0)
            sum += postgres_cpu_seconds(entry.path());
    return sum;
}

/// Drawings unlike one another, whose tags and confidences spread as people's do.
class Drawer {
  public:
    Drawer(std::size_t image_bytes, std::size_t embedding)
        : noise_(random_bytes(image_bytes + 4096)), size_(image_bytes), embedding_(embedding) {}

    Submission draw(bool keyed) {
        static constexpr std::array tags{"circle",   "ellipse",  "square",  "rectangle", "triangle",
                                         "diamond",  "pentagon", "hexagon", "octagon",   "star",
                                         "heart",    "arrow",    "cross",   "line",      "zigzag",
                                         "squiggle", "unknown"};
        Submission s;
        s.id = Uuid::v7();
        s.created_at = now();
        const auto from = noise_.begin() + static_cast<std::ptrdiff_t>(random_() % 4096);
        s.image.assign(from, from + static_cast<std::ptrdiff_t>(size_));
        s.media_type = "image/png";
        s.width = 280;
        s.height = 280;
        std::generate(s.sha256.begin(), s.sha256.end(),
                      [&] { return static_cast<std::uint8_t>(random_()); });
        s.source = "page";
        s.prediction.model = "croquis-cnn-2026-11-24";
        s.prediction.tag = tags.at(random_() % tags.size());
        s.prediction.confidence = std::sqrt(std::uniform_real_distribution<float>(0, 1)(random_));
        s.prediction.probabilities.assign(16, s.prediction.confidence / 16);
        if (embedding_ > 0) {
            s.embedding = Embedding{"0123456789abcdef", 0.01F, {}};
            s.embedding->numbers.assign(from, from + static_cast<std::ptrdiff_t>(embedding_));
        }
        if (keyed) s.idempotency_key = to_string(s.id);
        return s;
    }

  private:
    Bytes noise_;
    std::size_t size_;
    std::size_t embedding_;
    std::minstd_rand random_{42};
};

struct Outcome {
    std::atomic<std::size_t> stored{0};
    std::atomic<std::size_t> failed{0};
};

/// Keeps `in_flight` submissions waiting until `count` are answered.
void submit_all(Store& store, const Plan& plan, std::size_t count, Outcome& outcome) {
    Drawer drawer(plan.image_bytes, plan.embedding);
    std::counting_semaphore<> places(static_cast<std::ptrdiff_t>(plan.in_flight));
    std::minstd_rand random{7};
    for (std::size_t i = 0; i < count; ++i) {
        const bool keyed = std::uniform_real_distribution<double>(0, 1)(random) < plan.keyed;
        auto submission = drawer.draw(keyed);
        places.acquire();
        store.submit(std::move(submission), [&](const Result<SubmitResult>& answer) {
            ++(answer ? outcome.stored : outcome.failed);
            places.release();
        });
    }
    for (std::size_t i = 0; i < plan.in_flight; ++i) places.acquire();
}

/// The value of one line of the metrics.
double metric(const Metrics& metrics, const std::string& name) {
    const auto text = metrics.text();
    const auto at = text.find("\n" + name + " ");
    return at == std::string::npos ? 0 : std::stod(text.substr(at + name.size() + 2));
}

json::object measure_submissions(Store& store, const Metrics& metrics, const Plan& plan) {
    Outcome outcome;
    const auto start = Clock::now();
    const double own = own_cpu_seconds();
    const double server = server_cpu_seconds();
    submit_all(store, plan, plan.submissions, outcome);
    const double took = seconds(Clock::now() - start);
    const auto count = static_cast<double>(plan.submissions);
    return {{"stored", outcome.stored.load()},
            {"failed", outcome.failed.load()},
            {"submissions_per_s", count / took},
            {"mean_batch", metric(metrics, "croquis_store_batch_size_sum") /
                               metric(metrics, "croquis_store_batch_size_count")},
            {"own_cpu_us_per_submission", (own_cpu_seconds() - own) / count * 1e6},
            {"postgres_cpu_us_per_submission", (server_cpu_seconds() - server) / count * 1e6}};
}

double median(std::vector<double> values) {
    std::nth_element(values.begin(),
                     values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

json::object measure_list(Store& store, const Query& query, std::size_t times) {
    std::vector<double> took;
    const double own = own_cpu_seconds();
    const double server = server_cpu_seconds();
    std::size_t drawings = 0;
    for (std::size_t i = 0; i < times; ++i) {
        const auto start = Clock::now();
        const auto page = store.list(query);
        took.push_back(seconds(Clock::now() - start) * 1e6);
        drawings = page.value().drawings.size();
    }
    const auto count = static_cast<double>(times);
    return {{"drawings", drawings},
            {"median_us", median(took)},
            {"own_cpu_us", (own_cpu_seconds() - own) / count * 1e6},
            {"postgres_cpu_us", (server_cpu_seconds() - server) / count * 1e6}};
}

json::object measure_lists(Store& store, const Plan& plan) {
    Query newest;
    Query by_tag;
    by_tag.tag = "star";
    Query uncertain;
    uncertain.order = Order::most_telling_first;
    Query queue = uncertain;
    queue.reviewed = false;
    Query deep;
    deep.order = Order::oldest_first;
    const auto start = Clock::now();
    const auto counts = store.tag_counts();
    const double count_us = seconds(Clock::now() - start) * 1e6;
    std::int64_t drawings = 0;
    for (const auto& each : counts.value()) drawings += each.drawings;
    return {{"drawings", drawings},
            {"tag_counts_us", count_us},
            {"newest", measure_list(store, newest, plan.lists)},
            {"one_tag", measure_list(store, by_tag, plan.lists)},
            {"least_confident", measure_list(store, uncertain, plan.lists)},
            {"review_queue", measure_list(store, queue, plan.lists)},
            {"oldest", measure_list(store, deep, plan.lists)}};
}

/// What people at one queue did between them.
struct Answers {
    std::atomic<std::size_t> given{0};
    std::atomic<std::size_t> met{0};  ///< somebody else had answered the drawing meanwhile
    std::mutex mutex;
    std::vector<double> claims_us;
};

/// One person, who claims four drawings at a time and accepts each, until all of them have given so
/// many answers, or nothing waits.
void annotate(Store& store, std::size_t answers, Answers& all) {
    const Author by{Uuid::v7(), "annotator"};
    ClaimRequest request;
    request.holder = Uuid::v7();
    request.account = *by.id;
    request.limit = 4;
    while (all.given < answers) {
        request.at = now();
        request.until = request.at + std::chrono::seconds(120);
        const auto start = Clock::now();
        const auto claimed = store.claim(request).value();
        {
            const std::lock_guard lock(all.mutex);
            all.claims_us.push_back(seconds(Clock::now() - start) * 1e6);
        }
        if (claimed.empty()) return;
        for (const auto& each : claimed) {
            const auto& drawing = each.drawing;
            const auto changed = store.change_tag(
                {drawing.id, std::nullopt, by, now(), "", VersionCondition(drawing.version)});
            ++(changed ? all.given : all.met);
        }
    }
}

json::object measure_queue(Store& store, const Plan& plan) {
    Answers all;
    std::vector<std::thread> people;
    const auto start = Clock::now();
    for (std::size_t i = 0; i < plan.annotators; ++i)
        people.emplace_back([&] { annotate(store, plan.answers, all); });
    for (auto& person : people) person.join();
    const double took = seconds(Clock::now() - start);
    return {
        {"annotators", plan.annotators},  {"answers", all.given.load()},
        {"met", all.met.load()},          {"answers_per_s", static_cast<double>(all.given) / took},
        {"claims", all.claims_us.size()}, {"claim_median_us", median(all.claims_us)}};
}

int run(const Plan& plan) {
    Metrics metrics;
    auto store = open_store(plan.url, plan.options, metrics).value();
    store->migrate().value();
    json::object report{{"in_flight", plan.in_flight},
                        {"image_bytes", plan.image_bytes},
                        {"embedding", plan.embedding}};
    if (plan.submissions > 0) report["submissions"] = measure_submissions(*store, metrics, plan);
    if (plan.lists > 0) report["lists"] = measure_lists(*store, plan);
    if (plan.answers > 0) report["queue"] = measure_queue(*store, plan);
    std::cout << json::serialize(report) << '\n';
    return 0;
}

}  // namespace
}  // namespace croquis::store

int main(int argc, char** argv) {
    croquis::store::Plan plan;
    CLI::App program("Submits drawings to a store and lists them; prints JSON");
    program.add_option("url", plan.url, "sqlite:PATH or postgresql://…")->required();
    program.add_option("--submissions", plan.submissions, "Drawings to store")
        ->capture_default_str();
    program.add_option("--image-bytes", plan.image_bytes, "Bytes of each image")
        ->capture_default_str();
    program.add_option("--embedding", plan.embedding, "Numbers of each embedding; 0 for none")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
    program.add_option("--in-flight", plan.in_flight, "Submissions waiting at any time")
        ->capture_default_str();
    program.add_option("--keyed", plan.keyed, "Share with an idempotency key, 0 to 1")
        ->capture_default_str();
    program.add_option("--lists", plan.lists, "Pages to read of each kind")->capture_default_str();
    program.add_option("--answers", plan.answers, "Answers of annotators at the queue")
        ->capture_default_str();
    program.add_option("--annotators", plan.annotators, "People at one queue")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    program.add_option("--writers", plan.options.writers, "PostgreSQL: writing connections")
        ->capture_default_str();
    program.add_option("--max-batch", plan.options.max_batch, "Submissions in one commit")
        ->capture_default_str();
    program.add_option("--linger-us", plan.linger_us, "See StoreOptions::linger")
        ->capture_default_str();
    CLI11_PARSE(program, argc, argv);
    plan.options.linger = std::chrono::microseconds(plan.linger_us);
    plan.options.queue_capacity = plan.in_flight + 1;
    try {
        return croquis::store::run(plan);
    } catch (const std::exception& failed) {
        std::cerr << failed.what() << '\n';
        return 1;
    }
}
