#!/bin/sh
# Writes one target for each folder of fixtures, and the list of targets in Cargo.toml. Run in tests/fuzz after adding an importer.
set -eu
cd "$(dirname "$0")"
sed -i '/^# targets/,$d' Cargo.toml
echo "# targets, written by make_targets.sh" >> Cargo.toml
rm -f fuzz_targets/*.rs
for key in detection $(ls ../fixtures); do
    [ "$key" = detection ] || [ -d "../fixtures/$key/good" ] || continue
    if [ "$key" = detection ]; then
        format=auto
        name=export
    else
        format=$key
        # Named as the first good fixture is, so that formats that look at names see theirs.
        first=$(find "../fixtures/$key/good" -type f ! -name '*.txt.txt' | sort | head -n 1)
        name="export.$(basename "$first" | sed 's/^[^.]*\.//')"
    fi
    printf '#![no_main]\n\nconcord_fuzz::target!("%s", "%s");\n' "$format" "$name" > "fuzz_targets/$key.rs"
    printf '\n[[bin]]\nname = "%s"\npath = "fuzz_targets/%s.rs"\ntest = false\ndoc = false\nbench = false\n' "$key" "$key" >> Cargo.toml
done
