#include "learning/training/making.h"

#include <ATen/Version.h>
#include <fmt/format.h>
#include <torch/version.h>

#include <boost/json.hpp>

#include "core/decimal.h"
#include "core/time.h"
#include "learning/training/source_commit.h"

namespace croquis::learning {
namespace {

namespace json = boost::json;

/// What LibTorch says of its own build: "BLAS_INFO=open" gives "open".
std::string blas() {
    constexpr std::string_view name = "BLAS_INFO=";
    const auto said = at::show_config();
    const auto begin = said.find(name);
    if (begin == std::string::npos) return "not said";
    const auto from = begin + name.size();
    return said.substr(from, said.find_first_of(", \n", from) - from);
}

}  // namespace

json::object program_now() {
    return {{"program", "croquis-train"}, {"version", CROQUIS_VERSION},
            {"commit", source_commit()},  {"date", to_rfc3339(now()).substr(0, 10)},
            {"libtorch", TORCH_VERSION},  {"blas", blas()}};
}

json::object to_json(const Making& making) {
    json::array files;
    for (const auto& file : making.files)
        files.push_back(
            {{"file", file.name}, {"sha256", file.sha256}, {"drawings", file.drawings}});
    auto object = program_now();
    object["seed"] = making.training.seed;
    object["steps"] = making.training.steps;
    object["batch"] = making.training.batch;
    object["samples"] = making.training.steps * making.training.batch;
    object["rate_falls_from_step"] = making.training.fall();
    object["device"] = making.result.on_gpu ? "cuda" : "cpu";
    object["resumed"] = making.resumed;
    object["threads"] = making.threads;
    object["loaders"] = making.training.loaders;
    object["files"] = std::move(files);
    object["last_loss"] = shortest_decimal(static_cast<float>(making.result.last_loss));
    if (!making.begun_with.empty()) object["begun_with"] = making.begun_with;
    if (making.whitened_by > 0) object["whitened_by"] = making.whitened_by;
    return object;
}

Making making_from(const json::object& written) {
    Making making;
    making.training.seed = written.at("seed").to_number<std::uint64_t>();
    making.training.steps = written.at("steps").to_number<std::int64_t>();
    making.training.batch = written.at("batch").to_number<std::int64_t>();
    making.training.loaders = written.at("loaders").to_number<std::size_t>();
    making.threads = written.at("threads").to_number<int>();
    making.resumed = written.at("resumed").as_bool();
    making.result.on_gpu = written.at("device").as_string() == "cuda";
    making.result.last_loss = written.at("last_loss").to_number<double>();
    for (const auto& file : written.at("files").as_array())
        making.files.push_back({std::string(file.at("file").as_string()),
                                std::string(file.at("sha256").as_string()),
                                file.at("drawings").to_number<std::size_t>()});
    if (const auto* begun = written.if_contains("begun_with"))
        making.begun_with = std::string(begun->as_string());
    if (const auto* whitened = written.if_contains("whitened_by"))
        making.whitened_by = whitened->to_number<std::size_t>();
    return making;
}

std::string command_of(const Making& making) {
    const auto& training = making.training;
    return fmt::format("croquis-train --seed {} --batch {} --steps {}{}{}{}", training.seed,
                       training.batch, training.steps,
                       making.result.on_gpu ? " --device cuda"
                       : making.resumed     ? ""
                                            : fmt::format(" --threads {}", making.threads),
                       making.files.empty() ? "" : " --people DIR",
                       making.begun_with.empty() ? "" : " --begin-with MODEL.onnx");
}

}  // namespace croquis::learning
