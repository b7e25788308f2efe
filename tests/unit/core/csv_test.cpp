#include "core/csv.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "core/text.h"

namespace croquis {
namespace {

using Rows = std::vector<std::vector<std::string>>;

/// The rows up to the first that cannot be read, which is told with its line.
Rows rows_of(std::string_view text) {
    CsvReader reader(text);
    Rows rows;
    for (;;) {
        auto row = reader.next();
        if (!row) {
            rows.push_back({"error", std::to_string(reader.line()), row.error().detail});
            return rows;
        }
        if (!*row) return rows;
        rows.push_back(std::move((*row)->fields));
    }
}

TEST(Csv, ReadsWhatRfc4180Writes) {
    EXPECT_EQ(rows_of("a,b\r\nc,d\r\n"), (Rows{{"a", "b"}, {"c", "d"}}));
    EXPECT_EQ(rows_of("a,b\r\nc,d"), (Rows{{"a", "b"}, {"c", "d"}}));
    EXPECT_EQ(rows_of("\"a\",\"b,c\"\n\"x \"\"y\"\"\",\"\"\n"),
              (Rows{{"a", "b,c"}, {"x \"y\"", ""}}));
    EXPECT_EQ(rows_of("\"two\r\nlines\",b\n"), (Rows{{"two\r\nlines", "b"}}));
    EXPECT_EQ(rows_of("a,,\n,b,\n"), (Rows{{"a", "", ""}, {"", "b", ""}}));
    EXPECT_EQ(rows_of("a, b c ,d\n"), (Rows{{"a", " b c ", "d"}}));
    EXPECT_EQ(rows_of(""), Rows{});
}

TEST(Csv, ReadsWhatSpreadsheetsWrite) {
    const Rows expected{{"a.png", "Circle"}, {"b,b.png", "star"}};
    EXPECT_EQ(rows_of("\xef\xbb\xbf"
                      "a.png,Circle\r\n\"b,b.png\",star\r\n"),
              expected);
    EXPECT_EQ(rows_of("a.png;Circle\nb,b.png;star\n"), expected);
    EXPECT_EQ(rows_of("b, b.png;star\nc.png;oval\n"),
              (Rows{{"b, b.png", "star"}, {"c.png", "oval"}}));
    EXPECT_EQ(rows_of("a.png\tCircle\nb,b.png\tstar\n"), expected);
    EXPECT_EQ(rows_of("sep=;\r\na.png;Circle\r\nb,b.png;star\r\n"), expected);
    EXPECT_EQ(rows_of("sep=|\na.png|Circle\nb,b.png|star\n"), expected);
    EXPECT_EQ(rows_of("a.png,Circle\r\"b,b.png\",star\r"), expected)
        << "lines as old Macs end them";
    EXPECT_EQ(rows_of("\n\r\n  \na.png,Circle\n\n\"b,b.png\" , star\n"),
              (Rows{{"a.png", "Circle"}, {"b,b.png", " star"}}));
    EXPECT_EQ(rows_of("sep=\n"), (Rows{{"sep="}}));
}

TEST(Csv, CountsTheFilesLines) {
    CsvReader reader("sep=;\n\na;b\n\"x\ny\";c\r\nd;e");
    EXPECT_EQ(reader.separator(), ';');
    for (const std::size_t line : {3U, 4U, 6U}) {
        const auto row = reader.next();
        ASSERT_TRUE(row && *row);
        EXPECT_EQ((*row)->line, line);
        EXPECT_EQ(reader.line(), line);
    }
    EXPECT_FALSE(reader.next().value());
}

TEST(Csv, SaysWhereItCannotBeRead) {
    EXPECT_EQ(rows_of("a,b\n\"c,d\ne,f\n"),
              (Rows{{"a", "b"}, {"error", "2", "quotes that do not end"}}));
    EXPECT_EQ(rows_of("a,b\n\"c\"d,e\n"), (Rows{{"a", "b"}, {"error", "2", "text behind quotes"}}));
    EXPECT_EQ(CsvReader("\"").next().error().kind, ErrorKind::malformed);
}

TEST(Csv, TakesAQuoteInsideABareFieldAsItIs) {
    EXPECT_EQ(rows_of("5\" disk,a\"\n"), (Rows{{"5\" disk", "a\""}}));
}

TEST(Text, IsFoldedAndTrimmed) {
    EXPECT_EQ(folded(" Circle \r"), "circle");
    EXPECT_EQ(folded("\t\n"), "");
    EXPECT_EQ(folded("Étoile A"), "Étoile a");
    EXPECT_EQ(trimmed(" a b\t"), "a b");
    EXPECT_EQ(without_byte_order_mark("\xef\xbb\xbf"
                                      "a"),
              "a");
    EXPECT_EQ(without_byte_order_mark("a\xef\xbb\xbf"), "a\xef\xbb\xbf");
}

TEST(Csv, AQuoteThatDoesNotEndCostsItsOwnRowAlone) {
    // The second wrong quote ends the first: between them stand rows that are whole.
    CsvReader reader("a,b\nc,\"d\ne,f\n\"g,h\ni,\"j\nk\"\n\"l,m\nn,o\n");
    std::vector<std::string> read;
    while (true) {
        const auto row = reader.next();
        if (!row) {
            read.push_back(std::to_string(reader.line()) + ": " + row.error().detail);
            continue;
        }
        if (!*row) break;
        read.push_back(std::to_string((*row)->line) + ": " + (*row)->fields.back());
    }
    EXPECT_EQ(read, (std::vector<std::string>{"1: b", "2: text behind quotes", "3: f",
                                              "4: text behind quotes", "5: j\nk",
                                              "7: quotes that do not end", "8: o"}));
}

TEST(Csv, GoesOnAfterARowThatCannotBeRead) {
    CsvReader reader("a,b\r\r\n\"c\"x,d\ne|f,g\n\"h,i\n");
    EXPECT_EQ(reader.separator(), ',');
    EXPECT_EQ(reader.next().value()->fields, (std::vector<std::string>{"a", "b"}));
    EXPECT_FALSE(reader.next());
    EXPECT_EQ(reader.line(), 2U);
    EXPECT_EQ(reader.next().value()->fields, (std::vector<std::string>{"e|f", "g"}));
    EXPECT_EQ(reader.next().error().kind, ErrorKind::malformed);
    EXPECT_EQ(reader.next().value(), std::nullopt);
}

/// What a reader gives: rows by their lines, errors by theirs.
std::vector<std::string> all_of(CsvReader& reader) {
    std::vector<std::string> read{std::string("by ") + reader.separator()};
    for (;;) {
        const auto row = reader.next();
        if (row && !*row) return read;
        auto& told = read.emplace_back(std::to_string(reader.line()) + ":");
        if (!row) told += row.error().detail;
        for (std::size_t i = 0; row && i < (*row)->fields.size(); ++i)
            told += "[" + (*row)->fields[i] + "]";
    }
}

TEST(Csv, IsReadFromAStreamAsFromAText) {
    const std::string wide(70'000, 'x');  // beyond what is read from a stream at once
    for (const std::string& text : {
             std::string(),
             std::string("\xef\xbb\xbf"
                         "a;b\nc;d,e\n"),
             std::string("sep=|\r\na|b;c\r\n"),
             std::string("sep=;\n"),
             std::string("sep="),
             std::string("a\tb\r\r\nc\td\r"),
             wide + ",b\n\"" + wide + "\r\r\n\"\"\",c\r\r\nd,e",
             "a,b\n\"" + wide + "\n" + wide + ",c\nd,\"e\nf,g\n" + wide,
             std::string(65'535, 'x') + "\r\nb,c\n",
             std::string(65'534, 'x') + "\r\r\nb,c\n",
         }) {
        CsvReader whole(text);
        std::istringstream first(text);
        const char separator = csv_separator(first);
        EXPECT_EQ(first.get(), std::istream::traits_type::eof());
        std::istringstream again(text);
        CsvReader parts(again, separator);
        EXPECT_EQ(all_of(parts), all_of(whole)) << text.substr(0, 40);
    }
}

TEST(Csv, ReadsNoFurtherAheadInAStreamThanItMust) {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += "circle/" + std::to_string(i) + ".png,circle\n";
    std::istringstream in(text);
    CsvReader reader(in, ',');
    std::size_t passed = 0;
    for (auto row = reader.next(); row && *row; row = reader.next()) {
        for (const auto& field : (*row)->fields) passed += field.size() + 1;
        const auto taken = in.good() ? static_cast<std::size_t>(in.tellg()) : text.size();
        ASSERT_LE(taken - passed, std::size_t{65} << 10U);
    }
    EXPECT_EQ(passed, text.size());
}

TEST(Csv, ALineThatIsTooLongCostsItselfAlone) {
    std::istringstream in("a,b\n" + std::string((std::size_t{64} << 20U) + 10, 'x') + "\nc,d\n");
    CsvReader reader(in, ',');
    EXPECT_EQ(all_of(reader),
              (std::vector<std::string>{"by ,", "1:[a][b]",
                                        "2:The line has more than 67108864 bytes.", "3:[c][d]"}));
}

TEST(Csv, WritesWhatItReads) {
    const std::vector<std::string> fields{"a", "b;c", "say \"x\"", "l1\nl2", " d ", "=1+1", "e|f"};
    EXPECT_EQ(rows_of(csv_row(fields)), (Rows{fields}));
    EXPECT_EQ(csv_row({"a", "b c"}), "a,b c\r\n");
}

}  // namespace
}  // namespace croquis
