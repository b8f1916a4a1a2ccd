"""Opens each store with this Python's own MLflow and reads its registry. Reads a JSON list of files; prints, for each,
the stages of the model's versions by number, or the error."""

import json
import sys

from mlflow.tracking import MlflowClient

answers = []
for file in json.load(sys.stdin):
    try:
        client = MlflowClient("sqlite:///" + file)
        models = client.search_registered_models()
        versions = client.search_model_versions("name = '%s'" % models[0].name)
        answers.append(
            {
                "names": [model.name for model in models],
                "stages": {str(version.version): version.current_stage for version in versions},
                "tagged": sorted(str(version.version) for version in versions if "k" in version.tags),
            }
        )
    except Exception as error:
        answers.append({"error": repr(error)})
print("ANSWERS " + json.dumps(answers))
