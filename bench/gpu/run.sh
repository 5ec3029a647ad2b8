#!/usr/bin/env bash
# Runs the measurement of .gpu/ (bench/gpu/pack.mjs) on a machine with a GPU, without Node and network, as root:
#   bash bench/gpu/run.sh RESULT_FOLDER [options of bench/gpu.mjs]
#   PROGRAM=gpuProfile.mjs bash bench/gpu/run.sh RESULT_FOLDER [options of bench/gpuProfile.mjs]
# Writes gpu.json there, and what the parts wrote to standard error; or profiles.
set -eu
export PATH="$PATH:/usr/sbin:/sbin"
archive=$(cd "$(dirname "$0")/../../.gpu" && pwd)
out=$1
shift
if ! ldconfig -p | grep -q libvulkan; then
  for package in "$archive"/*.deb; do dpkg -x "$package" /; done
  ldconfig
fi
folder=$(mktemp -d)
tar -C "$folder" -xJf "$archive/app.tar.xz" || python3 -m tarfile -e "$archive/app.tar.xz" "$folder"
nvidia-smi -L || true
cd "$folder"
export ORT_DISABLE_TELEMETRY=1 PYTHONDONTWRITEBYTECODE=1
program=${PROGRAM:-gpu.mjs}
[ "$program" != gpu.mjs ] || out=$out/gpu.json
exec app/node "app/$program" "$out" "$@"
