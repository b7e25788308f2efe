#pragma once

#include <string>

#include "core/error.h"
#include "http/message.h"
#include "service/projects/labels.h"

/// What requests say of labels.
namespace croquis::api {

/// Errors: malformed; invalid, with the member.
Result<service::NewLabel> read_new_label(const http::Request& request);
Result<service::LabelEdit> read_label_edit(const http::Request& request);
/// The label that another one is merged into.
Result<std::string> read_merge(const http::Request& request);

}  // namespace croquis::api
