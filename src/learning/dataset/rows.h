#pragma once

#include <string>
#include <utility>

#include "learning/dataset/packed_list.h"
#include "learning/dataset/reader.h"

/// What readers keep of a file until the pictures come.
namespace croquis::dataset {

/// What a file says of one picture. record.image is empty, unless the file holds the picture too.
struct Row {
    std::string picture;  ///< as the file names it
    Record record;
};

/// Calls `codec` with each member; what one is missing here does not compile.
template <class Codec, Like<Row> AnyRow>
void each_member(Codec& codec, AnyRow& row) {
    auto& [picture, record] = row;
    auto& [place, image, strokes, labels, disagreed, suggestions, reviewed, label_then, id,
           external_id, file_name, created_at, pseudonym, source] = record;
    codec(picture);
    codec(place);
    codec(image);
    codec(strokes);
    codec(labels);
    codec(disagreed);
    codec(suggestions);
    codec(reviewed);
    codec(label_then);
    codec(id);
    codec(external_id);
    codec(file_name);
    codec(created_at);
    codec(pseudonym);
    codec(source);
}

template <class Codec, Like<Suggestion> AnySuggestion>
void each_member(Codec& codec, AnySuggestion& suggestion) {
    auto& [label, confidence, model] = suggestion;
    codec(label);
    codec(confidence);
    codec(model);
}

template <class Codec, Like<Reviewed> AnyReviewed>
void each_member(Codec& codec, AnyReviewed& reviewed) {
    auto& [by, at, kind, bulk] = reviewed;
    codec(by);
    codec(at);
    codec(kind);
    codec(bulk);
}

using Rows = PackedList<Row>;

/// A Rejected or a Remark.
struct Problem {
    bool rejected = false;
    std::string place, text;
};

template <class Codec, Like<Problem> AnyProblem>
void each_member(Codec& codec, AnyProblem& problem) {
    auto& [rejected, place, text] = problem;
    codec(rejected);
    codec(place);
    codec(text);
}

/// What cannot be read of a file, or should be known: there may be something of every row.
class Problems {
  public:
    void add(const Rejected& rejected) { all_.add({true, rejected.place, rejected.reason}); }
    void add(const Remark& remark) { all_.add({false, remark.place, remark.text}); }
    /// Behind those that are there.
    void add(Problems more) { all_.add(std::move(more.all_)); }
    [[nodiscard]] Item read(std::size_t number) {
        auto problem = all_.read(number);
        if (problem.rejected) return Rejected{std::move(problem.place), std::move(problem.text)};
        return Remark{std::move(problem.place), std::move(problem.text)};
    }
    [[nodiscard]] std::size_t size() const { return all_.size(); }

  private:
    PackedList<Problem> all_;
};

}  // namespace croquis::dataset
