#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Makes a private certificate authority, and what it has signed, with GnuTLS's certtool.
# usage: make-certificates.sh CERTTOOL FOLDER
#
#   ca.pem, ca.key          the authority that all below go by, unless said otherwise
#   other-ca.pem            another one, which has signed nothing
#   server.pem, .key        for localhost, 127.0.0.1 and ::1
#   other-name.pem, .key    for other.example only
#   ip.pem, .key            for 127.0.0.1 only
#   dns.pem, .key           for localhost only
#   expired.pem, .key       for localhost, until 2001
#   future.pem, .key        for localhost, from 2099
#   self-signed.pem, .key   for localhost, signed by nobody else
#   proxy.pem, .key         for proxy.localhost only
#   chain.pem, .key         for localhost, signed by intermediate.pem, which is in the file too
#   client.pem, .key        a client's, named "client"
#   client.p12              the same as PKCS#12, with the password "secret"
#   NAME.sha256             in hexadecimal: the hash of NAME's SubjectPublicKeyInfo
set -eu

certtool=$1
folder=$2
names='tls_www_server
signing_key
dns_name = localhost'

# Keeps what certtool has to say for when it fails.
quietly () {
  "$@" >"$folder/certtool.log" 2>&1 || { cat "$folder/certtool.log" >&2; exit 1; }
}

# NAME LINES...: the template, with a lifetime unless LINES have one.
write_template () {
  template=$folder/$1.template
  printf 'cn = "%s"\n' "$1" >"$template"
  printf '%s\n' "$2" >>"$template"
  case $2 in
    *expiration_date*) ;;
    *) echo 'expiration_days = 3650' >>"$template" ;;
  esac
}

make_key () {
  quietly "$certtool" --generate-privkey --key-type ecdsa --curve secp256r1 --outfile "$folder/$1.key"
}

# NAME LINES
make_self_signed () {
  write_template "$1" "$2"
  make_key "$1"
  quietly "$certtool" --generate-self-signed --load-privkey "$folder/$1.key" \
    --template "$folder/$1.template" --outfile "$folder/$1.pem"
}

# NAME LINES [ISSUER]
make_signed () {
  write_template "$1" "$2"
  make_key "$1"
  quietly "$certtool" --generate-certificate --load-privkey "$folder/$1.key" \
    --load-ca-certificate "$folder/${3:-ca}.pem" --load-ca-privkey "$folder/${3:-ca}.key" \
    --template "$folder/$1.template" --outfile "$folder/$1.pem"
}

write_hash () {
  quietly "$certtool" --pubkey-info --outder --load-certificate "$folder/$1.pem" --outfile "$folder/$1.spki"
  sha256sum "$folder/$1.spki" | cut -d ' ' -f 1 >"$folder/$1.sha256"
}

mkdir -p "$folder"
make_self_signed ca 'ca
cert_signing_key'
make_self_signed other-ca 'ca
cert_signing_key'
make_signed server "$names
ip_address = 127.0.0.1
ip_address = ::1"
make_signed other-name 'tls_www_server
signing_key
dns_name = other.example'
make_signed ip 'tls_www_server
signing_key
ip_address = 127.0.0.1'
make_signed dns "$names"
make_signed expired "$names
activation_date = \"2000-01-01 00:00:00\"
expiration_date = \"2001-01-01 00:00:00\""
make_signed future "$names
activation_date = \"2099-01-01 00:00:00\"
expiration_date = \"2100-01-01 00:00:00\""
make_self_signed self-signed "$names"
make_signed proxy 'tls_www_server
signing_key
dns_name = proxy.localhost'
make_signed intermediate 'ca
cert_signing_key'
make_signed chain "$names" intermediate
cat "$folder/intermediate.pem" >>"$folder/chain.pem"
make_signed client 'tls_www_client
signing_key'
quietly "$certtool" --to-p12 --load-privkey "$folder/client.key" --load-certificate "$folder/client.pem" \
  --p12-name client --password secret --outder --outfile "$folder/client.p12"
for name in ca other-ca server self-signed intermediate; do
  write_hash "$name"
done
