"""Logs one artifact of each kind with the MLflow that runs this, into a SQLite store in the folder named, and prints what MLflow's own client reads back."""
import json, os, sys

folder = sys.argv[1]
os.chdir(folder)
os.environ["GIT_PYTHON_REFRESH"] = "quiet"

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import mlflow
import numpy as np
import pandas as pd
from mlflow.models import infer_signature
from model_facts import facts
from sklearn.linear_model import Lasso

mlflow.set_tracking_uri("sqlite:///" + os.path.join(folder, "mlflow.db"))
frame = pd.DataFrame({"distance": [1.0, 2.0, 3.0, 4.0], "zone": [1, 2, 3, 4]})
target = [3.0, 5.0, 7.0, 9.0]
with mlflow.start_run() as run:
    figure, axes = plt.subplots()
    axes.plot([3, 2, 1.5, 1.2, 1.1], label="loss")
    axes.set_xlabel("epoch")
    axes.legend()
    mlflow.log_figure(figure, "plots/loss.png")
    mlflow.log_figure(figure, "plots/loss.svg")
    for step in (0, 5, 10):
        # 48 x 32, brighter to the right and with each step.
        image = np.tile(np.linspace(0, 55 + step * 20, 48), (32, 1)).astype(np.uint8)
        mlflow.log_image(np.stack([image, image, 255 - image], axis=-1), key="attention/map", step=step)
    mlflow.log_table({"prompt": ["a, b", 'say "x"'], "score": [0.5, float("nan")]}, "eval.json")
    mlflow.log_dict({"lr": 0.1, "layers": [1, 2]}, "config.json")
    mlflow.log_dict({"lr": 0.1, "schedule": {"kind": "cosine", "warmup": True}}, "config.yaml")
    mlflow.log_text("line 1\nline 2 ü", "notes.txt")
    mlflow.log_text("# Title\n\nThe **second** try, see [link](https://example.com).\n\n- one\n- `two`", "README.md")
    mlflow.log_text("<html><body><h1>Report</h1><p style='color: green'>all well</p></body></html>", "report.html")
    frame.to_csv("rides.csv", index=False)
    mlflow.log_artifact("rides.csv", "data")
    data = mlflow.data.from_pandas(frame.assign(duration=target), source="rides.csv", targets="duration", name="rides")
    mlflow.log_input(data, context="training")
    model = Lasso().fit(frame, target)
    signature = infer_signature(frame, model.predict(frame), params={"temperature": 0.5, "stop": ["x"]})
    info = mlflow.sklearn.log_model(model, name="lasso", signature=signature, input_example=frame.head(2))

client = mlflow.MlflowClient()


def listed(path=None):
    found = {}
    for entry in client.list_artifacts(run.info.run_id, path):
        if not entry.path.split("/")[0] == "lasso":
            found[entry.path] = None if entry.is_dir else entry.file_size
            if entry.is_dir:
                found.update(listed(entry.path))
    return found


print(
    json.dumps(
        {
            "runId": run.info.run_id,
            "modelId": info.model_id,
            "artifacts": listed(),
            "table": json.loads(mlflow.load_table("eval.json", [run.info.run_id]).to_json(orient="split")),
            "model": facts("models:/" + info.model_id),
            "dataset": {"name": data.name, "digest": data.digest, "rows": data.profile["num_rows"]},
        }
    )
)
