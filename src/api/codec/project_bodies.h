#pragma once

#include <string>

#include "core/error.h"
#include "http/message.h"
#include "service/projects/projects.h"

/// What requests say of projects.
namespace croquis::api {

struct NewProject {
    std::string slug;
    service::ProjectEdit rest;
};

/// Errors: malformed; invalid, with the member.
Result<NewProject> read_new_project(const http::Request& request);
Result<service::ProjectEdit> read_project_edit(const http::Request& request);

}  // namespace croquis::api
