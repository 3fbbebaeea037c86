#!/bin/sh
# Prints the path of a Python 3.13, looked for on PATH, in pyenv and in uv; says how to get one if there is none.
works() { [ -n "$1" ] && "$1" -c 'import sys, venv; sys.exit(sys.version_info[:2] != (3, 13))' >/dev/null 2>&1; }
for candidate in "${PYTHON:-}" python3.13 python3 python \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13*/bin/python \
    "$(uv python find 3.13 2>/dev/null)"; do
    if works "$candidate"; then
        command -v "$candidate"
        exit 0
    fi
done
cat >&2 <<'EOF'
License Steward needs Python 3.13, and there is none on PATH, in pyenv or in uv.
Get one with any of these, then run the same command again:
    uv python install 3.13
    pyenv install 3.13
    your system's package manager, or the installer from python.org
or name one yourself:  make run PYTHON=/path/to/python3.13
EOF
exit 1
