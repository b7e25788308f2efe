#include "core/metrics.h"

#include <prometheus/text_serializer.h>

namespace croquis {

Metrics::Metrics() : registry_(std::make_shared<prometheus::Registry>()) {}

prometheus::Counter& Metrics::counter(const std::string& name, const std::string& help,
                                      const prometheus::Labels& labels) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(*registry_).Add(labels);
}

prometheus::Gauge& Metrics::gauge(const std::string& name, const std::string& help,
                                  const prometheus::Labels& labels) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(*registry_).Add(labels);
}

prometheus::Histogram& Metrics::seconds(const std::string& name, const std::string& help,
                                        const prometheus::Labels& labels) {
    return prometheus::BuildHistogram()
        .Name(name)
        .Help(help)
        .Register(*registry_)
        .Add(labels, prometheus::Histogram::BucketBoundaries{50e-6, 100e-6, 250e-6, 500e-6, 1e-3,
                                                             2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 0.1,
                                                             0.25, 0.5, 1, 2.5, 5, 10});
}

prometheus::Histogram& Metrics::long_seconds(const std::string& name, const std::string& help,
                                             const prometheus::Labels& labels) {
    return prometheus::BuildHistogram()
        .Name(name)
        .Help(help)
        .Register(*registry_)
        .Add(labels, prometheus::Histogram::BucketBoundaries{0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600,
                                                             14'400, 43'200, 86'400});
}

prometheus::Histogram& Metrics::sizes(const std::string& name, const std::string& help,
                                      const prometheus::Labels& labels) {
    return prometheus::BuildHistogram()
        .Name(name)
        .Help(help)
        .Register(*registry_)
        .Add(labels,
             prometheus::Histogram::BucketBoundaries{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024});
}

std::string Metrics::text() const {
    return prometheus::TextSerializer().Serialize(registry_->Collect());
}

}  // namespace croquis
