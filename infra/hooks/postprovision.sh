#!/bin/sh
# After azd provisioned: load the certificates that the QMC exported into Key Vault.
#
#   CLIENT_CERTIFICATE_FILE  client.pem, or a .pfx without password
#   CLIENT_KEY_FILE          client_key.pem
#   ROOT_CERTIFICATE_FILE    root.pem
#
# The files are read by az and never printed. A secret gets the expiry date of its certificate, so that the app warns
# in time. A file that is in the vault as it is makes no new version.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
tries=${SECRET_TRIES:-20}
wait_seconds=${SECRET_WAIT_SECONDS:-15}

fail() {
    echo "$1" >&2
    exit 1
}

file_of() {
    case $1 in
    /*) echo "$1" ;;
    *) echo "$root/$1" ;;
    esac
}

fingerprint() { # of a file, to tell whether the vault has it already
    openssl dgst -sha256 -r "$1" | cut -d ' ' -f 1
}

expiry() { # of the certificate in a PEM file as 2027-01-31T12:00:00Z; nothing when there is none in it
    # openssl writes notAfter=Jan 31 12:00:00 2027 GMT; the option for ISO dates is missing on macOS.
    openssl x509 -in "$1" -noout -enddate 2>/dev/null | sed 's/^notAfter=//' | awk '
        { month = (index("JanFebMarAprMayJunJulAugSepOctNovDec", $1) + 2) / 3
          printf "%s-%02d-%02dT%sZ\n", $4, month, $2, $3 }'
}

stored_fingerprint() {
    az keyvault secret show --vault-name "$KEY_VAULT_NAME" --name "$1" --query tags.sha256 --output tsv 2>/dev/null ||
        true
}

store() { # name, file, further options of az
    name=$1 file=$2
    shift 2
    try=1
    until error=$(az keyvault secret set --vault-name "$KEY_VAULT_NAME" --name "$name" --file "$file" \
        --tags "sha256=$(fingerprint "$file")" --output none "$@" 2>&1); do
        # A role that was just given takes some minutes to be known everywhere.
        case $error in
        *ForbiddenByRbac*) ;;
        *) fail "$name: az could not store the secret: $error" ;;
        esac
        [ "$try" -lt "$tries" ] || fail "$name: you may not write secrets into $KEY_VAULT_NAME: $error"
        echo "$name: waiting for the role Key Vault Secrets Officer ($try of $tries)"
        try=$((try + 1))
        sleep "$wait_seconds"
    done
}

load() { # name of the secret, file or nothing
    [ -n "$2" ] || return 0
    path=$(file_of "$2")
    [ -r "$path" ] || fail "$1: there is no file $path that can be read."
    if [ "$(stored_fingerprint "$1")" = "$(fingerprint "$path")" ]; then
        echo "$1: unchanged"
        return 0
    fi
    case $path in
    *.pfx | *.p12 | *.PFX | *.P12) store "$1" "$path" --encoding base64 ;;
    *)
        grep -q -e '-----BEGIN' "$path" || fail "$1: $path is no PEM file; export it from the QMC with format PEM."
        expires=$(expiry "$path")
        if [ -n "$expires" ]; then
            store "$1" "$path" --encoding utf-8 --expires "$expires"
        else
            store "$1" "$path" --encoding utf-8
        fi
        ;;
    esac
    echo "$1: stored"
}

[ -n "${CLIENT_CERTIFICATE_FILE:-}${CLIENT_KEY_FILE:-}${ROOT_CERTIFICATE_FILE:-}" ] || {
    echo "No certificate files are given; the secrets in Key Vault stay as they are (infra/bicep/README.md)."
    exit 0
}
[ -n "${KEY_VAULT_NAME:-}" ] || fail "KEY_VAULT_NAME is not set: run this by azd provision, or give the vault's name."
for tool in az openssl; do
    command -v "$tool" >/dev/null || fail "$tool is needed to load certificates; install it and run azd provision again."
done

load "${QLIK_SENSE__CLIENT_CERTIFICATE_SECRET:-qlik-client-certificate}" "${CLIENT_CERTIFICATE_FILE:-}"
load "${QLIK_SENSE__CLIENT_KEY_SECRET:-qlik-client-key}" "${CLIENT_KEY_FILE:-}"
load "${QLIK_SENSE__ROOT_CERTIFICATE_SECRET:-qlik-root-certificate}" "${ROOT_CERTIFICATE_FILE:-}"
