#include "learning/dataset/packed_texts.h"

#include <gtest/gtest.h>

#include <iterator>
#include <string>

namespace croquis::dataset {
namespace {

std::string text_of(std::size_t number) {
    return std::to_string(number) + std::string(number % 50, 'x');
}

TEST(PackedTexts, ComeBackAlsoWhereThoseBeforeAreForgotten) {
    constexpr std::size_t count = 20'000;
    PackedTexts texts;
    for (std::size_t i = 0; i < count; ++i) texts.add(text_of(i));
    for (std::size_t i = 0; i < count; ++i) {
        ASSERT_EQ(texts.read(i), text_of(i));
        texts.forget_before(i);
    }
    const auto last_block = texts.packed_bytes();
    EXPECT_LT(last_block, 16'384U);
    for (std::size_t i = count - 100; i < count; ++i) EXPECT_EQ(texts.read(i), text_of(i));
    texts.add("more");
    EXPECT_EQ(texts.read(count), "more");
}

TEST(PackedTexts, AreReadAsOneAsOftenAsNeeded) {
    auto parts = std::make_shared<PackedTexts>();
    std::string whole;
    for (std::size_t i = 0; i < 100; ++i) {
        const std::string part(i * 997 % 70'000, static_cast<char>('a' + i % 26));
        parts->add(part);  // some are empty, some are blocks of their own
        whole += part;
    }
    for (int again = 0; again < 2; ++again) {
        PackedStream in(parts);
        EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), whole);
    }
    EXPECT_LT(parts->packed_bytes(), whole.size() / 10);
    PackedStream empty(std::make_shared<PackedTexts>());
    EXPECT_EQ(empty.get(), std::istream::traits_type::eof());
}

}  // namespace
}  // namespace croquis::dataset
