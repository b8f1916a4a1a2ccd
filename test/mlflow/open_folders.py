"""Opens each mlruns folder with this Python's own MLflow and reads it. Reads a JSON list of folders; prints, for each, what
experiments, runs and registered models there are, or the error."""

import json
import sys

from mlflow.entities import ViewType
from mlflow.tracking import MlflowClient


def experiments_of(client):
    if hasattr(client, "search_experiments"):
        return client.search_experiments(view_type=ViewType.ALL)
    return client.list_experiments(view_type=ViewType.ALL)


def facts_of(folder):
    client = MlflowClient(tracking_uri=folder, registry_uri=folder)
    experiments = {}
    runs = {}
    for experiment in experiments_of(client):
        experiments[experiment.experiment_id] = experiment.lifecycle_stage
        for run in client.search_runs([experiment.experiment_id], "", ViewType.ALL):
            runs[run.info.run_id] = {
                "stage": run.info.lifecycle_stage,
                "params": len(run.data.params),
                "metrics": sorted(run.data.metrics),
                "tags": sorted(run.data.tags),
            }
    models = {}
    for model in client.search_registered_models():
        versions = client.search_model_versions("name = '%s'" % model.name)
        models[model.name] = {
            "aliases": {alias: str(version) for alias, version in model.aliases.items()},
            "tags": model.tags,
            "versions": {
                str(version.version): {
                    "stage": version.current_stage,
                    "source": version.source,
                    "uri": client.get_model_version_download_uri(model.name, version.version),
                    "run": version.run_id,
                    "tags": version.tags,
                }
                for version in versions
            },
        }
    return {"experiments": experiments, "runs": runs, "models": models}


answers = []
for folder in json.load(sys.stdin):
    try:
        answers.append(facts_of(folder))
    except Exception as error:
        answers.append({"error": repr(error)})
print("ANSWERS " + json.dumps(answers))
