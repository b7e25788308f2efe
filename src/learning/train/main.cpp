#include <fmt/format.h>
#include <sodium.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>

#include "core/bytes.h"
#include "drawing/decode.h"
#include "learning/dataset.h"
#include "learning/sketcher.h"
#include "learning/split.h"
#include "learning/train/calibration.h"
#include "learning/train/card.h"
#include "learning/train/network.h"
#include "learning/train/onnx_export.h"
#include "learning/train/samples.h"
#include "learning/train/training.h"

namespace {

using namespace croquis;
using namespace croquis::learning;
namespace fs = std::filesystem;

struct Arguments {
    TrainingOptions training;
    int threads = 2;
    bool quick = false;
    bool resume = false;
    bool keep_checkpoints = false;
    fs::path out = "models";
    fs::path people = fs::path(CROQUIS_SOURCE_DIR) / "models" / "calibration.ndjson";
    float people_share = 0.35F;
    std::size_t judges = 3;
    fs::path validate;
    fs::path preview;
    fs::path checkpoint = "croquis-train.checkpoint";
};

constexpr std::uint64_t held_out_seed = 0x4d595df4d0f33173ULL;  // far from any seed a person types

int report(const Error& error) {
    std::cerr << "croquis-train: error: " << error.detail << '\n';
    return 1;
}

/// A sheet of sketches, a row a label, to be looked at.
Result<void> write_preview(const fs::path& file, std::uint64_t seed) {
    constexpr int columns = 20;
    constexpr int cell = 64;
    const auto& labels = shape_labels();
    const int rows = static_cast<int>(labels.size());
    drawing::Image sheet{
        columns * cell, rows * cell, 1,
        std::vector<std::uint8_t>(static_cast<std::size_t>(columns * cell * rows * cell), 255)};
    cv::Mat canvas(sheet.height, sheet.width, CV_8UC1, sheet.pixels.data());
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column) {
            Random random(seed * 1000003 + static_cast<std::uint64_t>(row * columns + column));
            const auto input = drawing::normalise(
                picture(sketch(labels[static_cast<std::size_t>(row)], random), random));
            if (!input) continue;
            cv::Mat seen(drawing::model_side, drawing::model_side, CV_8UC1);
            std::copy(input->begin(), input->end(), seen.data);
            cv::resize(255 - seen, canvas(cv::Rect(column * cell, row * cell, cell - 2, cell - 2)),
                       {cell - 2, cell - 2}, 0, 0, cv::INTER_AREA);
        }
    const auto png = drawing::encode_png(sheet);
    if (!png) return png.error();
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(png->data()),
               static_cast<std::streamsize>(png->size()));
    return {};
}

/// The training, in phases: a beginning on sketches alone, and from there several endings, of which
/// the last learns from all of the people's drawings and ships. The others are judges: each leaves
/// some drawings out and says afterwards what it thinks of them, which is how the shipped one's
/// confidence is known.
class Training {
  public:
    Training(const Arguments& arguments, People people)
        : arguments_(arguments), people_(std::move(people)) {}

    Result<void> begin() {
        Network network = fresh();
        const auto trained = train(network, arguments_.training,
                                   {"sketches", 0, fall(), {}, checkpoint("sketches"), {}});
        if (!trained) return trained.error();
        first_loss_ = trained->first_loss;
        return {};
    }

    /// People's drawings, as the judges see them. At least one judge.
    Result<Judged> ask_judges() {
        const auto judges = dealt_out(people_.drawings, arguments_.judges);
        std::vector<Judged> parts;
        for (std::size_t judge = 0; judge < arguments_.judges; ++judge) {
            auto part = ask_judge(judge, judges);
            if (!part) return part.error();
            parts.push_back(std::move(*part));
        }
        return joined(parts);
    }

    Result<TrainingResult> finish(Network& network) {
        auto trained = end(network, "final", people_);
        if (trained) trained->first_loss = first_loss_;
        return trained;
    }

    void remove_checkpoints() const {
        std::vector<std::string> phases{"sketches", "final"};
        for (std::size_t i = 0; i < arguments_.judges; ++i) phases.push_back(judge_name(i));
        for (const auto& phase : phases) fs::remove(checkpoint(phase));
    }

    [[nodiscard]] Network fresh() const {
        torch::manual_seed(arguments_.training.seed);
        return Network(default_stages(), drawing::model_side,
                       static_cast<int>(shape_labels().size()));
    }

  private:
    [[nodiscard]] std::int64_t fall() const { return arguments_.training.fall(); }
    [[nodiscard]] fs::path checkpoint(const std::string& phase) const {
        return arguments_.checkpoint.string() + "." + phase;
    }
    static std::string judge_name(std::size_t judge) { return fmt::format("judge-{}", judge + 1); }

