#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "learning/dataset/packed_texts.h"

namespace croquis::dataset {

/// A struct or a const one: what each_member() is declared for.
template <class Value, class Struct>
concept Like = std::same_as<std::remove_const_t<Value>, Struct>;

/// Appends values as bytes, of which ValueReader makes the same values again: of a struct what
/// each_member() calls it with, member by member.
class ValueWriter {
  public:
    explicit ValueWriter(std::string& out) : out_(out) {}

    template <class Value>
    void operator()(const Value& value) {
        if constexpr (std::is_trivially_copyable_v<Value>) {
            const auto at = out_.size();
            out_.resize(at + sizeof value);
            std::memcpy(out_.data() + at, &value, sizeof value);
        } else {
            each_member(*this, value);
        }
    }
    void operator()(const std::string& text) {
        length(text.size());
        out_ += text;
    }
    void operator()(const Bytes& bytes) {
        length(bytes.size());
        out_ += as_text(bytes);
    }
    template <class Value>
    void operator()(const std::vector<Value>& values) {
        length(values.size());
        for (const auto& each : values) (*this)(each);
    }
    template <class Key, class Value>
    void operator()(const std::map<Key, Value>& values) {
        length(values.size());
        for (const auto& [key, value] : values) {
            (*this)(key);
            (*this)(value);
        }
    }
    template <class Value>
    void operator()(const std::optional<Value>& value) {
        (*this)(value.has_value());
        if (value) (*this)(*value);
    }

  private:
    /// Seven bits a byte, the lowest first; the eighth says that there are more.
    void length(std::size_t value) {
        for (; value > 0x7f; value >>= 7U) out_.push_back(static_cast<char>(value | 0x80U));
        out_.push_back(static_cast<char>(value));
    }

    std::string& out_;
};

class ValueReader {
  public:
    explicit ValueReader(std::string_view in) : in_(in) {}

    template <class Value>
    void operator()(Value& value) {
        if constexpr (std::is_trivially_copyable_v<Value>)
            std::memcpy(&value, taken(sizeof value).data(), sizeof value);
        else
            each_member(*this, value);
    }
    void operator()(std::string& text) { text = taken(length()); }
    void operator()(Bytes& bytes) {
        const auto view = as_bytes(taken(length()));
        bytes.assign(view.begin(), view.end());
    }
    template <class Value>
    void operator()(std::vector<Value>& values) {
        values.resize(length());
        for (auto& each : values) (*this)(each);
    }
    template <class Key, class Value>
    void operator()(std::map<Key, Value>& values) {
        for (auto left = length(); left > 0; --left) {
            Key key;
            (*this)(key);
            (*this)(values.emplace_hint(values.end(), std::move(key), Value())->second);
        }
    }
    template <class Value>
    void operator()(std::optional<Value>& value) {
        bool there = false;
        (*this)(there);
        if (there) (*this)(value.emplace());
    }

  private:
    std::size_t length() {
        std::size_t value = 0;
        for (unsigned shift = 0;; shift += 7) {
            const auto part = static_cast<std::uint8_t>(taken(1).front());
            value |= static_cast<std::size_t>(part & 0x7fU) << shift;
            if (part < 0x80) return value;
        }
    }
    std::string_view taken(std::size_t bytes) {
        const auto part = in_.substr(0, bytes);
        in_.remove_prefix(bytes);
        return part;
    }

    std::string_view in_;
};

/// Values by their numbers, from 0, kept as PackedTexts. Not thread-safe.
template <class Value>
class PackedList {
  public:
    void add(const Value& value) {
        bytes_.clear();
        ValueWriter writer(bytes_);
        writer(value);
        texts_.add(bytes_);
    }
    /// Behind those that are there.
    void add(PackedList more) {
        for (std::size_t i = 0; i < more.size(); ++i) {
            texts_.add(more.texts_.read(i));
            more.forget_before(i);
        }
    }
    /// Unpacks those around it, unless they were read last.
    [[nodiscard]] Value read(std::size_t number) {
        ValueReader reader(texts_.read(number));
        Value value;
        reader(value);
        return value;
    }
    /// Those before it are not read any more.
    void forget_before(std::size_t number) { texts_.forget_before(number); }

    [[nodiscard]] std::size_t size() const { return texts_.size(); }
    [[nodiscard]] bool empty() const { return size() == 0; }
    /// Bytes of all that are packed.
    [[nodiscard]] std::size_t packed_bytes() const { return texts_.packed_bytes(); }

  private:
    PackedTexts texts_;
    std::string bytes_;  ///< room to write one in
};

}  // namespace croquis::dataset
