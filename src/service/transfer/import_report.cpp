#include "service/transfer/import_report.h"

#include <boost/json/array.hpp>
#include <utility>

namespace croquis::service {
namespace {

namespace json = boost::json;

}  // namespace

json::object to_json(const ImportReport& report, bool dry_run) {
    json::object labels;
    for (const auto& [label, count] : report.labels) labels[label] = count;
    json::object unknown;
    for (const auto& [label, counted] : report.unknown_labels) unknown[label] = counted.drawings;
    return {{"format", report.format},
            {"model", report.model},
            {"dry_run", dry_run},
            {"records", report.records},
            {"stored", report.stored},
            {"already_there", report.already_there},
            {"rejected", report.rejected},
            {"reviewed", report.reviewed},
            {"suggested", report.suggested},
            {"several_labels", report.several_labels},
            {"labelled", report.labelled},
            {"kept", report.kept},
            {"disputed", report.disputed},
            {"system_files", report.litter},
            {"labels", std::move(labels)},
            {"new_labels", json::array(report.new_labels.begin(), report.new_labels.end())},
            {"unknown_labels", std::move(unknown)},
            {"unknown_labels_left_out", report.unknown_labels_left_out}};
}

}  // namespace croquis::service
