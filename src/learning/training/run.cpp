#include "learning/training/run.h"

#include <fmt/format.h>

#include <iostream>

#include "core/bytes.h"
#include "core/files.h"
#include "learning/dataset/people.h"
#include "learning/synthesis/sketcher.h"
#include "learning/training/calibration.h"
#include "learning/training/card.h"
#include "learning/training/card_files.h"
#include "learning/training/compare.h"
#include "learning/training/export_model.h"
#include "learning/training/finished.h"
#include "learning/training/left_out.h"
#include "learning/training/measuring.h"
#include "learning/training/network.h"
#include "learning/training/preview.h"
#include "learning/training/samples.h"
#include "learning/training/training.h"
#include "learning/training/warm_start.h"
#include "learning/training/whitening.h"
#include "recognition/limits.h"

namespace croquis::learning {
namespace {

Result<void> check_learning(const TrainingResult& result) {
    if (result.last_loss <= 0.8 * result.first_loss) return {};
    return Error{ErrorKind::internal, fmt::format("The loss did not fall: {:.3f} to {:.3f}.",
                                                  result.first_loss, result.last_loss)};
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
                              const RunOptions& options) {
    const auto careful = judged_careful(network, options.quick);
    const auto judged = judged_people(network, people);
    const auto left_out = [&](const std::string& source) {
        return origin_of(source) == origin_of(options.leave_out);
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
        const auto written = write_left_out(options.out, measured);
        if (!written) return written.error();
    }
    return {};
}

Network fresh(const RunOptions& options, const Corpus& corpus) {
    torch::manual_seed(options.training.seed);
    Layout layout;
    layout.side = drawing::model_side;
    layout.classes = static_cast<int>(shape_labels().size());
    layout.categories = static_cast<int>(corpus.categories().size());
    return Network(layout);
}

/// What is known of the training before it begins.
Result<Making> making_of(const RunOptions& options, const People& people) {
    Making made;
    made.training = options.training;
    made.threads = options.threads;
    made.files = people.files;
    made.resumed = options.resume && std::filesystem::exists(options.checkpoint);
    if (options.begin_with.empty()) return made;
    const auto former = read_file(options.begin_with, recognition::max_file_bytes, "begin-with");
    if (!former) return former.error();
    made.begun_with = to_hex(sha256(as_bytes(*former)));
    return made;
}

/// The network, and what it was trained with; a checkpoint that is not to be gone on from is
/// removed.
Result<Making> trained(Network& network, const RunOptions& options, const People& people,
                       const Corpus& corpus) {
    if (!options.resume) std::filesystem::remove(options.checkpoint);
    auto made = making_of(options, people);
    if (!made) return made.error();
    if (!options.begin_with.empty() && !std::filesystem::exists(options.checkpoint)) {
        const auto begun =
            begin_with(network, options.begin_with, corpus.make(held_out_seed, 0, 2048));
        if (!begun) return begun.error();
    }
    const auto result = train(network, options.training, corpus, options.checkpoint);
    if (!result) return result.error();
    made->result = *result;
    return made;
}

constexpr const char* model_name = "shapes";

/// Measures a model that was trained before.
void measure_finished(Finished& model, const RunOptions& options, const People& people) {
    measure(judge_all(model.network, people, options.quick), people, model.card);
    model.card.measured = program_now();
}

/// Measures the model that is there, and writes its card anew.
Result<void> measure_again(const RunOptions& options, const People& people) {
    auto model = read_finished(options.out, model_name, people);
    if (!model) return model.error();
    measure_finished(*model, options, people);
    auto done = write_measured(options.out, model->card, model->sha256, model->training);
    if (done)
        std::cout << fmt::format("\nwrote {}\n",
                                 (options.out / model_name).string() + ".{json,md}");
    return done;
}

/// Whitens the embedding, and notes it.
void whiten_embedding(Network& network, const Corpus& corpus, bool quick, Making& made) {
    made.whitened_by = quick ? 2'048 : whitening_samples(made.training.steps * made.training.batch);
    whiten(network, corpus, made.whitened_by);
}

/// Whitens the embedding of a model that was trained before that was a part of training, measures
/// the model and writes it with its card anew.
Result<void> whiten_again(const RunOptions& options, const People& people, const Corpus& corpus) {
    auto model = read_finished(options.out, model_name, people);
    if (!model) return model.error();
    auto& training = model->training;
    if (training.contains("whitened_by"))
        return Error{ErrorKind::conflict, "Its embedding is whitened already.", "whiten-again"};
    auto& card = model->card;
    whiten_embedding(model->network, corpus, options.quick, card.made);
    training["whitened_by"] = card.made.whitened_by;
    measure_finished(*model, options, people);
    const auto onnx = export_model(model->network, card);
    if (!onnx) return onnx.error();
    auto done = write_file(options.out / (std::string(model_name) + ".onnx"), *onnx);
    if (done) done = write_measured(options.out, card, to_hex(sha256(as_bytes(*onnx))), training);
    return done;
}

/// Trains, measures and writes the model, or what a left-out source shows.
Result<void> make_model(const RunOptions& options, const People& people, const Corpus& corpus) {
    Network network = fresh(options, corpus);
    ModelCard card;
    card.name = model_name;
    card.multiply_accumulates = network->multiply_accumulates();
    card.categories = corpus.categories().size();
    note_people(people, card);
    auto made = trained(network, options, people, corpus);
    if (!made) return made.error();
    if (!options.leave_out.empty()) return measure_left_out(network, people, *made, options);
    card.made = std::move(*made);
    auto done = options.quick ? check_learning(card.made.result) : Result<void>();
    if (!done) return done;
    network->eval();
    whiten_embedding(network, corpus, options.quick, card.made);
    card.activations =
        activations_of(network, corpus.make(held_out_seed, 0, options.quick ? 1000 : 8000));
    const auto judgement = judge_all(network, people, options.quick);
    card.calibration = calibrate(judgement);
    card.without = calibrate_without(judgement);
    measure(judgement, people, card);
    const auto onnx = export_model(network, card);
    if (!onnx) return onnx.error();
    done = write_model(options.out, *onnx, card);
    if (!done) return done;
    if (!options.keep_checkpoint) std::filesystem::remove(options.checkpoint);
    std::cout << fmt::format("\nwrote {}\n", (options.out / (card.name + ".onnx")).string());
    return {};
}

Result<void> check(const RunOptions& options) {
    if (options.training.device == Device::cuda && !torch::cuda::is_available())
        return Error{ErrorKind::invalid,
                     "There is no CUDA device that this LibTorch can use; --device cpu works "
                     "anywhere.",
                     "device"};
    if (!options.leave_out.empty() && !options.begin_with.empty())
        return Error{ErrorKind::invalid,
                     "A network that begins with an earlier model may have met what is left out.",
                     "leave-out"};
    return {};
}

}  // namespace

Result<void> run(const RunOptions& options) {
    at::set_num_threads(options.threads);
    if (auto right = check(options); !right) return right;
    People people;
    if (!options.people.empty()) {
        auto read = read_people(options.people);
        if (!read) return read.error();
        people = std::move(*read);
    }
    if (!options.leave_out.empty() && leave_out(people, options.leave_out) == 0)
        return Error{ErrorKind::invalid, "There is no source " + options.leave_out + ".",
                     "leave-out"};
    if (options.measure_again) return measure_again(options, people);
    const Corpus corpus(people);
    if (options.whiten_again) return whiten_again(options, people, corpus);
    describe(people, corpus);
    if (!options.preview.empty())
        return write_preview(options.preview, options.training.seed, corpus);
    if (!options.compare.empty()) {
        const auto text = compared(options.compare, people);
        if (!text) return text.error();
        std::cout << *text;
        return {};
    }
    return make_model(options, people, corpus);
}

}  // namespace croquis::learning
