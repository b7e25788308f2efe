#pragma once

#include <cstdint>

#include "unit/drawing/pictures.h"

namespace croquis::drawing::testing_support {

/// What can be wrong or unusual about Exif data.
struct ExifForm {
    std::uint32_t directory_at = 8;
    std::uint16_t entries_before = 0;  ///< of another tag
    std::uint16_t entry_count = 0;     ///< as said; 0: what there is
    std::uint16_t tag = 0x0112;
    std::uint16_t type = 3;  ///< SHORT
};

/// Exif data with an orientation: a TIFF header and one directory.
inline Bytes exif_data(std::uint16_t orientation, bool big_endian, const ExifForm& form = {}) {
    Bytes data;
    const auto put = [&](std::uint32_t value, unsigned size) {
        for (unsigned i = 0; i < size; ++i) {
            const unsigned shift = 8 * (big_endian ? size - 1 - i : i);
            data.push_back(static_cast<std::uint8_t>(value >> shift));
        }
    };
    append(data, std::string_view("Exif\0\0", 6));
    append(data, big_endian ? "MM" : "II");
    put(42, 2);
    put(form.directory_at, 4);
    put(form.entry_count != 0 ? form.entry_count : form.entries_before + 1U, 2);
    for (unsigned i = 0; i <= form.entries_before; ++i) {
        const bool last = i == form.entries_before;
        put(last ? form.tag : 0x010fU, 2);
        put(last ? form.type : 2U, 2);
        put(1, 4);
        put(last ? orientation : 0U, 2);
        put(0, 2);
    }
    put(0, 4);
    return data;
}

/// Puts `data` into an APP1 segment in front of a JPEG's others.
inline Bytes with_exif(const Bytes& jpeg, BytesView data) {
    Bytes file(jpeg.begin(), jpeg.begin() + 2);
    const auto length = static_cast<std::uint16_t>(data.size() + 2);
    append(file, Bytes{0xff, 0xe1, static_cast<std::uint8_t>(length >> 8U),
                       static_cast<std::uint8_t>(length)});
    append(file, data);
    append(file, BytesView(jpeg).subspan(2));
    return file;
}

}  // namespace croquis::drawing::testing_support