    Result<TrainingResult> end(Network& network, const std::string& name, const People& people) {
        return train(network, arguments_.training,
                     {name, fall(), arguments_.training.steps, checkpoint("sketches"),
                      checkpoint(name), people});
    }

    Result<Judged> ask_judge(std::size_t judge, const std::vector<std::size_t>& judges) {
        People learnt{{}, people_.share};
        std::vector<Example> left_out;
        for (std::size_t i = 0; i < judges.size(); ++i) {
            if (judges[i] != judge) {
                learnt.drawings.push_back(people_.drawings[i]);
                continue;
            }
            auto example = to_example(people_.drawings[i]);
            if (!example) return example.error();
            left_out.push_back(std::move(*example));
        }
        Network network = fresh();
        const auto trained = end(network, judge_name(judge), learnt);
        if (!trained) return trained.error();
        return learning::judge(network, left_out);
    }

    const Arguments& arguments_;
    People people_;
    double first_loss_ = 0;
};

/// What the network's tensors become at most, on sketches: by this an engine rounds them to 8 bits.
std::map<std::string, float> activations_of(Network& network, const Samples& samples) {
    const torch::NoGradGuard no_gradients;
    network->eval();
    std::map<std::string, float> all;
    for (const auto& chunk : samples.images.split(512)) {
        const auto largest = network->largest_activations(chunk.to(torch::kFloat32).div_(255));
        for (std::size_t i = 0; i < largest.size(); ++i)
            all[stage_output(i)] = std::max(all[stage_output(i)], largest[i]);
    }
    return all;
}

Measured measured(const Judged& judged, const Calibration& calibration) {
    const auto outcomes = outcomes_of(judged, calibration);
    return {measure(outcomes, shape_labels()), failures_of(outcomes, judged.inputs, 60)};
}

/// Without people's drawings, sketches that were never trained on must do.
void calibrate(Network& network, const std::optional<Judged>& people, bool quick, Card& card) {
    const auto samples = make_samples(held_out_seed, 0, quick ? 1000 : 8000);
    card.activations = activations_of(network, samples);
    const auto sketches = judge(network, samples);
    const auto careful = judge(network, make_careful_samples(held_out_seed, quick ? 600 : 6000));
    card.calibration = calibrate(people ? *people : sketches, careful, {});
    card.synthetic = measured(sketches, card.calibration);
    card.careful = measured(careful, card.calibration);
    if (people) card.crossed = measured(*people, card.calibration);
}

Result<void> validate(Network& network, const Arguments& arguments, Card& card) {
    if (arguments.validate.empty()) return {};
    DatasetOptions options;
    options.leave_out.insert(card.people_ids.begin(), card.people_ids.end());
    const auto people = load_dataset(arguments.validate, options);
    if (!people) return people.error();
    card.human = measured(judge(network, people->examples), card.calibration);
    card.human_source = fmt::format("{}, those marked recognised, without the {} learnt from",
                                    arguments.validate.filename().string(), people->left_out);
    std::cout << to_text(card.human->report);
    return {};
}

/// Runs the exported model with the engine that serves it and compares the logits, in batches of
/// several sizes.
Result<void> check_export(Network& network, const std::string& onnx) {
    constexpr std::int64_t side = drawing::model_side;
    const torch::NoGradGuard no_gradients;
    auto engine = cv::dnn::readNetFromONNX(onnx.data(), onnx.size());
    for (const std::int64_t count : {1, 7, 32}) {
        auto images = make_samples(held_out_seed, 0, count).images.to(torch::kFloat32).div_(255);
        const std::array<int, 4> shape{static_cast<int>(count), 1, side, side};
        engine.setInput(cv::Mat(4, shape.data(), CV_32F, images.data_ptr<float>()));
        cv::Mat said = engine.forward();
        const auto expected = network->forward(images);
        const auto got = torch::from_blob(said.ptr<float>(), expected.sizes());
        const double off = (expected - got).abs().max().item<double>();
        if (!(off < 1e-2))
            return Error{ErrorKind::internal,
                         fmt::format("The exported model differs from the trained one by {} in a "
                                     "batch of {}.",
                                     off, count)};
    }
    return {};
}

Result<People> people_of(const Arguments& arguments) {
    if (arguments.people.empty() || arguments.judges == 0) return People{};
    auto drawings = load_strokes(arguments.people);
    if (!drawings) return drawings.error();
    return People{std::move(*drawings), arguments.people_share};
}

