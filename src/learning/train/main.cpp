#include <fmt/format.h>
#include <sodium.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>

#include "core/bytes.h"
#include "drawing/decode.h"
#include "learning/dataset.h"
#include "learning/sketcher.h"
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
    fs::path out = "models";
    fs::path calibration = fs::path(CROQUIS_SOURCE_DIR) / "models" / "calibration.ndjson";
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

Measured measured(const Judged& judged, const Card& card) {
    const auto outcomes = outcomes_of(judged, card.temperature, card.unknown_below);
    return {measure(outcomes, shape_labels()), failures_of(outcomes, judged.inputs, 60)};
}

/// People's drawings for the calibration: those named in the repository, else sketches never
/// trained on.
Result<void> calibrate(Network& network, const Arguments& arguments, Card& card) {
    const Judged held_out = judge_synthetic(network, held_out_seed, arguments.quick ? 1000 : 8000);
    const Judged* judged = &held_out;
    Judged people;
    card.calibrated_on = "held-out synthetic sketches";
    if (!arguments.quick && fs::exists(arguments.calibration)) {
        const auto drawings = load_dataset(arguments.calibration, {});
        if (!drawings) return drawings.error();
        people = judge(network, drawings->examples);
        card.calibrated_on = fmt::format("{} drawings of people, {}", drawings->examples.size(),
                                         arguments.calibration.filename().string());
        card.calibration_ids = people.ids;
        judged = &people;
    }
    card.temperature = fit_temperature(*judged);
    card.unknown_below = fit_unknown_below(*judged, card.temperature, {});
    card.synthetic = measured(held_out, card);
    return {};
}

Result<void> validate(Network& network, const Arguments& arguments, Card& card) {
    if (arguments.validate.empty()) return {};
    DatasetOptions options;
    options.leave_out.insert(card.calibration_ids.begin(), card.calibration_ids.end());
    const auto people = load_dataset(arguments.validate, options);
    if (!people) return people.error();
    card.human = measured(judge(network, people->examples), card);
    card.human_source = fmt::format("{}, those marked recognised, without the {} used to calibrate",
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

Result<void> run(const Arguments& arguments) {
    at::set_num_threads(arguments.threads);
    torch::manual_seed(arguments.training.seed);
    Network network(default_stages(), drawing::model_side, static_cast<int>(shape_labels().size()));
    Card card;
    card.name = "shapes";
    card.training = arguments.training;
    card.multiply_accumulates = network->multiply_accumulates();
    const auto trained = train(network, arguments.training);
    if (!trained) return trained.error();
    card.result = *trained;
    if (arguments.quick && card.result.last_loss > 0.8 * card.result.first_loss)
        return Error{ErrorKind::internal,
                     fmt::format("The loss did not fall: {:.3f} to {:.3f}.", card.result.first_loss,
                                 card.result.last_loss)};
    auto done = calibrate(network, arguments, card);
    if (done) done = validate(network, arguments, card);
    if (!done) return done;
    network->eval();
    const std::string onnx = to_onnx(network, card.name);
    done = check_export(network, onnx);
    if (done) done = write_model(arguments.out, onnx, card);
    if (done)
        std::cout << fmt::format("\nwrote {}\n", (arguments.out / (card.name + ".onnx")).string());
    return done;
}

void define(CLI::App& program, Arguments& arguments) {
    program.add_option("--seed", arguments.training.seed, "Of the sketches and the first weights")
        ->capture_default_str();
    program.add_option("--steps", arguments.training.steps, "Batches to train on")
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
        .add_option("--checkpoint", arguments.checkpoint, "File that the training saves itself to")
        ->capture_default_str();
    program.add_option("--calibrate", arguments.calibration, "Drawings of people to calibrate on")
        ->capture_default_str();
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
    arguments.training.steps = 6000;
    CLI::App program("Trains the model that Croquis ships, on sketches that it makes itself.",
                     "croquis-train");
    program.set_version_flag("--version", std::string("croquis-train ") + CROQUIS_VERSION);
    define(program, arguments);
    CLI11_PARSE(program, argc, argv);
    if (arguments.quick && program.count("--steps") == 0) arguments.training.steps = 120;
    try {
        fs::create_directories(arguments.out);
        arguments.training.checkpoint = arguments.quick ? fs::path() : arguments.checkpoint;
        if (!arguments.resume && !arguments.training.checkpoint.empty())
            fs::remove(arguments.training.checkpoint);
        const auto done = arguments.preview.empty()
                              ? run(arguments)
                              : write_preview(arguments.preview, arguments.training.seed);
        if (done && arguments.preview.empty() && !arguments.quick) fs::remove(arguments.checkpoint);
        return done ? 0 : report(done.error());
    } catch (const std::exception& thrown) {
        return report({ErrorKind::internal, thrown.what()});
    }
}
