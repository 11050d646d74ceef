// MD5 over a body that comes in pieces: the `digest` of HTTP_GET (OpenSSL's EVP does the work).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace drover::health {

class Md5 {
public:
    Md5();
    void add(std::string_view bytes);
    /// 32 lower-case hexadecimal digits; empty where OpenSSL refuses MD5 (FIPS). Call it once, at the end.
    std::optional<std::string> finish();

private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const;
    };
    std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace drover::health
