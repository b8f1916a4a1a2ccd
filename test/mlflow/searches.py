"""Writes a store by MLflow's client and answers filters by it, in one process.

Usage: searches.py FOLDER < {"runs": [...], "filters": [...]}; prints {"runs": [id], "answers": [[id] | {"error"}]}.
"""

import json
import os
import sys
from pathlib import Path

folder = Path(sys.argv[1])
os.environ["MLFLOW_TRACKING_URI"] = f"sqlite:///{folder / 'mlflow.db'}"

from mlflow.entities import Dataset, DatasetInput, InputTag  # noqa: E402
from mlflow.tracking import MlflowClient  # noqa: E402

client = MlflowClient()
asked = json.load(sys.stdin)
experiment = client.create_experiment("searched", artifact_location=(folder / "artifacts").as_uri())


def write(run):
    made = client.create_run(experiment, start_time=run["start"], run_name=run["name"]).info.run_id
    for key, value in run["metrics"].items():
        client.log_metric(made, key, float(value))
    for key, value in run["params"].items():
        client.log_param(made, key, value)
    for key, value in run["tags"].items():
        client.set_tag(made, key, value)
    if run["dataset"]:
        name, digest, context = run["dataset"]
        tags = [InputTag("mlflow.data.context", context)] if context else []
        dataset = Dataset(name=name, digest=digest, source_type="local", source="{}")
        client.log_inputs(made, datasets=[DatasetInput(dataset, tags)])
    if run["status"] != "RUNNING":
        client.set_terminated(made, run["status"], run["end"])
    return made


ids = [write(run) for run in asked["runs"]]


def answer(text):
    for index, run_id in enumerate(ids):
        text = text.replace(f"RUN{index}", run_id)
    try:
        return [run.info.run_id for run in client.search_runs([experiment], text, max_results=1000)]
    except Exception as error:
        return {"error": str(error)}


print(json.dumps({"experiment": experiment, "runs": ids, "answers": [answer(text) for text in asked["filters"]]}))