Result<void> check_learning(const TrainingResult& result) {
    if (result.last_loss <= 0.8 * result.first_loss) return {};
    return Error{ErrorKind::internal, fmt::format("The loss did not fall: {:.3f} to {:.3f}.",
                                                  result.first_loss, result.last_loss)};
}

/// The bias of "unknown" goes into the weights: an engine knows a temperature, but no bias.
std::string exported(Network& network, const Card& card) {
    const torch::NoGradGuard no_gradients;
    network->eval();
    network->dense->bias[static_cast<std::int64_t>(shape_labels().size()) - 1] +=
        card.calibration.unknown_bias;
    return to_onnx(network, card.name);
}

Result<void> run(const Arguments& arguments) {
    at::set_num_threads(arguments.threads);
    auto people = people_of(arguments);
    if (!people) return people.error();
    Card card;
    card.name = "shapes";
    card.training = arguments.training;
    card.people_share = people->share;
    for (const auto& drawn : people->drawings) card.people_ids.push_back(drawn.id);
    if (!people->drawings.empty()) {
        card.people_source = arguments.people.filename().string();
        card.judges = arguments.judges;
    }
    Training training(arguments, std::move(*people));
    if (!arguments.resume) training.remove_checkpoints();
    auto done = training.begin();
    if (!done) return done;
    std::optional<Judged> judged;
    if (card.judges > 0) {
        auto asked = training.ask_judges();
        if (!asked) return asked.error();
        judged = std::move(*asked);
    }
    Network network = training.fresh();
    card.multiply_accumulates = network->multiply_accumulates();
    const auto trained = training.finish(network);
    if (!trained) return trained.error();
    card.result = *trained;
    if (arguments.quick) done = check_learning(card.result);
    if (!done) return done;
    calibrate(network, judged, arguments.quick, card);
    done = validate(network, arguments, card);
    if (!done) return done;
    const std::string onnx = exported(network, card);
    done = check_export(network, onnx);
    if (done) done = write_model(arguments.out, onnx, card);
    if (!done) return done;
    if (!arguments.keep_checkpoints) training.remove_checkpoints();
    std::cout << fmt::format("\nwrote {}\n", (arguments.out / (card.name + ".onnx")).string());
    return {};
}

void define(CLI::App& program, Arguments& arguments) {
    program.add_option("--seed", arguments.training.seed, "Of the sketches and the first weights")
        ->capture_default_str();
    program
        .add_option("--steps", arguments.training.steps,
                    "Batches that the shipped network learns from")
        ->capture_default_str();
    program.add_option("--batch", arguments.training.batch, "Sketches in a batch")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    program
        .add_option("--threads", arguments.threads,
                    "Threads; the result depends on their number in the last digits")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    program.add_option("--out", arguments.out, "Folder for the model and its card")
        ->capture_default_str();
    program.add_flag("--resume", arguments.resume, "Go on from the last checkpoint");
    program
        .add_option("--checkpoint", arguments.checkpoint,
                    "Files that the training saves itself to: this and the name of a phase")
        ->capture_default_str();
    program.add_flag("--keep-checkpoints", arguments.keep_checkpoints,
                     "Leave the checkpoints when done");
    program
        .add_option("--people", arguments.people,
                    "People's drawings to learn from and to calibrate on; empty: none")
        ->capture_default_str();
    program
        .add_option("--people-share", arguments.people_share,
                    "Part of the samples that they make up while the learning rate falls")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 1.0));
    program
        .add_option("--judges", arguments.judges,
                    "Networks that each leave some of them out and judge these; 0: learn from none")
        ->capture_default_str()
        ->check(CLI::Range(0, 20));
    program.add_option("--validate", arguments.validate,
                       "Other drawings of people, to measure on and state in the card");
    program.add_flag("--quick", arguments.quick, "A tiny training that checks the machinery");
    program.add_option("--preview", arguments.preview,
                       "Write a sheet of sketches as PNG, and train nothing");
}

}  // namespace

int main(int argc, char** argv) {
    if (sodium_init() < 0) return 1;
    Arguments arguments;
    arguments.training.steps = 7000;
    CLI::App program("Trains the model that Croquis ships, on sketches that it makes itself.",
                     "croquis-train");
    program.set_version_flag("--version", std::string("croquis-train ") + CROQUIS_VERSION);
    define(program, arguments);
    CLI11_PARSE(program, argc, argv);
    if (arguments.quick && program.count("--steps") == 0) arguments.training.steps = 120;
    try {
        fs::create_directories(arguments.out);
        const auto done = arguments.preview.empty()
                              ? run(arguments)
                              : write_preview(arguments.preview, arguments.training.seed);
        return done ? 0 : report(done.error());
    } catch (const std::exception& thrown) {
        return report({ErrorKind::internal, thrown.what()});
    }
}
