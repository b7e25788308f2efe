#pragma once

// LibTorch's headers are not clean under this project's warnings.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wshadow"
#include <torch/torch.h>
#pragma GCC diagnostic pop
