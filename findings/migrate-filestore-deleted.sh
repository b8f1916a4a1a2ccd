#!/bin/bash
# "mlflow migrate-filestore" brings experiments back to life that MLflow 1.x had deleted: they are active in the database that
# it makes, with all their runs.
#
# Versions: a folder written by mlflow-skinny 1.30.1, migrated by mlflow-skinny 3.17.2 with SQLAlchemy 2.0.44 and Alembic
# 1.17.1; Python 3.11.
# Valid input: MlflowClient.create_experiment and delete_experiment of 1.30.1 on a file store, then
# `mlflow migrate-filestore --source … --target sqlite:///…`.
# Seen: MLflow 1.30.1 lists the experiment among the deleted ones only, and so does the file store of 3.17.2; in the migrated
# database it is among the active ones only.
# Why one would not guess it: 1.x deletes an experiment by moving its folder to `.trash` and leaves "lifecycle_stage: active"
# in its meta.yaml. A file store's searches go by the place; the migration goes by the file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export PYTHONWARNINGS=ignore MLFLOW_ALLOW_FILE_STORE=true GIT_PYTHON_REFRESH=quiet
python3 -m venv old
old/bin/pip install -q --disable-pip-version-check 'mlflow-skinny==1.30.1' 'setuptools<81' 2>/dev/null
python3 -m venv new
new/bin/pip install -q --disable-pip-version-check 'mlflow-skinny==3.17.2' 'sqlalchemy==2.0.44' 'alembic==1.17.1'
cat >make.py <<'PY'
import os

from mlflow.tracking import MlflowClient

client = MlflowClient(tracking_uri=f"file://{os.getcwd()}/mlruns")
client.delete_experiment(client.create_experiment("given up"))
PY
cat >stage.py <<'PY'
import sys

from mlflow.entities import ViewType
from mlflow.tracking import MlflowClient

client = MlflowClient(tracking_uri=sys.argv[2])
for view in ("ACTIVE_ONLY", "DELETED_ONLY"):
    found = client.search_experiments(view_type=getattr(ViewType, view))
    if "given up" in [each.name for each in found]:
        print(sys.argv[1], view)
PY
old/bin/python make.py
{
  old/bin/python stage.py '1.30.1, folder:' "file://$folder/mlruns"
  new/bin/python stage.py '3.17.2, folder:' "file://$folder/mlruns"
  new/bin/mlflow migrate-filestore --source "$folder/mlruns" --target "sqlite:///$folder/mlflow.db" >/dev/null 2>&1
  new/bin/python stage.py '3.17.2, migrated:' "sqlite:///$folder/mlflow.db"
} 2>/dev/null | tee seen.txt
diff - seen.txt <<'SEEN'
1.30.1, folder: DELETED_ONLY
3.17.2, folder: DELETED_ONLY
3.17.2, migrated: ACTIVE_ONLY
SEEN
