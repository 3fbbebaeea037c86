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

# The template writes all app settings anew, and this one may have been set by hand, in a hurry.
look_at_stop() {
    command -v az >/dev/null || {
        complain "az is needed to look whether LICENSE_RELEASE__STOP is set in $FUNCTION_APP_NAME; install it."
        return 0
    }
    stop=$(az functionapp config appsettings list --name "$FUNCTION_APP_NAME" \
        --resource-group "${AZURE_RESOURCE_GROUP:-}" --subscription "${AZURE_SUBSCRIPTION_ID:-}" \
        --query "[?name=='LICENSE_RELEASE__STOP'].value" --output tsv \
        --only-show-errors 2>&1) || {
        case $stop in
        *ResourceNotFound* | *ResourceGroupNotFound*) return 0 ;; # it was taken away, and is made anew
        esac
        complain "LICENSE_RELEASE__STOP of $FUNCTION_APP_NAME could not be read (az login?): $stop"
        return 0
    }
    case $(echo "$stop" | tr '[:upper:]' '[:lower:]') in
    '' | false | no | off | 0) ;;
    *) complain "LICENSE_RELEASE__STOP is $stop in $FUNCTION_APP_NAME. To keep it:\
 azd env set LICENSE_RELEASE__STOP true. To release again, set it to false in the app first." ;;
    esac
}

# Without the name of an app this is the first time.
[ -z "${FUNCTION_APP_NAME:-}" ] || [ "${LICENSE_RELEASE__STOP:-false}" = true ] || look_at_stop

[ "$wrong" = 0 ] || {
    echo "Nothing was provisioned. Mend the above (see infra/bicep/README.md) and run azd again." >&2
    exit 1
}
