#include <fmt/format.h>
#include <sodium.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <map>
#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>

#include "core/bytes.h"
#include "core/files.h"
#include "drawing/decode.h"
#include "learning/dataset/people.h"
#include "learning/synthesis/sketcher.h"
#include "learning/training/calibration.h"
#include "learning/training/card.h"
#include "learning/training/card_files.h"
#include "learning/training/compare.h"
#include "learning/training/finished.h"
#include "learning/training/left_out.h"
#include "learning/training/measuring.h"
#include "learning/training/network.h"
#include "learning/training/onnx_export.h"
#include "learning/training/samples.h"
#include "learning/training/training.h"
#include "learning/training/warm_start.h"
#include "learning/training/whitening.h"
#include "recognition/limits.h"

namespace {

using namespace croquis;
using namespace croquis::learning;
namespace fs = std::filesystem;

struct Arguments {
    TrainingOptions training;
    int threads = 2;
    bool quick = false;
    bool resume = false;
    bool keep_checkpoint = false;
    bool measure_again = false;
    bool whiten_again = false;
    fs::path out = "models";
    fs::path people;
    fs::path begin_with;
    fs::path preview;
    fs::path compare;
    std::string leave_out;
    std::string device = "cpu";
    fs::path checkpoint = "croquis-train.checkpoint";
};

int report(const Error& error) {
    std::cerr << "croquis-train: error: " << error.detail << '\n';
    return 1;
}

Result<void> write_png(const fs::path& file, const drawing::Image& sheet) {
    const auto png = drawing::encode_png(sheet);
    if (!png) return png.error();
    std::ofstream out(file, std::ios::binary);
    out.write(reinterpret_cast<const char*>(png->data()),
              static_cast<std::streamsize>(png->size()));
    out.close();
    if (!out) return Error{ErrorKind::internal, "Cannot write " + file.string() + "."};
    return {};
}

/// A sheet of samples as the network sees them, to be looked at: a row of sketches for each label,
/// then people's drawings.
Result<void> write_preview(const fs::path& file, std::uint64_t seed, const Corpus& corpus) {
    constexpr int columns = 20;
    constexpr int cell = 64;
    constexpr int side = drawing::model_side;
    const auto& labels = shape_labels();
    const int rows = static_cast<int>(labels.size()) + (corpus.drawings() > 0 ? 20 : 0);
    drawing::Image sheet{
        columns * cell, rows * cell, 1,
        std::vector<std::uint8_t>(static_cast<std::size_t>(columns * cell * rows * cell), 255)};
    cv::Mat canvas(sheet.height, sheet.width, CV_8UC1, sheet.pixels.data());
    const auto show = [&](int row, int column, const std::uint8_t* input) {
        cv::Mat seen(side, side, CV_8UC1);
        std::copy_n(input, side * side, seen.data);
        cv::resize(255 - seen, canvas(cv::Rect(column * cell, row * cell, cell - 2, cell - 2)),
                   {cell - 2, cell - 2}, 0, 0, cv::INTER_AREA);
    };
    for (int row = 0; row < static_cast<int>(labels.size()); ++row)
        for (int column = 0; column < columns; ++column) {
            Random random(seed * 1000003 + static_cast<std::uint64_t>(row * columns + column));
            const auto input = drawing::normalise(
                picture(sketch(labels[static_cast<std::size_t>(row)], random), random));
            if (input) show(row, column, input->data());
        }
    const auto first = static_cast<int>(labels.size());
    const auto count = static_cast<std::size_t>((rows - first) * columns);
    const auto samples = corpus.make(seed, 0, count);
    for (int i = 0; i < (rows - first) * columns; ++i)
        show(first + i / columns, i % columns, samples.images[static_cast<std::size_t>(i)].data());
    return write_png(file, sheet);
}

/// What the network's tensors become at most: by this an engine rounds them to 8 bits.
std::map<std::string, float> activations_of(Network& network, const Samples& samples) {
    const torch::NoGradGuard no_gradients;
    network->eval();
    std::map<std::string, float> all;
    for (const auto& chunk : to_images(samples.images).split(512)) {
        const auto largest = network->largest_activations(chunk);
        for (std::size_t i = 0; i < largest.size(); ++i)
            all[stage_output(i)] = std::max(all[stage_output(i)], largest[i]);
    }
    all[pool_output] = all[stage_output(network->layout().stages.size() - 1)];
    return all;
}

/// Runs the exported model with the reference engine and compares both outputs, in batches of
/// several sizes.
Result<void> check_export(Network& network, const std::string& onnx) {
    constexpr std::int64_t side = drawing::model_side;
    const torch::NoGradGuard no_gradients;
    auto engine = cv::dnn::readNetFromONNX(onnx.data(), onnx.size());
    for (const std::int64_t count : {1, 7, 32}) {
        auto images =
            to_images(make_sketches(held_out_seed, static_cast<std::size_t>(count)).images);
        const std::array<int, 4> shape{static_cast<int>(count), 1, side, side};
        engine.setInput(cv::Mat(4, shape.data(), CV_32F, images.data_ptr<float>()));
        const auto expected = network->forward(images);
        std::vector<cv::Mat> outputs;
        engine.forward(outputs, std::vector<cv::String>{"logits", "embedding"});
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            const auto& wanted = i == 0 ? expected.logits : expected.embedding;
            const auto got = torch::from_blob(outputs[i].ptr<float>(), wanted.sizes());
            const double off = (wanted - got).abs().max().item<double>();
            if (!(off < 1e-2))
                return Error{ErrorKind::internal,
                             fmt::format("The exported model differs from the trained one by {} in "
                                         "a batch of {}.",
                                         off, count)};
        }
    }
    return {};
}

