#include "drawing/jpeg.h"

// jpeglib.h needs std::size_t and std::FILE before it.
#include <cstddef>
#include <cstdio>

#include <jerror.h>
#include <jpeglib.h>
#include <turbojpeg.h>

#include <csetjmp>
#include <memory>
#include <optional>

#include "drawing/exif.h"
#include "drawing/refusals.h"

namespace croquis::drawing {
namespace {

/// Scans of a progressive file: each goes over the whole picture. libjpeg-turbo's own limit.
constexpr int max_scans = 500;
constexpr int rewritten_jpeg_quality = 92;

/// libjpeg reports an error by a jump, so its functions are called from members without objects
/// that would have to be destroyed.
class JpegReader {
  public:
    explicit JpegReader(BytesView file) : file_(file) {
        info_.err = jpeg_std_error(&errors_);
        info_.client_data = this;
        errors_.error_exit = on_error;
        errors_.emit_message = on_message;
        errors_.output_message = [](j_common_ptr) {};
        progress_.progress_monitor = on_progress;
    }
    ~JpegReader() { jpeg_destroy_decompress(&info_); }
    JpegReader(const JpegReader&) = delete;
    JpegReader& operator=(const JpegReader&) = delete;

    bool read_header() {
        if (setjmp(jump_) != 0) return false;
        jpeg_create_decompress(&info_);
        info_.progress = &progress_;
        jpeg_mem_src(&info_, file_.data(), file_.size());
        return jpeg_read_header(&info_, TRUE) == JPEG_HEADER_OK;
    }

    /// `image` is of the header's size.
    bool read_pixels(Image& image) {
        if (setjmp(jump_) != 0) return false;
        info_.out_color_space = image.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
        in_pixels_ = true;
        if (jpeg_start_decompress(&info_) == FALSE || !has_every_component()) return false;
        const std::size_t stride =
            static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.channels);
        while (info_.output_scanline < info_.output_height) {
            JSAMPROW row = image.pixels.data() + info_.output_scanline * stride;
            if (jpeg_read_scanlines(&info_, &row, 1) != 1) return false;
        }
        return true;
    }

    [[nodiscard]] const jpeg_decompress_struct& info() const { return info_; }

  private:
    static JpegReader& reader(j_common_ptr info) {
        return *static_cast<JpegReader*>(info->client_data);
    }

    [[noreturn]] static void on_error(j_common_ptr info) { std::longjmp(reader(info).jump_, 1); }

    static void on_progress(j_common_ptr info) {
        if (reader(info).info_.input_scan_number > max_scans) on_error(info);
    }

    /// A warning (below 0) is of the row of blocks that is being read.
    static void on_message(j_common_ptr info, int level) {
        if (level < 0 && reader(info).is_grave()) on_error(info);
    }

    [[nodiscard]] bool is_grave() {
        if (errors_.msg_code == JWRN_JPEG_EOF) cut_short_ = true;
        // Data that are missing there are reported as such too.
        if (!in_pixels_ || errors_.msg_code == JWRN_JPEG_EOF) return false;
        if (errors_.msg_code == JWRN_EXTRANEOUS_DATA && is_in_last_row()) return false;
        return !is_in_last_row() || info_.total_iMCU_rows == 1;
    }

    [[nodiscard]] bool is_in_last_row() const {
        return info_.input_iMCU_row + 1 >= info_.total_iMCU_rows;
    }

    /// A component has its table once a scan of it has begun. Of a progressive file that is cut
    /// short, all of the first component's coefficients must have been begun.
    [[nodiscard]] bool has_every_component() const {
        for (int i = 0; i < info_.num_components; ++i)
            if (info_.comp_info[i].quant_table == nullptr) return false;
        if (!cut_short_ || info_.coef_bits == nullptr) return true;
        for (const int bits : info_.coef_bits[0])
            if (bits < 0) return false;
        return true;
    }

