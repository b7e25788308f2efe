#include "api/codec/serialisation.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace croquis::api {
namespace {

TEST(DetailText, IsJsonWhateverAStoreHolds) {
    service::Detail detail;
    detail.drawing.tag = "\xc3\xa9toile \"1\"";
    detail.drawing.tagged_by = "M\xff\x1bK";
    detail.drawing.file_name = "\xed\xa0\x80.png";
    const auto told = boost::json::parse(detail_text(detail, annotator_surface)).as_object();
    EXPECT_EQ(told.at("tag"), "\xc3\xa9toile \"1\"");
    EXPECT_EQ(told.at("tagged_by"), "M\xef\xbf\xbd\x1bK");
}

}  // namespace
}  // namespace croquis::api
