#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"

namespace croquis::recognition {

/// The batch size that a Graph's shapes are worked out with: not 1, so that a network that only
/// takes one picture at a time shows.
inline constexpr std::int64_t probe_batch = 2;

/// The name of the output that is an embedding, and how many numbers it may have.
inline constexpr std::string_view embedding_output = "embedding";
inline constexpr std::int64_t max_embedding = 1024;

/// A tensor of the network: its input, weights, or what a node gives.
struct Value {
    std::string name;
    std::vector<std::int64_t> dims;
    bool constant = false;               ///< comes with the file
    std::vector<float> floats;           ///< of a constant
    std::vector<std::int64_t> integers;  ///< of a constant that says sizes or axes
    float largest = 0;  ///< of one that is never negative: what it stays within; 0: not known

    [[nodiscard]] std::int64_t elements() const;
};

using Attribute =
    std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>, std::vector<float>>;

struct Node {
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    std::string type;
    std::map<std::string, Attribute, std::less<>> attributes;
    std::vector<std::size_t> inputs;  ///< indices of Graph::values; none where left out
    std::size_t output = none;

    [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t otherwise) const;
    [[nodiscard]] float real(std::string_view name, float otherwise) const;
    [[nodiscard]] std::string text(std::string_view name, std::string_view otherwise) const;
    /// `otherwise` where the node has no such list.
    [[nodiscard]] std::vector<std::int64_t> integers(
        std::string_view name, const std::vector<std::int64_t>& otherwise) const;
    [[nodiscard]] bool has_input(std::size_t i) const {
        return i < inputs.size() && inputs[i] != none;
    }
};

/// A checked network with one input, the logits as output and perhaps an embedding: nodes in the
/// order to run them.
struct Graph {
    std::vector<Value> values;
    std::vector<Node> nodes;
    std::size_t input = Node::none;
    std::size_t output = Node::none;
    std::size_t embedding = Node::none;     ///< none where the network gives no embedding
    std::int64_t multiply_accumulates = 0;  ///< for one picture: convolutions and matrix products

    [[nodiscard]] const Value& value(std::size_t index) const { return values[index]; }
    /// Numbers in an embedding; 0 where there is none.
    [[nodiscard]] std::size_t embedding_size() const {
        return embedding == Node::none ? 0 : static_cast<std::size_t>(values[embedding].dims[1]);
    }
    [[nodiscard]] bool is_output(std::size_t index) const {
        return index == output || index == embedding;
    }
};

/// Reads an ONNX file and checks that it is a plain picture network, before any engine sees it: at
/// most 32 MiB; ONNX's own operators in version 7 to 18, from a list that has no loops, no
/// sub-graphs and no data in other files; one float input [N, 1, side, side] and one output
/// [N, labels], beside which there may be one named "embedding", [N, 1…1024]; every weight there
/// and finite; every shape worked out for a batch, within bounds on memory and arithmetic. Errors
/// (field "model"): malformed, invalid, too_large.
Result<Graph> read_graph(BytesView onnx, std::size_t labels);

/// Works out every node's shape from the input's and counts the arithmetic. Part of read_graph.
Result<void> infer_shapes(Graph& graph);

}  // namespace croquis::recognition
