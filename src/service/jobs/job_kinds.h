#pragma once

#include <array>

/// The kinds of jobs that there are.
namespace croquis::service {

inline constexpr const char* teach_kind = "teach";
inline constexpr const char* retag_kind = "retag";
inline constexpr const char* shadow_kind = "shadow";
inline constexpr const char* remake_kind = "remake";
inline constexpr const char* import_kind = "import";
inline constexpr const char* train_kind = "train";
/// Makes a trained network again.
inline constexpr const char* retrain_kind = "retrain";
/// Tells an MLflow server what a job made.
inline constexpr const char* mlflow_kind = "mlflow";

/// What works() does, by one thread in turn.
inline constexpr std::array kinds_in_turn{teach_kind, retag_kind, shadow_kind, remake_kind};
/// What has croquis-train does both, by one thread in turn.
inline constexpr std::array train_kinds{train_kind, retrain_kind};
/// All of them.
inline constexpr std::array job_kinds{teach_kind,  retag_kind, shadow_kind,  remake_kind,
                                      import_kind, train_kind, retrain_kind, mlflow_kind};

}  // namespace croquis::service
