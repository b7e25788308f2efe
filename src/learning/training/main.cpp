#include <sodium.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <string>

#include "learning/training/run.h"

namespace {

using namespace croquis;
using namespace croquis::learning;

int report(const Error& error) {
    std::cerr << "croquis-train: error: " << error.detail << '\n';
    return 1;
}

void define_learning(CLI::App& program, RunOptions& options) {
    program.add_option("--seed", options.training.seed, "Of the samples and the first weights")
        ->capture_default_str();
    program.add_option("--steps", options.training.steps, "Batches to learn from")
        ->capture_default_str();
    program.add_option("--batch", options.training.batch, "Samples in a batch: an even number")
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
        .add_option("--threads", options.threads,
                    "Threads; the result depends on their number in the last digits")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    program
        .add_option("--loaders", options.training.loaders,
                    "Threads that make samples ahead of the network; the result does not depend on "
                    "their number")
        ->capture_default_str()
        ->check(CLI::Range(1, 256));
    program
        .add_option_function<std::string>(
            "--device",
            [&](const std::string& name) {
                options.training.device = name == "cuda" ? Device::cuda : Device::cpu;
            },
            "Where the network learns; cuda needs a LibTorch that was built with it, and its sums "
            "differ in the last digits")
        ->default_str("cpu")
        ->check(CLI::IsMember({"cpu", "cuda"}));
}

void define_files(CLI::App& program, RunOptions& options) {
    program.add_option("--out", options.out, "Folder for the model and its card")
        ->capture_default_str();
    program.add_flag("--resume", options.resume, "Go on from the checkpoint");
    program
        .add_option("--checkpoint", options.checkpoint, "File that the training saves itself to")
        ->capture_default_str();
    program.add_flag("--keep-checkpoint", options.keep_checkpoint,
                     "Leave the checkpoint when done");
    program.add_option("--people", options.people,
                       "Folder of people's drawings to learn from and to judge by (docs/data.md); "
                       "without it, sketches alone");
    program.add_option("--begin-with", options.begin_with,
                       "An earlier model (.onnx) of this program whose convolutions the training "
                       "begins with; without it, random ones");
    program.add_option("--leave-out", options.leave_out,
                       "Train without this source and those that hold the same drawings (all of "
                       "quickdraw's forms are one), and measure on all of them: "
                       "OUT/left-out/SOURCE.json for each, which the next card takes up");
}

/// What it does instead of a whole training.
void define_other_work(CLI::App& program, RunOptions& options) {
    program
        .add_flag(
            "--measure-again", options.measure_again,
            "Measure the model in OUT once more and write its card and pictures anew: for when "
            "the measures change; the network and its calibration stay. --people must be what "
            "it learnt from")
        ->excludes("--resume", "--leave-out", "--begin-with");
    program
        .add_flag("--whiten-again", options.whiten_again,
                  "Whiten the embedding of the model in OUT, which an earlier croquis-train made, "
                  "as training now ends with; its answers stay. --people must be what it learnt "
                  "from")
        ->excludes("--resume", "--leave-out", "--begin-with", "--measure-again");
    program.add_flag("--quick", options.quick, "A tiny training that checks the machinery");
    program.add_option("--preview", options.preview,
                       "Write a sheet of samples as PNG, and train nothing");
    program.add_option("--compare", options.compare,
                       "Measure a finished model (.onnx, its card beside it) on the drawings by "
                       "people that only judge, and train nothing");
}

}  // namespace

int main(int argc, char** argv) {
    if (sodium_init() < 0) return 1;
    RunOptions options;
    options.training.steps = 12000;
    CLI::App program("Trains the model that Croquis ships.", "croquis-train");
    program.set_version_flag("--version", std::string("croquis-train ") + CROQUIS_VERSION);
    define_learning(program, options);
    define_files(program, options);
    define_other_work(program, options);
    CLI11_PARSE(program, argc, argv);
    if (options.quick && program.count("--steps") == 0) options.training.steps = 120;
    try {
        std::filesystem::create_directories(options.out);
        const auto done = run(options);
        return done ? 0 : report(done.error());
    } catch (const std::exception& thrown) {
        return report({ErrorKind::internal, thrown.what()});
    }
}
