#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "store/store.h"

/// What is kept of a person who is known by a name alone: a pseudonym under which somebody drew, or
/// whose word came with imported drawings. All functions block.
namespace croquis::service {

/// Bytes of a pseudonym, as in imports.
inline constexpr std::size_t max_pseudonym_bytes = 512;

/// Writes what is kept of a person as ndjson, some lines at a time: a line for each drawing, with
/// its picture in Base64, its strokes and its history, then one for each thing said of a drawing.
/// Memory does not grow with their number. Thread-compatible.
class PersonExport {
  public:
    /// Writes down in the audit log who asked. Errors: invalid ("pseudonym"); those of the store,
    /// which must outlive it.
    static Result<std::unique_ptr<PersonExport>> begin(store::Store& store,
                                                       const std::string& pseudonym,
                                                       const store::Author& by);
    /// The next lines; empty at the end.
    Result<std::string> next();

  private:
    PersonExport(store::Store& store, std::string pseudonym)
        : store_(store), pseudonym_(std::move(pseudonym)) {}
    Result<std::string> drawings();
    Result<std::string> said();

    store::Store& store_;
    std::string pseudonym_;
    Uuid after_{};
    bool drawings_done_ = false;
    bool done_ = false;
};

/// One step of forgetting somebody.
struct ErasureStep {
    std::size_t drawings = 0;  ///< deleted
    std::size_t events = 0;    ///< of histories that had the name
    bool done = false;         ///< nothing is left
};

/// Deletes drawings of the pseudonym as a person deletes one, and then takes the name out of the
/// histories of others' drawings: up to 200 drawings in one step; to be asked again until it is
/// done. What somebody with an account did stays that account's. Written down in the audit log,
/// without the name. Errors: invalid ("pseudonym"); those of the store.
Result<ErasureStep> erase_person(store::Store& store, const std::string& pseudonym,
                                 const store::Author& by);

}  // namespace croquis::service
