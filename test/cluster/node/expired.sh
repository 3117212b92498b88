#!/bin/sh
# Prints the certificate $cert again: of the same key $key, by kubeadm's authority $ca, but valid until yesterday.
set -e
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 77
echo "$cert" >"$work/cert"
echo "$key" >"$work/key"
: >"$work/index"
cat >"$work/config" <<END
[ca]
default_ca = again
[again]
database = $work/index
new_certs_dir = $work
rand_serial = yes
default_md = sha256
policy = any
preserve = yes
copy_extensions = copyall
[any]
organizationName = optional
commonName = supplied
END
openssl x509 -x509toreq -copy_extensions copyall -in "$work/cert" -signkey "$work/key" -out "$work/request"
openssl ca -batch -notext -config "$work/config" -in "$work/request" -cert "$ca.crt" -keyfile "$ca.key" \
  -startdate "$(date -u -d '-366 days' +%Y%m%d%H%M%SZ)" -enddate "$(date -u -d '-1 day' +%Y%m%d%H%M%SZ)"
