#!/usr/bin/env bash
# Installs a build into a fresh prefix, and configures, builds and runs a project outside of this tree against it.
#   outside_project.sh CMAKE BUILD_FOLDER COMPILER
set -euo pipefail
cmake=$1 build=$2 compiler=$3
here="$(cd "$(dirname "$0")" && pwd)"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT

"$cmake" --install "$build" --prefix "$folder/prefix" >"$folder/install.log"
cp -r "$here/outside_project" "$folder/project"
"$cmake" -S "$folder/project" -B "$folder/project/build" -DCMAKE_PREFIX_PATH="$folder/prefix" \
  -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_BUILD_TYPE=Debug
"$cmake" --build "$folder/project/build"
cd "$folder"
project/build/outside
[ -s outside.db ]

# The installed headers stand alone: none of them reaches into the source tree.
for header in $(cd "$folder/prefix/include" && find nascent -name '*.h'); do
  echo "#include <$header>"
done >"$folder/project/all.cpp"
echo 'add_library(all_headers OBJECT all.cpp)
target_link_libraries(all_headers PRIVATE nascent::search)' >>"$folder/project/CMakeLists.txt"
"$cmake" --build "$folder/project/build"

"$folder/prefix/bin/nascent" --version
[ -x "$folder/prefix/bin/nascent-worker" ]
echo "install: an outside project finds, builds and runs"