    BytesView file_;
    jpeg_decompress_struct info_{};
    jpeg_error_mgr errors_{};
    jpeg_progress_mgr progress_{};
    std::jmp_buf jump_{};
    bool in_pixels_ = false;
    bool cut_short_ = false;
};

using TurboJpeg = std::unique_ptr<void, decltype(&tjDestroy)>;
using TurboBytes = std::unique_ptr<unsigned char, decltype(&tjFree)>;

/// The coefficients written anew; nothing where they cannot be turned exactly.
std::optional<Bytes> turned_exactly(BytesView file, int orientation, bool progressive) {
    static constexpr std::array<int, 9> operations{TJXOP_NONE,   TJXOP_NONE,       TJXOP_HFLIP,
                                                   TJXOP_ROT180, TJXOP_VFLIP,      TJXOP_TRANSPOSE,
                                                   TJXOP_ROT90,  TJXOP_TRANSVERSE, TJXOP_ROT270};
    const TurboJpeg engine(tjInitTransform(), tjDestroy);
    if (!engine) throw std::bad_alloc();
    tjtransform transform{};
    transform.op = operations.at(static_cast<std::size_t>(orientation));
    transform.options = TJXOPT_COPYNONE | TJXOPT_PERFECT | (progressive ? TJXOPT_PROGRESSIVE : 0);
    unsigned char* data = nullptr;
    unsigned long size = 0;
    const int failed = tjTransform(engine.get(), file.data(), file.size(), 1, &data, &size,
                                   &transform, TJFLAG_LIMITSCANS);
    const TurboBytes owned(data, tjFree);
    if (!owned || size == 0) return std::nullopt;
    Bytes turned(owned.get(), owned.get() + size);
    // A warning is of damage that decode_jpeg has put up with, which may look otherwise written
    // anew.
    const bool warned = failed != 0;
    if (warned && tjGetErrorCode(engine.get()) != TJERR_WARNING) return std::nullopt;
    if (warned && !decode_jpeg(turned, unlimited)) return std::nullopt;
    return turned;
}

Result<Bytes> encode_jpeg(const Image& image) {
    const TurboJpeg engine(tjInitCompress(), tjDestroy);
    if (!engine) throw std::bad_alloc();
    const bool grey = image.channels == 1;
    unsigned char* data = nullptr;
    unsigned long size = 0;
    const int failed = tjCompress2(engine.get(), image.pixels.data(), image.width, 0, image.height,
                                   grey ? TJPF_GRAY : TJPF_RGB, &data, &size,
                                   grey ? TJSAMP_GRAY : TJSAMP_444, rewritten_jpeg_quality, 0);
    const TurboBytes owned(data, tjFree);
    if (failed != 0)
        return Error{ErrorKind::internal, std::string("The JPEG cannot be written: ") +
                                              tjGetErrorStr2(engine.get()) + "."};
    return Bytes(owned.get(), owned.get() + size);
}

}  // namespace

Result<Image> decode_jpeg(BytesView file, const DecodeLimits& limits) {
    JpegReader reader(file);
    if (!reader.read_header()) return damaged("JPEG");
    const auto& info = reader.info();
    if (const auto fits = check_size(info.image_width, info.image_height, limits); !fits)
        return fits.error();
    if (info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK)
        return refused(ErrorKind::unsupported_media,
                       "JPEG pictures in printing colours (CMYK) are not read; send RGB.");
    const bool grey = info.jpeg_color_space == JCS_GRAYSCALE;
    Image image = blank(static_cast<int>(info.image_width), static_cast<int>(info.image_height),
                        grey ? 1 : 3);
    if (!reader.read_pixels(image)) return damaged("JPEG");
    return upright(std::move(image), exif_orientation(file));
}

Result<Bytes> bare_jpeg(BytesView file) {
    bool progressive = false;
    {
        JpegReader reader(file);
        if (!reader.read_header()) return damaged("JPEG");
        progressive = reader.info().progressive_mode != FALSE;
    }
    const int orientation = exif_orientation(file);
    if (auto turned = turned_exactly(file, orientation, progressive)) return std::move(*turned);
    const auto image = decode_jpeg(file, unlimited);
    if (!image) return image.error();
    return encode_jpeg(*image);
}

}  // namespace croquis::drawing
