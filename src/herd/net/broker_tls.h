#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "herd/base/result.h"

struct ssl_ctx_st;  // OpenSSL's

namespace herd::net {

/// With what a client of an MQTT broker makes sure that it is the one at `host`, a name or an address: TLS 1.2 or
/// later, and the authorities of a PEM file, or those that the system trusts if `authorities` is empty. Why a broker is
/// not trusted is put into `untrusted`, in OpenSSL's words; it outlives the context. The error names the file and what
/// to do.
Result<std::shared_ptr<ssl_ctx_st>> make_broker_tls(const std::filesystem::path& authorities, const std::string& host,
                                                    std::string& untrusted);

}  // namespace herd::net
