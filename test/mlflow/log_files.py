"""Logs into an mlruns folder as fast as MLflow can: RUNS runs of STEPS steps, each a point of `loss`, a tag written over
and at times a param. Then prints what MLflow's client reads of it, as JSON."""
import json
import os
import sys

os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
import mlflow
from mlflow.tracking import MlflowClient

folder, runs, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
client = MlflowClient(tracking_uri=folder, registry_uri=folder)
experiment = client.create_experiment("live")
for i in range(runs):
    run = client.create_run(experiment, run_name="run %d" % i).info.run_id
    for step in range(steps):
        client.log_metric(run, "loss", step / 7, step=step)
        client.set_tag(run, "at", "step %d of many" % step)
        if step % 10 == 0:
            client.log_param(run, "p%03d" % step, "x" * step)
    client.set_terminated(run)

found = client.search_runs([experiment])
print(json.dumps([{"id": r.info.run_id, "name": r.info.run_name, "status": r.info.status, "end": r.info.end_time,
                   "params": r.data.params, "tags": {k: v for k, v in r.data.tags.items()}, "metrics": r.data.metrics}
                  for r in found]))
