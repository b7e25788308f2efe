#pragma once

#include "core/bytes.h"

namespace croquis::recognition {

/// The same network with what newer versions of Clip, ReduceMean and Squeeze take as constant
/// inputs (least and largest value, axes) in the attributes that older versions have instead.
/// OpenCV 4.6 reads no others: it refuses such a Clip and Squeeze, and takes such a ReduceMean for
/// one over everything. `onnx` is what read_graph has checked; bytes that are no network come back
/// as they are.
Bytes in_older_form(BytesView onnx);

}  // namespace croquis::recognition
