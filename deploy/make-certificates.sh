#!/bin/sh
# An authority of your own, a certificate for the object store and one for the site, into deploy/certificates.
# Put a public certificate into site.crt and site.key before the world comes. Usage: sh make-certificates.sh api.example.org
set -eu
site=${1:?"name the site: sh make-certificates.sh api.example.org"}
folder=$(dirname "$0")/certificates
umask 077
mkdir -p "$folder"
cd "$folder"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
    -subj "/CN=realestate authority" -addext "keyUsage=critical,keyCertSign,cRLSign" -keyout ca.key -out ca.crt

# make NAME HOST
make() {
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$2" -keyout "$1.key" -out "$1.csr"
    printf 'subjectAltName=DNS:%s\nextendedKeyUsage=serverAuth\n' "$2" > "$1.ext"
    openssl x509 -req -days 825 -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -extfile "$1.ext" -out "$1.crt"
    rm "$1.csr" "$1.ext"
}
make objects objects
make site "$site"
: > metrics.token # METRICS_TOKEN of production.env, without a line break
chmod 644 ./*.crt metrics.token # containers read these as users of their own; the folder is closed
