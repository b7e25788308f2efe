#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What an import tells whoever asked for it.
namespace croquis::service {

inline constexpr std::size_t max_unknown_labels = 100;

struct UnknownLabel {
    std::size_t drawings = 0;
    std::optional<std::string> alike;  ///< a label of the project that differs in case alone
};

/// What an import came to. Every record is in exactly one of stored, already_there and rejected.
struct ImportReport {
    std::string format;
    std::string model;  ///< that looked at the drawings
    std::size_t records = 0;
    std::size_t stored = 0;         ///< in a dry run: that would be
    std::size_t already_there = 0;  ///< by an earlier import, or earlier in this one
    std::size_t rejected = 0;
    /// Of those stored: with a label that counts as reviewed, and that no later record disputes.
    std::size_t reviewed = 0;
    std::size_t suggested = 0;       ///< of those stored: with a suggestion of the data
    std::size_t several_labels = 0;  ///< of those stored: without one, for the data gives several
    std::size_t labelled = 0;        ///< of those there: nobody had reviewed it, and now it is
    std::size_t kept = 0;      ///< of those there: with another tag of a person's, which stays
    std::size_t disputed = 0;  ///< of those there: taken back, for two imports disagree
    std::size_t litter = 0;    ///< files that the makers' systems left
    std::map<std::string, std::size_t> labels;  ///< of those stored, by label of the data
    std::vector<std::string> new_labels;        ///< that were made, or in a dry run would be
    /// Of those rejected: by the word that is none of the project's labels, the first hundred of
    /// these; and how many more with others.
    std::map<std::string, UnknownLabel> unknown_labels;
    std::size_t unknown_labels_left_out = 0;
};

/// As the API and the command line show it.
boost::json::object to_json(const ImportReport& report, bool dry_run);

/// What happens while it does. Called on the caller's thread.
struct ImportEvents {
    /// Of the reader's extent, so far.
    std::function<void(std::uint64_t position, std::uint64_t extent, const ImportReport&)> progress;
    /// A record that was rejected, or something to know about one.
    std::function<void(const std::string& place, const std::string& text, bool rejected)> problem;
    /// Whether `problem` is told each record whose label is unknown, which the report counts too.
    bool unknown_labels_one_by_one = true;
    /// How many drawings the next transaction stores, where that is not always `at_once` of the
    /// options. May be empty.
    std::function<std::size_t()> at_once;
    /// Ends the import early where it says so; what is stored stays. May be empty.
    std::function<bool()> is_stopped;
};

}  // namespace croquis::service
