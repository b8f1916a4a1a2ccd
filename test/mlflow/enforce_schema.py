"""Sends data that fits one schema to another, through MLflow's own enforcement. Reads a JSON list of
[schema it fits, schema that it is sent to, rows]; prints a list of whether it was taken."""

import json
import sys

import numpy as np
import pandas as pd
from mlflow.models.utils import _enforce_schema
from mlflow.types import Schema

DTYPES = {"integer": "int32", "long": "int64", "float": "float32", "double": "float64"}


def column(spec, values):
    kind = spec["type"]
    if kind == "binary":
        values = [value.encode() for value in values]
    if kind == "datetime":
        return pd.Series(pd.to_datetime(values))
    return pd.Series(values, dtype=DTYPES.get(kind, "bool" if kind == "boolean" else "object"))


def data(specs, row):
    if specs[0]["type"] == "tensor":
        tensor = specs[0]["tensor-spec"]
        shape = [2 if size == -1 else size for size in tensor["shape"]]
        return np.ones(shape, dtype=tensor["dtype"])
    names = [spec.get("name", index) for index, spec in enumerate(specs)]
    return pd.DataFrame({name: column(spec, [value]) for name, spec, value in zip(names, specs, row)})


answers = []
for fits, sent_to, row in json.load(sys.stdin):
    schema = Schema.from_json(json.dumps(sent_to))
    try:
        _enforce_schema(data(fits, row), schema)
        answers.append(True)
    except Exception:
        answers.append(False)
print("ANSWERS " + json.dumps(answers))
