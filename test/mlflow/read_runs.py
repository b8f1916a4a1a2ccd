"""Reads runs with this Python's own MLflow, as what can be compared of a run and its copy: all but ids, places and the
tags that copying sets. Reads JSON {"uri": ..., "runs": [...], "artifacts": true|false}; prints a JSON list."""

import hashlib
import json
import math
import os
import sys
import tempfile

os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")

import mlflow
from mlflow.tracking import MlflowClient

job = json.load(sys.stdin)
mlflow.set_tracking_uri(job["uri"])
client = MlflowClient()
OURS = {"mlflowLens.copiedFrom", "mlflowLens.parentRunId", "mlflow.parentRunId", "mlflow.runName"}


def number(value):
    # A database and a server have the largest double for infinity.
    # Neither keeps a negative zero.
    return repr(math.copysign(math.inf, value)) if abs(value) == sys.float_info.max else repr(float(value) + 0.0)


def point(metric):
    return [metric.key, number(metric.value), metric.timestamp, metric.step]


def artifacts(run_id):
    files = {}

    def walk(path):
        for entry in client.list_artifacts(run_id, path):
            if entry.is_dir:
                walk(entry.path)
            else:
                with tempfile.TemporaryDirectory() as folder:
                    local = mlflow.artifacts.download_artifacts(
                        run_id=run_id, artifact_path=entry.path, dst_path=folder
                    )
                    with open(local, "rb") as file:
                        files[entry.path] = hashlib.sha256(file.read()).hexdigest()

    walk(None)
    return files


def answer(run_id):
    run = client.get_run(run_id)
    info, data = run.info, run.data
    inputs = run.inputs.dataset_inputs if getattr(run, "inputs", None) else []
    return {
        "info": [info.run_name, info.status, info.start_time, info.end_time, info.lifecycle_stage],
        "params": data.params,
        "tags": {key: value for key, value in data.tags.items() if key not in OURS},
        "latest": {key: number(value) for key, value in data.metrics.items()},
        "histories": {key: sorted(point(m) for m in client.get_metric_history(run_id, key)) for key in data.metrics},
        "datasets": sorted(
            json.dumps([dict(each.dataset), sorted([tag.key, tag.value] for tag in each.tags)], sort_keys=True)
            for each in inputs
        ),
        "artifacts": artifacts(run_id) if job["artifacts"] else None,
    }


print("ANSWERS " + json.dumps([answer(run_id) for run_id in job["runs"]]))
