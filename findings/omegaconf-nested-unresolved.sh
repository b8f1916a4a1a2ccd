#!/bin/bash
# A DictConfig hands out its values resolved, but writes the configurations within it unresolved.
#
# Versions: omegaconf 2.3.1, Python 3.11.
# Valid input: `for key, value in cfg.items(): log(key, value)` over a configuration with interpolations, which is how
# Hydra's users log theirs.
# Seen: `lr: ${base}` at the top gives 0.1; the same entry one level deeper is written as {'lr': '${base}'}.
# Why one would not guess it: items() resolves what it gives, and str() of what it gives does not. What is stored of one
# run is resolved for some params and not for others; a comparison of runs finds no difference where `base` changed.
# OmegaConf.to_container(cfg, resolve=True) gives all resolved.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check omegaconf==2.3.1
cd "$folder"
"$folder/venv/bin/python" - <<'PY' | tee seen.txt
from omegaconf import OmegaConf

cfg = OmegaConf.create({"base": 0.1, "lr": "${base}", "model": {"lr": "${base}"}})
print({key: str(value) for key, value in cfg.items()})
PY
diff - seen.txt <<'SEEN'
{'base': '0.1', 'lr': '0.1', 'model': "{'lr': '${base}'}"}
SEEN
