#pragma once

#include <memory>
#include <string>

#include "store/transfer.h"

namespace croquis::store::sqlite {

/// Throws Failure where the file cannot be opened.
std::unique_ptr<Transfer> open_transfer(const std::string& path);

}  // namespace croquis::store::sqlite
