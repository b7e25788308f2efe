#include "learning/dataset/symbols.h"

#include <gtest/gtest.h>

namespace croquis::learning {
namespace {

TEST(Symbols, AreShapesOthersOrNeither) {
    EXPECT_EQ(label_of_symbol("latex2e:Rightarrow"), "arrow");
    EXPECT_EQ(label_of_symbol("amssymb:twoheadrightarrow"), "arrow");
    EXPECT_EQ(label_of_symbol("latex2e:aleph"), "unknown");
    EXPECT_EQ(label_of_symbol("amssymb:mathcal-lbrace-N-rbrace"), "unknown");
    EXPECT_EQ(label_of_symbol("latex2e:circ"), "");
    EXPECT_EQ(label_of_symbol("latex2e:nabla"), "");
    EXPECT_EQ(label_of_symbol("latex2e:rightharpoonup"), "");
}

TEST(Symbols, HaveOneNameInAllPackages) {
    EXPECT_EQ(sign_name("latex2e:dollar"), "sign dollar");
    EXPECT_EQ(sign_name("latex2e:textdollar"), "sign dollar");
    EXPECT_EQ(sign_name("textcomp:textdollar"), "sign dollar");
    EXPECT_EQ(sign_name("latex2e:mathdollar"), "sign dollar");
    EXPECT_EQ(sign_name("upgreek:upalpha"), sign_name("latex2e:alpha"));
    EXPECT_EQ(sign_name("upgreek:Upsigma"), sign_name("latex2e:Sigma"));
    EXPECT_NE(sign_name("upgreek:upsigma"), sign_name("upgreek:Upsigma"));
    EXPECT_EQ(sign_name("amssymb:mathfrak-lbrace-A-rbrace"), "sign mathfrak-lbrace-A-rbrace");
}

}  // namespace
}  // namespace croquis::learning
