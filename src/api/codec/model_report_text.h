#pragma once

#include <string>

#include "api/codec/serialisation.h"
#include "service/quality/model_reports.h"

namespace croquis::api {

/// The contract's ModelReport.
std::string model_report_text(const service::ModelReport& report, const ApiSurface& surface);

}  // namespace croquis::api
