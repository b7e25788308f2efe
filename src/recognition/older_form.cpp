#include "recognition/older_form.h"

#include <cstring>
#include <string>
#include <unordered_map>

#include "recognition/onnx_model.h"

namespace croquis::recognition {
namespace {

using Constants = std::unordered_map<std::string, const onnx::TensorProto*>;

Constants constants_of(const onnx::GraphProto& graph) {
    Constants constants;
    for (const auto& tensor : graph.initializer()) constants.emplace(tensor.name(), &tensor);
    for (const auto& node : graph.node())
        if (node.op_type() == "Constant" && node.attribute_size() == 1 &&
            node.attribute(0).has_t() && node.output_size() == 1)
            constants.emplace(node.output(0), &node.attribute(0).t());
    return constants;
}

/// A tensor's values, from its bytes or its list.
template <class T, class List>
std::vector<T> values_of(const onnx::TensorProto& tensor, const List& list) {
    if (!tensor.has_raw_data()) return {list.begin(), list.end()};
    std::vector<T> values(tensor.raw_data().size() / sizeof(T));
    if (!values.empty())
        std::memcpy(values.data(), tensor.raw_data().data(), values.size() * sizeof(T));
    return values;
}

/// Makes one input of a node an attribute.
class Mover {
  public:
    Mover(const Constants& constants, onnx::NodeProto& node) : constants_(constants), node_(node) {}

    void number(int input, const char* name) {
        const auto* tensor = constant(input);
        if (tensor == nullptr) return;
        const auto values = values_of<float>(*tensor, tensor->float_data());
        if (values.size() != 1) return;
        auto& attribute = add(name, onnx::AttributeProto::FLOAT);
        attribute.set_f(values.front());
    }

    void sizes(int input, const char* name) {
        const auto* tensor = constant(input);
        if (tensor == nullptr) return;
        auto& attribute = add(name, onnx::AttributeProto::INTS);
        for (const auto value : values_of<std::int64_t>(*tensor, tensor->int64_data()))
            attribute.add_ints(value);
    }

    void keep_first_input() {
        while (node_.input_size() > 1) node_.mutable_input()->RemoveLast();
    }

  private:
    [[nodiscard]] const onnx::TensorProto* constant(int input) const {
        if (input >= node_.input_size()) return nullptr;
        const auto found = constants_.find(node_.input(input));
        return found == constants_.end() ? nullptr : found->second;
    }

    onnx::AttributeProto& add(const char* name, onnx::AttributeProto::AttributeType type) {
        auto& attribute = *node_.add_attribute();
        attribute.set_name(name);
        attribute.set_type(type);
        return attribute;
    }

    const Constants& constants_;
    onnx::NodeProto& node_;
};

void to_older_form(const Constants& constants, onnx::NodeProto& node) {
    if (node.input_size() < 2) return;
    Mover mover(constants, node);
    if (node.op_type() == "Clip") {
        mover.number(1, "min");
        mover.number(2, "max");
    } else if (node.op_type() == "ReduceMean" || node.op_type() == "Squeeze") {
        mover.sizes(1, "axes");
    } else {
        return;
    }
    mover.keep_first_input();
}

}  // namespace

Bytes in_older_form(BytesView onnx) {
    onnx::ModelProto model;
    if (!model.ParseFromArray(onnx.data(), static_cast<int>(onnx.size())))
        return {onnx.begin(), onnx.end()};
    const auto constants = constants_of(model.graph());
    for (auto& node : *model.mutable_graph()->mutable_node()) to_older_form(constants, node);
    const auto text = model.SerializeAsString();
    return {text.begin(), text.end()};
}

}  // namespace croquis::recognition