Result<void> check_learning(const TrainingResult& result) {
    if (result.last_loss <= 0.8 * result.first_loss) return {};
    return Error{ErrorKind::internal, fmt::format("The loss did not fall: {:.3f} to {:.3f}.",
                                                  result.first_loss, result.last_loss)};
}

/// The bias of "unknown" goes into the weights: an engine knows a temperature, but no bias.
std::string exported(Network& network, const ModelCard& card) {
    const torch::NoGradGuard no_gradients;
    network->eval();
    network->dense->bias[static_cast<std::int64_t>(shape_labels().size()) - 1] +=
        card.calibration.unknown_bias;
    return to_onnx(network, card.name);
}

/// Says what was found, and what it costs where nothing is.
void describe(const People& people, const Corpus& corpus) {
    if (people.drawings.empty()) {
        std::cout
            << "No drawings by people (--people DIR): training on sketches alone. Such a model "
               "knows people's shapes less\nwell, takes many objects and letters for shapes, "
               "and its embedding tells hardly anything but the shapes apart.\n";
        return;
    }
    for (const auto& file : people.files)
        if (file.drawings > 0 && !file.name.starts_with("quickdraw/"))
            std::cout << fmt::format("{:<36} {:>6} drawings\n", file.name, file.drawings);
    std::cout << fmt::format(
        "{} drawings by people in {} files; {} to learn from, in {} categories; {} categories kept "
        "unseen\n",
        people.drawings.size(), people.files.size(), corpus.drawings(), corpus.categories().size(),
        people.unseen.size());
}

/// Each left-out source, by a network that never met it, with the calibration of the others.
Result<void> measure_left_out(Network& network, const People& people, const Making& made,
                              const Arguments& arguments) {
    const auto careful = judged_careful(network, arguments.quick);
    const auto judged = judged_people(network, people);
    const auto left_out = [&](const std::string& source) {
        return origin_of(source) == origin_of(arguments.leave_out);
    };
    std::vector<std::string> without;
    for (const auto& source : judged)
        if (left_out(source.first)) without.push_back(source.first);
    std::vector<const Judged*> others{&careful};
    for (const auto& [source, part] : judged)
        if (!left_out(source)) others.push_back(&part);
    const auto calibration = calibrate(others, unknown_below);
    for (const auto& [source, part] : judged) {
        if (!left_out(source)) continue;
        const LeftOut measured{source, without, made,
                               measure(outcomes_of(part, calibration), shape_labels())};
        std::cout << source << ", never met\n" << to_text(measured.report) << '\n';
        const auto written = write_left_out(arguments.out, measured);
        if (!written) return written.error();
    }
    return {};
}

Network fresh(const Arguments& arguments, const Corpus& corpus) {
    torch::manual_seed(arguments.training.seed);
    Layout layout;
    layout.side = drawing::model_side;
    layout.classes = static_cast<int>(shape_labels().size());
    layout.categories = static_cast<int>(corpus.categories().size());
    return Network(layout);
}

/// What is known of the training before it begins.
Result<Making> making_of(const Arguments& arguments, const People& people) {
    Making made;
    made.training = arguments.training;
    made.threads = arguments.threads;
    made.files = people.files;
    made.resumed = arguments.resume && fs::exists(arguments.checkpoint);
    if (arguments.begin_with.empty()) return made;
    const auto former = read_file(arguments.begin_with, recognition::max_file_bytes, "begin-with");
    if (!former) return former.error();
    made.begun_with = to_hex(sha256(as_bytes(*former)));
    return made;
}

