#!/usr/bin/env bash
# Whole-process time and peak memory of importing and scoring the LIDC-IDRI readings (1,035 CT files, 174 MB).
# Usage: benches/lidc.sh FOLDER_OF_XML [RUNS]; needs GNU time and a release build.
set -euo pipefail
folder=${1:?usage: benches/lidc.sh FOLDER_OF_XML [RUNS]}
runs=${2:-3}
program=${CARGO_TARGET_DIR:-target}/release/concord
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The readers' outlines overlap less than other shapes do, so instances meet from an IoU of 0.1 on.
cat > "$work/protocol.toml" <<'TOML'
name = "LIDC-IDRI"
version = "1"
error_unit = "instance"
[matching]
min_overlap = 0.1
TOML
for run in $(seq 1 "$runs"); do
  /usr/bin/time --format "run $run: %e s wall, %U s user, %M KiB peak" \
    "$program" --quiet --data-dir "$work/data-$run" import --project lidc --protocol "$work/protocol.toml" "$folder" \
    > "$work/out-$run"
  tail -n 1 "$work/out-$run"
done
