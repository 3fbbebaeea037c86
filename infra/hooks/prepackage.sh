#!/bin/sh
# Before azd makes the package: the app's packages for Linux and Python 3.13, whatever this machine is.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
target=${PACKAGES_FOLDER:-$root/.python_packages/lib/site-packages}
python=${PYTHON:-python3}

rm -rf "$target"
"$python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
    --requirement "$root/requirements.lock.txt" --target "$target" \
    --python-version 3.13 --implementation cp --platform manylinux_2_28_x86_64 --platform manylinux2014_x86_64 \
    --only-binary :all:
