#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace croquis::dataset {

/// Labels in the order in which they came, each once. To add one takes as long with a million of
/// them, which a file may say of one picture, as with a few. Thread-compatible.
class Labels {
  public:
    using value_type = std::string;
    using const_iterator = std::vector<std::string>::const_iterator;
    using iterator = const_iterator;

    Labels() = default;
    Labels(std::initializer_list<std::string> labels) : Labels(labels.begin(), labels.end()) {}
    template <class Iterator>
    Labels(Iterator first, Iterator last) {
        for (; first != last; ++first) add(*first);
    }

    /// Unless it is there.
    void add(std::string label) {
        if (contains(label)) return;
        if (!known_.empty()) known_.insert(label);
        list_.push_back(std::move(label));
    }
    void clear() { *this = {}; }

    [[nodiscard]] bool empty() const { return list_.empty(); }
    [[nodiscard]] std::size_t size() const { return list_.size(); }
    [[nodiscard]] const std::string& front() const { return list_.front(); }
    [[nodiscard]] const_iterator begin() const { return list_.begin(); }
    [[nodiscard]] const_iterator end() const { return list_.end(); }

    friend bool operator==(const Labels& a, const Labels& b) { return a.list_ == b.list_; }

    /// See packed_list.h.
    template <class Codec>
    friend void each_member(Codec& codec, Labels& labels) {
        codec(labels.list_);
    }
    template <class Codec>
    friend void each_member(Codec& codec, const Labels& labels) {
        codec(labels.list_);
    }

  private:
    static constexpr std::size_t few = 16;  ///< as quickly compared as looked up

    [[nodiscard]] bool contains(const std::string& label) {
        if (list_.size() < few) return std::find(list_.begin(), list_.end(), label) != list_.end();
        if (known_.empty()) known_.insert(list_.begin(), list_.end());
        return known_.contains(label);
    }

    std::vector<std::string> list_;
    std::unordered_set<std::string> known_;  ///< the same, once they are more than a few
};

}  // namespace croquis::dataset
