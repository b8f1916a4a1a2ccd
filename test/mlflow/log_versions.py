"""Logs two versions of a model that differ in requirements, signature and data with the MLflow that runs this, and prints what MLflow's own client reads back."""
import json, os, sys

folder = sys.argv[1]
os.chdir(folder)
os.environ["GIT_PYTHON_REFRESH"] = "quiet"

import mlflow
import pandas as pd
from mlflow.models import infer_signature
from sklearn.linear_model import Lasso

NAME = "taxi"
mlflow.set_tracking_uri("sqlite:///" + os.path.join(folder, "mlflow.db"))
client = mlflow.MlflowClient()


def log_version(frame, requirements, alpha):
    target = [3.0, 5.0, 7.0, 9.0]
    with mlflow.start_run(run_name="lasso") as run:
        mlflow.log_params({"alpha": alpha, "max_iter": 1000})
        data = mlflow.data.from_pandas(frame.assign(duration=target), source="rides.csv", targets="duration", name="rides")
        mlflow.log_input(data, context="training")
        model = Lasso(alpha=alpha).fit(frame, target)
        info = mlflow.sklearn.log_model(
            model,
            name="lasso",
            signature=infer_signature(frame, model.predict(frame)),
            input_example=frame[:1],
            pip_requirements=requirements,
            registered_model_name=NAME,
        )
    read = mlflow.models.Model.load("models:/" + info.model_id)
    return {
        "version": str(info.registered_model_version),
        "runId": run.info.run_id,
        "digest": data.digest,
        "rows": data.profile["num_rows"],
        "elements": data.profile["num_elements"],
        "sizeBytes": read.model_size_bytes,
        "example": open(os.path.join(mlflow.artifacts.download_artifacts("models:/" + info.model_id), read.saved_input_example_info["artifact_path"])).read(),
        "inputs": {column.name: column.type.name for column in read.signature.inputs},
    }


rides = pd.DataFrame({"distance": [1.0, 2.0, 3.0, 4.0], "zone": [1, 2, 3, 4]})
before = log_version(rides, ["scikit-learn==1.5.0", "pandas==2.2.2", "requests==2.32.0"], 0.1)
# A column added, one of another type, none taken away; a package upgraded, one added, one removed.
after = log_version(
    rides.assign(zone=[1.0, 2.0, 3.0, 4.0], tolls=[0.5, 0.0, 0.5, 0.0]),
    ["scikit-learn==1.6.1", "pandas==2.2.2", "lightgbm>=4,<5"],
    0.1,
)
print(json.dumps({"model": NAME, "versions": [before, after]}))
