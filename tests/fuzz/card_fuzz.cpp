#include "recognition/card.h"

#include <cmath>

#include "core/bytes.h"
#include "fuzz/target.h"

/// Cards of models.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace croquis;
    const auto card = recognition::parse_card(as_text({data, size}));
    if (!card) {
        fuzz::require(card.error().kind != ErrorKind::internal, "a card is our fault");
        return 0;
    }
    fuzz::require(card->info.labels.size() >= 2 && !card->info.name.empty(),
                  "a card without labels");
    fuzz::require(std::isfinite(card->scaling.scale) && card->scaling.scale != 0, "no scale");
    fuzz::require(card->info.temperature > 0, "no temperature");
    return 0;
}
