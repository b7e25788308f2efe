#include <filesystem>
#include <fstream>
#include <string>

#include "drawing/decode.h"
#include "support/onnx_builder.h"
#include "unit/drawing/exif_data.h"
#include "unit/drawing/pictures.h"
#include "unit/drawing/webp_chunks.h"

/// Writes what nobody writes by hand of the committed corpus: pictures and networks.
///   make_corpus tests/fuzz/corpus
namespace {

using namespace croquis;
using namespace croquis::drawing::testing_support;
using testing_support::OnnxBuilder;

void write(const std::filesystem::path& file, BytesView bytes) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << as_text(bytes);
}

Png some_png(std::uint8_t colour, std::uint8_t depth, std::uint8_t interlace) {
    Random random(colour * 100U + depth);
    Png png;
    png.width = 12;
    png.height = 9;
    png.colour = colour;
    png.depth = depth;
    png.interlace = interlace;
    if (colour == 3) png.before_idat = palette(std::size_t{1} << depth);
    png.rows = random_rows(png, random);
    return png;
}

void write_pngs(const std::filesystem::path& folder) {
    for (const int channels : {1, 2, 3, 4})
        write(folder / ("plain" + std::to_string(channels) + ".png"),
              drawing::encode_png(scribble(17, 11, channels, 1)).value());
    write(folder / "palette.png", some_png(3, 4, 0).file());
    write(folder / "deep.png", some_png(6, 16, 1).file());
    auto parts = some_png(2, 8, 0);
    parts.idat_size = 40;
    append(parts.before_idat, png_chunk("tEXt", as_bytes("Comment")));
    append(parts.before_idat, png_chunk("eXIf", BytesView(exif_data(6, true)).subspan(6)));
    write(folder / "extras.png", parts.file());
}

void write_photographs(const std::filesystem::path& folder) {
    const auto photo = scribble(19, 17, 3, 1);
    const auto baseline = jpeg(photo, TJPF_RGB);
    write(folder / "baseline.jpg", baseline);
    write(folder / "endless.jpg", BytesView(baseline).first(baseline.size() - 2));
    write(folder / "progressive.jpg", jpeg(photo, TJPF_RGB, TJFLAG_PROGRESSIVE));
    write(folder / "grey.jpg", jpeg(scribble(16, 16, 1, 1), TJPF_GRAY));
    write(folder / "lying.jpg", with_exif(baseline, exif_data(8, false)));
    write(folder / "exact.webp", webp(photo));
    write(folder / "lossy.webp", webp(scribble(17, 33, 4, 1), 70));
    const auto still = webp(scribble(16, 16, 3, 1));
    Bytes body(still.begin() + 12, still.end());
    append(body, riff_chunk("EXIF", BytesView(exif_data(3, true)).subspan(6)));
    write(folder / "lying.webp", extended_webp(exif_flag, 16, 16, body));
}

/// As small as the reader lets a network be.
void write_networks(const std::filesystem::path& folder) {
    OnnxBuilder small(13);
    const auto pooled = small.pool("MaxPool", "image", 24);
    const auto clipped =
        small.apply("Clip", {pooled, small.tensor({}, {0}), small.tensor({}, {6})});
    small.output(small.gemm(small.flatten(clipped), 4, 2), 2);
    write(folder / "clip.onnx", small.bytes());
    OnnxBuilder mean(18);
    const auto convolved = mean.apply("Relu", {mean.conv("image", 1, 2, 3, 8)});
    const auto averaged = mean.add("ReduceMean", {convolved, mean.integers({2, 3})}).output(0);
    mean.output(mean.gemm(mean.flatten(averaged), 2, 2), 2);
    write(folder / "mean.onnx", mean.bytes());
    OnnxBuilder shaped(11);
    const auto flat = shaped.apply(
        "Reshape", {shaped.pool("AveragePool", "image", 24), shaped.integers({0, -1})});
    shaped.output(shaped.gemm(flat, 4, 2), 2);
    write(folder / "reshape.onnx", shaped.bytes());
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) return 64;
    const std::filesystem::path corpus = arguments[1];
    write_pngs(corpus / "decode");
    write_photographs(corpus / "decode");
    write_networks(corpus / "graph");
    return 0;
}
