#pragma once

#include <string>

#include "core/error.h"
#include "server/config.h"

/// What a person can type to get on.
namespace croquis::server {

/// A command of this program on the store of `config`, as a shell takes it: "croquis user list
/// --store sqlite:mine.db". The program is called as it can be from where it was started; the store
/// is left out where it is the default, and so are passwords in its URL.
std::string command_on_store(const Config& config, const std::string& command);

/// Says that the account of the demo is still as it was, and how to change that.
Error demo_password_left(const Config& config);

}  // namespace croquis::server
