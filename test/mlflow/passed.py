"""
Runs a training script and writes down what it really passed to the libraries: `passed.py SCRIPT OUT`. OUT becomes
{run name: {param: repr of the value}}: of constructors and train functions the arguments that were given, of trials
and their study what was suggested, and what the script itself logs.
"""

import functools
import json
import os
import runpy
import sys

import lightgbm
import mlflow
import sklearn.ensemble
import sklearn.linear_model
import sklearn.preprocessing
import xgboost

script, out = sys.argv[1:]
passed = {}


def note(values, prefix=""):
    run = mlflow.active_run()
    if run is not None:
        name = run.data.tags["mlflow.runName"]
        passed.setdefault(name, {}).update({prefix + key: repr(value) for key, value in values.items()})


def watch(owner, name, given):
    original = getattr(owner, name)

    @functools.wraps(original)
    def watched(*args, **kwargs):
        note(given(args, kwargs))
        return original(*args, **kwargs)

    setattr(owner, name, watched)


def constructed(cls):
    """Arguments of a constructor; within a pipeline MLflow puts the step's name before them."""

    def given(args, kwargs):
        name = mlflow.active_run() and mlflow.active_run().data.tags["mlflow.runName"]
        prefix = f"{cls.__name__.lower()}__" if name == "pipeline" else ""
        return {prefix + key: value for key, value in kwargs.items()}

    watch(cls, "__init__", given)


for cls in (
    sklearn.linear_model.Ridge,
    sklearn.ensemble.RandomForestRegressor,
    sklearn.preprocessing.StandardScaler,
):
    constructed(cls)
for library in (xgboost, lightgbm):
    watch(library, "train", lambda args, kwargs: {**args[0], **kwargs})
for name in ("log_params", "log_param"):
    # MLflow's autologging has its own way to the store: only the script calls these.
    watch(mlflow, name, lambda args, kwargs: args[0] if isinstance(args[0], dict) else {args[0]: args[1]})
# MLflow takes the run's source from here.
sys.argv = [script]
sys.path[0] = os.path.dirname(script)
runpy.run_path(script, run_name="__main__")
with open(out, "w") as file:
    json.dump(passed, file)
