#pragma once

#include <memory>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string>

namespace herd::net {

/// Owners of what OpenSSL allocates. For the files that call OpenSSL, not for headers.
template <auto Free>
struct OpensslFree {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

using OpensslBio = std::unique_ptr<BIO, OpensslFree<BIO_free_all>>;
using OpensslKey = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;
using OpensslNames = std::unique_ptr<GENERAL_NAMES, OpensslFree<GENERAL_NAMES_free>>;

/// The reason of the failure that OpenSSL remembers last, in its words; forgets them all.
std::string take_openssl_reason();

}  // namespace herd::net
