#include "core/http_call.h"

#include <curl/curl.h>

#include <memory>

namespace croquis {
namespace {

constexpr std::size_t most_answered = std::size_t{4} << 20U;

struct Closer {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// libcurl wants to be set up once, before threads use it.
CURLcode set_up() {
    static const CURLcode done = curl_global_init(CURL_GLOBAL_DEFAULT);
    return done;
}

std::size_t take(char* bytes, std::size_t size, std::size_t count, void* into) {
    auto& body = *static_cast<std::string*>(into);
    if (body.size() + size * count > most_answered) return 0;
    body.append(bytes, size * count);
    return size * count;
}

int look(void* call, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    const auto& is_stopped = static_cast<const HttpCall*>(call)->is_stopped;
    return is_stopped && is_stopped() ? 1 : 0;
}

template <class T>
void set(CURL* handle, CURLoption option, T value) {
    curl_easy_setopt(handle, option, value);
}

void prepare(CURL* handle, const HttpCall& call, curl_slist* headers, std::string& answer) {
    set(handle, CURLOPT_URL, call.url.c_str());
    set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    set(handle, CURLOPT_CUSTOMREQUEST, call.method.c_str());
    set(handle, CURLOPT_HTTPHEADER, headers);
    if (call.method != "GET") {
        set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
        set(handle, CURLOPT_POSTFIELDS, call.body.data());
    }
    set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(call.deadline.count()));
    set(handle, CURLOPT_NOSIGNAL, 1L);
    set(handle, CURLOPT_WRITEFUNCTION, &take);
    set(handle, CURLOPT_WRITEDATA, &answer);
    set(handle, CURLOPT_NOPROGRESS, 0L);
    set(handle, CURLOPT_XFERINFOFUNCTION, &look);
    set(handle, CURLOPT_XFERINFODATA, &call);
}

}  // namespace

Result<HttpReply> http_call(const HttpCall& call) {
    const std::unique_ptr<CURL, Closer> handle(set_up() == CURLE_OK ? curl_easy_init() : nullptr);
    if (!handle) return Error{ErrorKind::unavailable, "libcurl cannot be set up.", {}, 60};
    std::unique_ptr<curl_slist, Closer> headers;
    for (const auto& header : call.headers)
        headers.reset(curl_slist_append(headers.release(), header.c_str()));
    HttpReply reply;
    prepare(handle.get(), call, headers.get(), reply.body);
    const CURLcode done = curl_easy_perform(handle.get());
    if (done == CURLE_URL_MALFORMAT || done == CURLE_UNSUPPORTED_PROTOCOL)
        return Error{ErrorKind::invalid, "This is no address of a server.", "url"};
    if (done != CURLE_OK)
        return Error{ErrorKind::unavailable,
                     std::string("The other server does not answer: ") + curl_easy_strerror(done),
                     {},
                     5};
    long status = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
    reply.status = static_cast<int>(status);
    return reply;
}

}  // namespace croquis
