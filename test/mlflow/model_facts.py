"""Prints what MLflow itself reads in the MLmodel files of the folders named, as JSON."""
import json, sys

from mlflow.models import Model


def fields(schema):
    if schema is None:
        return None
    return [
        {
            "name": getattr(spec, "name", None),
            "type": f"Tensor ({spec.type}, {spec.shape!r})" if hasattr(spec, "shape") else repr(spec.type),
            "required": spec.required,
        }
        for spec in schema.inputs
    ]


def facts(uri):
    read = Model.load(uri)
    signature = read.signature
    example = read.saved_input_example_info
    return {
        "flavors": {
            name: {key: value if isinstance(value, str) else json.dumps(value) for key, value in settings.items() if value is not None}
            for name, settings in read.flavors.items()
        },
        "mlflowVersion": read.mlflow_version,
        "created": str(read.utc_time_created),
        "sizeBytes": read.model_size_bytes,
        "runId": read.run_id,
        "modelId": read.model_id,
        "pythonVersion": read.flavors["python_function"]["python_version"],
        "inputs": fields(signature and signature.inputs),
        "outputs": fields(signature and signature.outputs),
        "params": [{"name": p.name, "default": p.default} for p in signature.params.params] if signature and signature.params else None,
        "example": example and [example["artifact_path"], example["type"]],
    }


if __name__ == "__main__":
    print(json.dumps([facts(folder) for folder in sys.argv[1:]]))
