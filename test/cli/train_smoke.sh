#!/usr/bin/env bash
# Writes a data set, trains for 4 steps with a stop after 2, and evaluates, with the commands of a user.
set -euo pipefail
out=$1
recipe=$(dirname "${BASH_SOURCE[0]}")/../../recipes/smoke.yaml
samwise data painted --out "$out/data" --split train val --videos 2 1 --frames 6 --width 64 --height 48
samwise data check "$out/data"
train=(samwise train "$recipe" --data "mevis:$out/data:train" --evaluate "mevis:$out/data:valid_u" --out "$out/run")
"${train[@]}" --stop-after 2
"${train[@]}"
samwise evaluate --model "$out/run/model" --data "mevis:$out/data:valid_u" --mode online
