#pragma once

#include <memory>
#include <string>

#include "store/transfer.h"

namespace croquis::store::postgres {

/// Throws Failure where the URL is wrong or there is no server.
std::unique_ptr<Transfer> open_transfer(const std::string& url);

}  // namespace croquis::store::postgres
