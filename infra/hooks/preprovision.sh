#!/bin/sh
# Before azd provisions: is what the templates need there? Says what to do, all at once.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
wrong=0

complain() {
    echo "- $1" >&2
    wrong=1
}

file_of() { # a path given relative is seen from the project's folder
    case $1 in
    /*) echo "$1" ;;
    *) echo "$root/$1" ;;
    esac
}

is_file() {
    [ -z "$2" ] || [ -r "$(file_of "$2")" ] || complain "$1: there is no file $(file_of "$2") that can be read."
}

[ -n "${SITE_NAME:-}" ] || complain "SITE_NAME is not set: azd env set SITE_NAME Production"
[ -n "${QLIK_SENSE__HOST:-}" ] ||
    complain "QLIK_SENSE__HOST is not set: azd env set QLIK_SENSE__HOST sense.example.com"
is_file CLIENT_CERTIFICATE_FILE "${CLIENT_CERTIFICATE_FILE:-}"
is_file CLIENT_KEY_FILE "${CLIENT_KEY_FILE:-}"
is_file ROOT_CERTIFICATE_FILE "${ROOT_CERTIFICATE_FILE:-}"

case ${NETWORK_MODE:-none} in
none)
    [ "${PRIVATE_ENDPOINTS:-false}" != true ] ||
        complain "PRIVATE_ENDPOINTS is true and NETWORK_MODE is none: azd env set NETWORK_MODE new (or existing)"
    ;;
new) ;;
existing)
    [ -n "${EXISTING_APP_SUBNET_ID:-}" ] || complain "EXISTING_APP_SUBNET_ID is not set, and NETWORK_MODE is existing."
    [ "${PRIVATE_ENDPOINTS:-false}" != true ] || [ -n "${EXISTING_PRIVATE_ENDPOINT_SUBNET_ID:-}" ] ||
        complain "EXISTING_PRIVATE_ENDPOINT_SUBNET_ID is not set, and PRIVATE_ENDPOINTS is true."
    ;;
*) complain "NETWORK_MODE is ${NETWORK_MODE}; it takes none, new or existing." ;;
esac

[ "$wrong" = 0 ] || {
    echo "Nothing was provisioned. Mend the above (see infra/bicep/README.md) and run azd again." >&2
    exit 1
}