/// The network, and what it was trained with; a checkpoint that is not to be gone on from is
/// removed.
Result<Making> trained(Network& network, const Arguments& arguments, const People& people,
                       const Corpus& corpus) {
    if (!arguments.resume) fs::remove(arguments.checkpoint);
    auto made = making_of(arguments, people);
    if (!made) return made.error();
    if (!arguments.begin_with.empty() && !fs::exists(arguments.checkpoint)) {
        const auto begun =
            begin_with(network, arguments.begin_with, corpus.make(held_out_seed, 0, 2048));
        if (!begun) return begun.error();
    }
    const auto result = train(network, arguments.training, corpus, arguments.checkpoint);
    if (!result) return result.error();
    made->result = *result;
    return made;
}

constexpr const char* model_name = "shapes";

/// Measures a model that was trained before.
void measure_finished(Finished& model, const Arguments& arguments, const People& people) {
    measure(judge_all(model.network, people, arguments.quick), people, model.card);
    model.card.measured = program_now();
}

/// Measures the model that is there, and writes its card anew.
Result<void> measure_again(const Arguments& arguments, const People& people) {
    auto model = read_finished(arguments.out, model_name, people);
    if (!model) return model.error();
    measure_finished(*model, arguments, people);
    auto done = write_measured(arguments.out, model->card, model->sha256, model->training);
    if (done)
        std::cout << fmt::format("\nwrote {}\n",
                                 (arguments.out / model_name).string() + ".{json,md}");
    return done;
}

/// Whitens the embedding, and notes it.
void whiten_embedding(Network& network, const Corpus& corpus, bool quick, Making& made) {
    made.whitened_by = quick ? 2'048 : 65'536;
    whiten(network, corpus, made.whitened_by);
}

/// Whitens the embedding of a model that was trained before that was a part of training, measures
/// the model and writes it with its card anew.
Result<void> whiten_again(const Arguments& arguments, const People& people, const Corpus& corpus) {
    auto model = read_finished(arguments.out, model_name, people);
    if (!model) return model.error();
    auto& training = model->training;
    if (training.contains("whitened_by"))
        return Error{ErrorKind::conflict, "Its embedding is whitened already.", "whiten-again"};
    auto& card = model->card;
    whiten_embedding(model->network, corpus, arguments.quick, card.made);
    training["whitened_by"] = card.made.whitened_by;
    measure_finished(*model, arguments, people);
    const auto onnx = exported(model->network, card);
    auto done = check_export(model->network, onnx);
    if (done) done = write_file(arguments.out / (std::string(model_name) + ".onnx"), onnx);
    if (done) done = write_measured(arguments.out, card, to_hex(sha256(as_bytes(onnx))), training);
    return done;
}

/// Trains, measures and writes the model, or what a left-out source shows.
Result<void> make_model(const Arguments& arguments, const People& people, const Corpus& corpus) {
    Network network = fresh(arguments, corpus);
    ModelCard card;
    card.name = model_name;
    card.multiply_accumulates = network->multiply_accumulates();
    card.categories = corpus.categories().size();
    note_people(people, card);
    auto made = trained(network, arguments, people, corpus);
    if (!made) return made.error();
    if (!arguments.leave_out.empty()) return measure_left_out(network, people, *made, arguments);
    card.made = std::move(*made);
    auto done = arguments.quick ? check_learning(card.made.result) : Result<void>();
    if (!done) return done;
    network->eval();
    whiten_embedding(network, corpus, arguments.quick, card.made);
    card.activations =
        activations_of(network, corpus.make(held_out_seed, 0, arguments.quick ? 1000 : 8000));
    const auto judgement = judge_all(network, people, arguments.quick);
    card.calibration = calibrate(judgement);
    card.without = calibrate_without(judgement);
    measure(judgement, people, card);
    const std::string onnx = exported(network, card);
    done = check_export(network, onnx);
    if (done) done = write_model(arguments.out, onnx, card);
    if (!done) return done;
    if (!arguments.keep_checkpoint) fs::remove(arguments.checkpoint);
    std::cout << fmt::format("\nwrote {}\n", (arguments.out / (card.name + ".onnx")).string());
    return {};
}

Result<void> check(const Arguments& arguments) {
    if (arguments.training.device.is_cuda() && !torch::cuda::is_available())
        return Error{ErrorKind::invalid,
                     "There is no CUDA device that this LibTorch can use; --device cpu works "
                     "anywhere.",
                     "device"};
    if (!arguments.leave_out.empty() && !arguments.begin_with.empty())
        return Error{ErrorKind::invalid,
                     "A network that begins with an earlier model may have met what is left out.",
                     "leave-out"};
    return {};
}

