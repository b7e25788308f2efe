#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/migrations.h"

namespace croquis::store::postgres {

/// Reads the SQL that pg_restore writes, in parts of any length, and counts the rows of each table.
class CopyReader {
  public:
    void add(std::string_view part);

    /// By name without its schema.
    [[nodiscard]] const std::map<std::string, std::int64_t>& rows() const { return rows_; }
    /// As the script calls it.
    [[nodiscard]] const std::map<std::string, std::string>& full_names() const { return names_; }
    [[nodiscard]] const std::vector<AppliedMigration>& migrations() const { return migrations_; }

  private:
    void end_line();
    void begin_table();

    std::string line_;   ///< how it begins: long ones are data
    std::string table_;  ///< whose rows these lines are; empty between tables
    std::map<std::string, std::int64_t> rows_;
    std::map<std::string, std::string> names_;
    std::vector<AppliedMigration> migrations_;
};

}  // namespace croquis::store::postgres
