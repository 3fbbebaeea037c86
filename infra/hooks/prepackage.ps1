# Before azd makes the package: the app's packages for Linux and Python 3.13, whatever this machine is.
$ErrorActionPreference = 'Stop'
$root = (Resolve-Path (Join-Path $PSScriptRoot '../..')).Path
$target = if ($env:PACKAGES_FOLDER) { $env:PACKAGES_FOLDER } else { Join-Path $root '.python_packages/lib/site-packages' }
$python = if ($env:PYTHON) { $env:PYTHON } else { 'python' }

if (Test-Path $target) { Remove-Item -Recurse -Force $target }
& $python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps `
    --requirement (Join-Path $root 'requirements.lock.txt') --target $target --python-version 3.13 --implementation cp --platform manylinux_2_28_x86_64 --platform manylinux2014_x86_64 `
    --only-binary :all:
if ($LASTEXITCODE -ne 0) { throw 'The packages of the app could not be installed.' }
