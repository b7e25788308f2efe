#include "learning/training/making.h"

#include <ATen/Version.h>
#include <fmt/format.h>
#include <torch/version.h>

#include <boost/json.hpp>

#include "core/time.h"
#include "learning/training/commit.h"

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

json::object to_json(const Making& making) {
    json::array files;
    for (const auto& file : making.files)
        files.push_back(
            {{"file", file.name}, {"sha256", file.sha256}, {"drawings", file.drawings}});
    json::object object{{"program", "croquis-train"},
                        {"version", CROQUIS_VERSION},
                        {"commit", CROQUIS_COMMIT},
                        {"date", to_rfc3339(now()).substr(0, 10)},
                        {"seed", making.training.seed},
                        {"steps", making.training.steps},
                        {"batch", making.training.batch},
                        {"samples", making.training.steps * making.training.batch},
                        {"rate_falls_from_step", making.training.fall()},
                        {"device", making.result.on_gpu ? "cuda" : "cpu"},
                        {"resumed", making.resumed},
                        {"threads", making.threads},
                        {"loaders", making.training.loaders},
                        {"libtorch", TORCH_VERSION},
                        {"blas", blas()},
                        {"files", std::move(files)},
                        {"last_loss", making.result.last_loss}};
    if (!making.begun_with.empty()) object["begun_with"] = making.begun_with;
    return object;
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
