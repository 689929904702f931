#!/usr/bin/env bash
# Installs what Nascent needs and what is missing, from Debian's own packages (Debian 12 or later, as root or with sudo).
#   scripts/setup.sh            compilers and libraries
#   scripts/setup.sh --tests    and what the tests need
#   scripts/setup.sh --no-torch leaves out libtorch and ONNX
#   scripts/setup.sh --data     and Fashion-MNIST (dataset-fashion-mnist, MIT licence)
# Does nothing when everything is there.
set -euo pipefail

packages=(g++ cmake ninja-build ccache mold pkg-config git ca-certificates graphviz
  libfmt-dev nlohmann-json3-dev libcli11-dev libtomlplusplus-dev libsqlite3-dev zlib1g-dev libeigen3-dev libstb-dev
  libxgboost-dev liblinear-dev libfaiss-dev
  libopenblas0-openmp libtorch-dev libonnx-dev libprotobuf-dev)
for option in "$@"; do
  case "$option" in
    --tests) packages+=(libgtest-dev libgmock-dev libbenchmark-dev libopencv-core-dev libopencv-dnn-dev) ;;
    --no-torch) for package in libtorch-dev libonnx-dev libprotobuf-dev; do packages=("${packages[@]/$package/}"); done ;;
    --data) packages+=(dataset-fashion-mnist) ;;
    *) echo "setup: unknown option $option; there are --tests, --data and --no-torch" >&2; exit 2 ;;
  esac
done

if ! command -v dpkg-query >/dev/null; then
  echo "setup: this script installs Debian packages, and there is no dpkg here; install the equivalents of: ${packages[*]}" >&2
  exit 2
fi

missing=()
for package in "${packages[@]}"; do
  [ -n "$package" ] || continue
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "setup: everything is installed"
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "setup: missing ${missing[*]}; run this as root, or install sudo" >&2
    exit 2
  fi
  as_root=(sudo)
fi

echo "setup: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# A list of packages that is fresh enough spares the update; an old one is refreshed when the install fails.
install() { "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$log" 2>&1; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! install; then
  if ! { "${as_root[@]}" apt-get update -qq >"$log" 2>&1 && install; }; then
    tail -n 5 "$log" >&2
    echo "setup: could not install ${missing[*]}; check the network and /etc/apt/sources.list" >&2
    exit 2
  fi
fi
echo "setup: done"
