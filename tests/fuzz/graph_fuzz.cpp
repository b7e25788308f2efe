#include "core/bytes.h"
#include "fuzz/target.h"
#include "recognition/graph.h"
#include "recognition/older_form.h"

/// ONNX files: read within bounds, and what passes still passes in the form that OpenCV reads.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace croquis;
    constexpr std::size_t labels = 2;
    const BytesView file(data, size);
    const auto graph = recognition::read_graph(file, labels);
    const auto older = recognition::in_older_form(file);
    if (!graph) {
        fuzz::require(graph.error().kind != ErrorKind::internal, "a model is our fault");
        return 0;
    }
    for (const auto& node : graph->nodes)
        fuzz::require(node.output < graph->values.size(), "an operator without a result");
    fuzz::require(!recognition::read_graph(older, labels).has_error(),
                  "a model passes only in its newer form");
    return 0;
}
