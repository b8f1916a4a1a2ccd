"""What this Python's MLflow client answers of a whole store, in the format of `inspect -- answers`: ask_all.py URI < SEARCHES.
Standard input is a JSON list of {"experiment_ids", "filter", "order_by", "view"}. Prints ANSWERS and one line of JSON."""

import json
import math
import sys

import mlflow
from mlflow.entities import ViewType
from mlflow.tracking import MlflowClient

uri = sys.argv[1]
mlflow.set_tracking_uri(uri)
mlflow.set_registry_uri(uri)
client = MlflowClient(uri)


def number(x):
    if math.isnan(x):
        return "NaN"
    return x if math.isfinite(x) else "Infinity" if x > 0 else "-Infinity"


def walk(ask):
    found, token = [], None
    while True:
        page = ask(token)
        found += page
        token = page.token
        if not token:
            return found


def experiments():
    found = walk(
        lambda token: client.search_experiments(
            view_type=ViewType.ALL, page_token=token
        )
    )
    return sorted(
        (
            {
                "experiment_id": e.experiment_id,
                "name": e.name,
                "artifact_location": e.artifact_location,
                "lifecycle_stage": e.lifecycle_stage,
                "tags": e.tags,
                "creation_time": e.creation_time,
                "last_update_time": e.last_update_time,
            }
            for e in found
        ),
        key=lambda e: int(e["experiment_id"]),
    )


def artifacts(run_id, path=None):
    found = {}
    for f in client.list_artifacts(run_id, path):
        found[f.path] = None if f.is_dir else (f.file_size or 0)
        if f.is_dir:
            found.update(artifacts(run_id, f.path))
    return found


def history(run_id, key):
    return [
        [m.step, m.timestamp, number(m.value)]
        for m in client.get_metric_history(run_id, key)
    ]


def describe(r):
    i, d = r.info, r.data
    told = {
        "run_id": i.run_id,
        "experiment_id": i.experiment_id,
        "run_name": i.run_name or d.tags.get("mlflow.runName"),
        "user_id": i.user_id,
        "status": i.status,
        "start_time": i.start_time,
        "end_time": i.end_time,
        "lifecycle_stage": i.lifecycle_stage,
        "artifact_uri": i.artifact_uri,
        "params": d.params,
        "tags": d.tags,
        "metrics": {k: number(v) for k, v in d.metrics.items()},
        "history": {k: history(i.run_id, k) for k in d.metrics},
        "artifacts": artifacts(i.run_id),
    }
    inputs, outputs = getattr(r, "inputs", None), getattr(r, "outputs", None)
    if inputs is not None:
        told["dataset_inputs"] = [
            {
                "name": x.dataset.name,
                "digest": x.dataset.digest,
                "source_type": x.dataset.source_type,
                "source": x.dataset.source,
                "schema": x.dataset.schema,
                "profile": x.dataset.profile,
                "tags": {t.key: t.value for t in x.tags},
            }
            for x in inputs.dataset_inputs
        ]
    if outputs is not None:
        told["model_outputs"] = [
            {"model_id": x.model_id, "step": x.step} for x in outputs.model_outputs
        ]
    return told


def version_of(v):
    return {
        "version": str(v.version),
        "current_stage": v.current_stage,
        "description": v.description,
        "source": v.source,
        "run_id": v.run_id,
        "status": v.status,
        "tags": v.tags,
        "aliases": sorted(getattr(v, "aliases", None) or []),
        "creation_timestamp": v.creation_timestamp,
        "last_updated_timestamp": v.last_updated_timestamp,
    }


def models():
    found = walk(lambda token: client.search_registered_models(page_token=token))
    return [
        {
            "name": m.name,
            "description": m.description,
            "tags": m.tags,
            "aliases": getattr(m, "aliases", None) or {},
            "creation_timestamp": m.creation_timestamp,
            "last_updated_timestamp": m.last_updated_timestamp,
            "versions": sorted(
                map(
                    version_of,
                    client.search_model_versions(
                        "name='%s'" % m.name.replace("'", "''")
                    ),
                ),
                key=lambda v: int(v["version"]),
            ),
        }
        for m in sorted(found, key=lambda m: m.name)
    ]


def logged(experiment_ids):
    found = walk(
        lambda token: client.search_logged_models(experiment_ids, page_token=token)
    )
    return [
        {
            "model_id": m.model_id,
            "experiment_id": m.experiment_id,
            "name": m.name,
            "status": str(m.status),
            "source_run_id": m.source_run_id,
            "model_type": m.model_type,
            "artifact_location": m.artifact_location,
            "tags": m.tags,
            "params": m.params,
            "metrics": [
                {"key": x.key, "value": number(x.value), "run_id": x.run_id}
                for x in m.metrics or []
            ],
        }
        for m in found
    ]


def runs(experiment_ids, text="", view="ALL", order_by=None):
    return client.search_runs(
        experiment_ids, text, getattr(ViewType, view), 1000, order_by
    )


def answer(asked):
    try:
        found = runs(
            asked["experiment_ids"], asked["filter"], asked["view"], asked["order_by"]
        )
        return {"runs": [r.info.run_id for r in found]}
    except Exception as error:
        return {"error": "%s: %s" % (type(error).__name__, error)}


every = [e["experiment_id"] for e in experiments()]
answers = {
    "experiments": experiments(),
    "runs": sorted(
        map(describe, runs(every)), key=lambda r: (r["start_time"], r["run_id"])
    ),
    "models": models(),
    "searches": [{**asked, "answer": answer(asked)} for asked in json.load(sys.stdin)],
}
if hasattr(client, "search_logged_models"):
    answers["logged_models"] = logged(every)
print("ANSWERS", json.dumps(answers))
