#!/bin/bash
# MLflow's file store loses the aliases of a registered model that is renamed, and breaks off midway where a version has a
# tag: the model is then found under both names.
#
# Versions: mlflow-skinny 3.12.0 (the last whose file store opens without a flag) and 2.14.3, Python 3.11.
# Valid input: MlflowClient.rename_registered_model of a model with one version, which an alias names; the same where the
# version has a tag.
# Seen: without a tag the rename succeeds, and `aliases` is empty afterwards. With one it raises AttributeError ('str'
# object has no attribute 'key'); then search_registered_models lists the new name without aliases, and the old one.
# Why one would not guess it: a rename is documented to change the name, and nothing says that the alias by which code
# loads the model is gone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >rename.py <<'PY'
import os
import warnings

warnings.filterwarnings("ignore")
import mlflow
from mlflow import MlflowClient


def seen(label, uri, tagged):
    client = MlflowClient(tracking_uri=uri, registry_uri=uri)
    client.create_registered_model("old")
    client.create_model_version("old", source=os.getcwd())
    client.set_registered_model_alias("old", "champion", "1")
    if tagged:
        client.set_model_version_tag("old", "1", "reviewed", "yes")
    try:
        client.rename_registered_model("old", "new")
        outcome = "renamed"
    except AttributeError as error:
        outcome = f"AttributeError: {error}"
    models = client.search_registered_models()
    print(label, outcome, [(m.name, dict(m.aliases)) for m in sorted(models, key=lambda m: m.name)])


seen("file store:", f"file://{os.getcwd()}/plain", False)
seen("file store, tagged version:", f"file://{os.getcwd()}/tagged", True)
PY
for version in 2.14.3 3.12.0; do
  python3 -m venv "venv-$version"
  "venv-$version/bin/pip" install -q --disable-pip-version-check "mlflow-skinny==$version" 'setuptools<81'
  mkdir "run-$version"
  (cd "run-$version" && "../venv-$version/bin/python" ../rename.py 2>/dev/null) | sed "s/^/$version /" | tee -a seen.txt
done
diff - seen.txt <<'SEEN'
2.14.3 file store: renamed [('new', {})]
2.14.3 file store, tagged version: AttributeError: 'str' object has no attribute 'key' [('new', {}), ('old', {'champion': '1'})]
3.12.0 file store: renamed [('new', {})]
3.12.0 file store, tagged version: AttributeError: 'str' object has no attribute 'key' [('new', {}), ('old', {'champion': '1'})]
SEEN