Result<void> run(const Arguments& arguments) {
    at::set_num_threads(arguments.threads);
    if (auto right = check(arguments); !right) return right;
    People people;
    if (!arguments.people.empty()) {
        auto read = read_people(arguments.people);
        if (!read) return read.error();
        people = std::move(*read);
    }
    if (!arguments.leave_out.empty() && leave_out(people, arguments.leave_out) == 0)
        return Error{ErrorKind::invalid, "There is no source " + arguments.leave_out + ".",
                     "leave-out"};
    if (arguments.measure_again) return measure_again(arguments, people);
    const Corpus corpus(people);
    if (arguments.whiten_again) return whiten_again(arguments, people, corpus);
    describe(people, corpus);
    if (!arguments.preview.empty())
        return write_preview(arguments.preview, arguments.training.seed, corpus);
    if (!arguments.compare.empty()) {
        const auto text = compared(arguments.compare, people);
        if (!text) return text.error();
        std::cout << *text;
        return {};
    }
    return make_model(arguments, people, corpus);
}

void define(CLI::App& program, Arguments& arguments) {
    program.add_option("--seed", arguments.training.seed, "Of the samples and the first weights")
        ->capture_default_str();
    program.add_option("--steps", arguments.training.steps, "Batches to learn from")
        ->capture_default_str();
    program.add_option("--batch", arguments.training.batch, "Samples in a batch: an even number")
        ->capture_default_str()
        ->check(CLI::PositiveNumber & CLI::Validator(
                                          [](const std::string& text) {
                                              return text.find_first_of("02468", text.size() - 1) ==
                                                             std::string::npos
                                                         ? std::string("must be even")
                                                         : std::string();
                                          },
                                          "EVEN"));
    program
        .add_option("--threads", arguments.threads,
                    "Threads; the result depends on their number in the last digits")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    program
        .add_option("--loaders", arguments.training.loaders,
                    "Threads that make samples ahead of the network; the result does not depend on "
                    "their number")
        ->capture_default_str()
        ->check(CLI::Range(1, 256));
    program
        .add_option("--device", arguments.device,
                    "Where the network learns; cuda needs a LibTorch that was built with it, and "
                    "its sums differ in the last digits")
        ->capture_default_str()
        ->check(CLI::IsMember({"cpu", "cuda"}));
    program.add_option("--out", arguments.out, "Folder for the model and its card")
        ->capture_default_str();
    program.add_flag("--resume", arguments.resume, "Go on from the checkpoint");
    program
        .add_option("--checkpoint", arguments.checkpoint, "File that the training saves itself to")
        ->capture_default_str();
    program.add_flag("--keep-checkpoint", arguments.keep_checkpoint,
                     "Leave the checkpoint when done");
    program.add_option("--people", arguments.people,
                       "Folder of people's drawings to learn from and to judge by (docs/data.md); "
                       "without it, sketches alone");
    program.add_option("--begin-with", arguments.begin_with,
                       "An earlier model (.onnx) of this program whose convolutions the training "
                       "begins with; without it, random ones");
    program.add_option("--leave-out", arguments.leave_out,
                       "Train without this source and those that hold the same drawings (all of "
                       "quickdraw's forms are one), and measure on all of them: "
                       "OUT/left-out/SOURCE.json for each, which the next card takes up");
    program
        .add_flag(
            "--measure-again", arguments.measure_again,
            "Measure the model in OUT once more and write its card and pictures anew: for when "
            "the measures change; the network and its calibration stay. --people must be what "
            "it learnt from")
        ->excludes("--resume", "--leave-out", "--begin-with");
    program
        .add_flag("--whiten-again", arguments.whiten_again,
                  "Whiten the embedding of the model in OUT, which an earlier croquis-train made, "
                  "as training now ends with; its answers stay. --people must be what it learnt "
                  "from")
        ->excludes("--resume", "--leave-out", "--begin-with", "--measure-again");
    program.add_flag("--quick", arguments.quick, "A tiny training that checks the machinery");
    program.add_option("--preview", arguments.preview,
                       "Write a sheet of samples as PNG, and train nothing");
    program.add_option("--compare", arguments.compare,
                       "Measure a finished model (.onnx, its card beside it) on the drawings by "
                       "people that only judge, and train nothing");
}

}  // namespace

int main(int argc, char** argv) {
    if (sodium_init() < 0) return 1;
    Arguments arguments;
    arguments.training.steps = 12000;
    CLI::App program("Trains the model that Croquis ships.", "croquis-train");
    program.set_version_flag("--version", std::string("croquis-train ") + CROQUIS_VERSION);
    define(program, arguments);
    CLI11_PARSE(program, argc, argv);
    if (arguments.quick && program.count("--steps") == 0) arguments.training.steps = 120;
    arguments.training.device = torch::Device(arguments.device);
    try {
        fs::create_directories(arguments.out);
        const auto done = run(arguments);
        return done ? 0 : report(done.error());
    } catch (const std::exception& thrown) {
        return report({ErrorKind::internal, thrown.what()});
    }
}
