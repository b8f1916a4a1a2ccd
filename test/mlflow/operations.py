"""Does operations with this Python's own MLflow, each on a database or an mlruns folder of its own. Reads a JSON list of
{"file", "changes", "server"?, "base"?, "result"?}; changes as src/mlflow/writer.ts names them. With a server, file is the
database behind it, which first becomes what base is, and is copied to result at the end. Prints a list of created ids or
nulls."""

import json
import os
import sys

import mlflow
from copy_database import copy
from mlflow.tracking import MlflowClient


def run(client, change):
    kind = change["type"]
    name = change.get("name")
    version = change.get("version")
    if kind == "transitionModelVersionStage":
        client.transition_model_version_stage(
            name, version, change["stage"], change["archiveExistingVersions"]
        )
    elif kind == "setRegisteredModelAlias":
        client.set_registered_model_alias(name, change["alias"], version)
    elif kind == "deleteRegisteredModelAlias":
        client.delete_registered_model_alias(name, change["alias"])
    elif kind == "createRegisteredModel":
        client.create_registered_model(name, description=change.get("description"))
    elif kind == "updateRegisteredModel":
        client.update_registered_model(name, change["description"])
    elif kind == "renameRegisteredModel":
        client.rename_registered_model(name, change["newName"])
    elif kind == "deleteRegisteredModel":
        client.delete_registered_model(name)
    elif kind == "setRegisteredModelTag":
        client.set_registered_model_tag(name, change["key"], change["value"])
    elif kind == "deleteRegisteredModelTag":
        client.delete_registered_model_tag(name, change["key"])
    elif kind == "createModelVersion":
        if change["source"].startswith("models:/m-"):
            # The fluent call: it also writes the logged model's tag.
            return str(mlflow.register_model(change["source"], name).version)
        if change.get("createModel"):
            client.create_registered_model(name)
        created = client.create_model_version(
            name, change["source"], change["runId"], description=change.get("description")
        )
        return str(created.version)
    elif kind == "copyModelVersion":
        return str(client.copy_model_version(f"models:/{name}/{version}", change["to"]).version)
    elif kind == "updateModelVersion":
        client.update_model_version(name, version, change["description"])
    elif kind == "deleteModelVersion":
        # As a number: with text MLflow before 3.11 leaves the aliases behind (an old defect).
        client.delete_model_version(name, int(version))
    elif kind == "setModelVersionTag":
        client.set_model_version_tag(name, version, change["key"], change["value"])
    elif kind == "deleteModelVersionTag":
        client.delete_model_version_tag(name, version, change["key"])
    elif kind == "createExperiment":
        return client.create_experiment(name)
    elif kind == "renameExperiment":
        client.rename_experiment(change["experimentId"], change["newName"])
    elif kind == "deleteExperiment":
        client.delete_experiment(change["experimentId"])
    elif kind == "restoreExperiment":
        client.restore_experiment(change["experimentId"])
    elif kind == "setExperimentTag":
        client.set_experiment_tag(change["experimentId"], change["key"], change["value"])
    elif kind == "deleteExperimentTag":
        client.delete_experiment_tag(change["experimentId"], change["key"])
    elif kind == "createRun":
        return client.create_run(change["experimentId"], run_name=change["runName"]).info.run_id
    elif kind == "renameRun":
        client.update_run(change["runId"], name=change["newName"])
    elif kind == "deleteRun":
        client.delete_run(change["runId"])
    elif kind == "restoreRun":
        client.restore_run(change["runId"])
    elif kind == "setTag":
        client.set_tag(change["runId"], change["key"], change["value"])
    elif kind == "deleteTag":
        client.delete_tag(change["runId"], change["key"])
    else:
        raise ValueError(kind)
    return None


answers = []
for job in json.load(sys.stdin):
    # MLflow's default artifact root is beside the working directory.
    os.chdir(os.path.dirname(job["file"]))
    is_folder = os.path.isdir(job["file"])
    uri = job.get("server") or ("file://" if is_folder else "sqlite:///") + job["file"]
    if "base" in job:
        copy(job["base"], job["file"])
    mlflow.set_tracking_uri(uri)
    created = None
    for change in job["changes"]:
        try:
            created = run(MlflowClient(uri), change)
        except Exception as error:
            answers.append({"error": f"{change['type']}: {error}"})
            break
    else:
        answers.append({"created": created})
    if "result" in job:
        copy(job["file"], job["result"])
print("ANSWERS " + json.dumps(answers))
