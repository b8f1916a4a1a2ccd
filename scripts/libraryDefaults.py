"""Writes src/provenance/python/libraries/defaults.json: the defaults that libraries' own signatures declare.

    python3 scripts/libraryDefaults.py [FOLDER]

Wheels of the versions below are downloaded with pip to FOLDER (a temporary one by default) and only parsed: nothing of
them is installed or run. For each library, class (or function) and parameter the file holds Python's str() of the
default; a list where versions differ. What is no literal is left out.
"""

import ast
import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

MAC = "macosx_10_15_x86_64"  # Wheels without GPU code: a hundredth of the size, and the same Python.
WHEELS = {
    "sklearn": [
        ("scikit-learn==0.24.2", "3.9", "manylinux2010_x86_64"),
        ("scikit-learn==1.2.2", "3.9", "manylinux_2_17_x86_64"),
        ("scikit-learn==1.5.2", "3.10", "manylinux_2_17_x86_64"),
        ("scikit-learn==1.8.0", "3.11", "manylinux_2_27_x86_64"),
        ("imbalanced-learn==0.14.0", "3.11", None),
    ],
    "xgboost": [("xgboost==1.7.6", "3.11", MAC), ("xgboost==3.0.5", "3.11", MAC)],
    "lightgbm": [
        ("lightgbm==3.2.1", "3.9", "manylinux1_x86_64"),
        ("lightgbm==4.7.0", "3.11", "manylinux_2_28_x86_64"),
    ],
    "tensorflow": [("keras==2.15.0", "3.11", None), ("keras==3.12.0", "3.11", None)],
    "pytorch": [("torch==2.5.1", "3.11", "macosx_11_0_arm64")],
    "transformers": [
        ("transformers==4.40.2", "3.11", None),
        ("transformers==4.57.1", "3.11", None),
        ("transformers==5.24.0", "3.11", None),
    ],
}
# Functions and methods whose arguments autologging logs.
FUNCTIONS = {"xgboost": {"train"}, "lightgbm": {"train"}, "tensorflow": {"fit"}}
FOLDERS = {"pytorch": ("torch/optim/",)}
NAMES = {"np.nan": "nan", "np.inf": "inf", "np.float64": "<class 'numpy.float64'>", "np.float32": "<class 'numpy.float32'>"}
# What TrainingArguments makes of its fields before MLflow sees them, or takes from the machine.
COMPUTED = {
    "transformers": {
        "report_to", "output_dir", "logging_dir", "run_name", "disable_tqdm", "accelerator_config", "fsdp", "fsdp_config",
        "deepspeed", "local_rank", "ddp_backend", "mixed_precision", "eval_steps", "metric_for_best_model",
        "greater_is_better", "do_eval", "torch_compile", "torch_compile_backend", "label_names", "lr_scheduler_kwargs",
    }
}


def files_of(folder, spec, python, platform):
    name, version = spec.split("==")
    pattern = f"{name.replace('-', '_')}-{version}-*.whl"
    if not list(folder.glob(pattern)):
        where = ["--platform", platform] if platform else []
        subprocess.check_call(
            [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "--python-version", python,
             *where, "-d", str(folder), spec])
    with zipfile.ZipFile(next(folder.glob(pattern))) as wheel:
        for path in wheel.namelist():
            if path.endswith(".py") and "/tests/" not in path and "/test_" not in path:
                yield path, ast.parse(wheel.read(path))


def literal(node):
    """Python's str() of a default; None for what is no literal."""
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return NAMES.get(ast.unparse(node))
    return str(value)


def field_default(node):
    """The default of a dataclass's field."""
    if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in ("field", "Field"):
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        return literal(given["default"]) if "default" in given else None
    return literal(node)


def parameters(function):
    spec = function.args
    named = spec.posonlyargs + spec.args
    pairs = list(zip(named[len(named) - len(spec.defaults):], spec.defaults)) + list(zip(spec.kwonlyargs, spec.kw_defaults))
    return {arg.arg: literal(default) for arg, default in pairs if default is not None}


def classes_of(files, functions, folders):
    """Of each class its bases, and its own parameters where it declares some."""
    classes = {}
    for path, tree in files:
        if folders and not path.startswith(folders):
            continue
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name in functions:
                classes[node.name] = ([], parameters(node), True)
            if not isinstance(node, ast.ClassDef):
                continue
            own = next((each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"), None)
            fields = {
                each.target.id: field_default(each.value)
                for each in node.body
                if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name) and each.value is not None
            }
            is_record = any("dataclass" in ast.unparse(each) or "strict" in ast.unparse(each) for each in node.decorator_list)
            declared = parameters(own) if own else fields if is_record else {}
            inherits = own is None or own.args.kwarg is not None
            classes.setdefault(node.name, ([ast.unparse(base).split(".")[-1] for base in node.bases], declared, inherits))
            for each in node.body:
                if isinstance(each, ast.FunctionDef) and each.name in functions:
                    classes.setdefault(f"{node.name}.{each.name}", ([], parameters(each), False))
    return classes


def resolved(classes, name, seen=()):
    if name not in classes or name in seen:
        return {}
    bases, own, inherits = classes[name]
    result = {}
    if inherits:
        for base in reversed(bases):
            result.update(resolved(classes, base, (*seen, name)))
    result.update(own)
    return result


def is_wanted(flavour, name, params):
    if name.startswith("_") or not params or not any(value is not None for value in params.values()):
        return False
    if flavour == "transformers":
        return name.endswith("TrainingArguments") or name in CONFIGS
    if flavour == "tensorflow":
        return name.endswith(".fit") and name in ("Trainer.fit", "Model.fit") or name in OPTIMIZERS
    if flavour in ("xgboost", "lightgbm"):
        return name == "train" or name.startswith(("XGB", "LGBM"))
    return "." not in name and name[0].isupper()


CONFIGS = {f"{name}Config" for name in (
    "Bert", "Roberta", "DistilBert", "Albert", "Electra", "DebertaV2", "XLMRoberta", "GPT2", "GPTNeoX", "Llama", "Mistral",
    "Qwen2", "T5", "Bart", "ViT", "Wav2Vec2", "Whisper")}
OPTIMIZERS = {"SGD", "RMSprop", "Adam", "AdamW", "Adadelta", "Adagrad", "Adamax", "Adafactor", "Nadam", "Ftrl", "Lion"}


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
    result = {}
    for flavour, wheels in WHEELS.items():
        table = result.setdefault(flavour, {})
        for spec, python, platform in wheels:
            classes = classes_of(files_of(folder, spec, python, platform), FUNCTIONS.get(flavour, ()), FOLDERS.get(flavour))
            for name in classes:
                params = resolved(classes, name)
                if not is_wanted(flavour, name, params):
                    continue
                label = "fit" if name.endswith(".fit") else name
                for param, value in params.items():
                    skipped = COMPUTED.get(flavour, ()) if name.endswith("TrainingArguments") else ()
                    if value is None or param.startswith("_") or param in skipped or len(value) > 100:
                        continue
                    values = table.setdefault(label, {}).setdefault(param, [])
                    if value not in values:
                        values.append(value)
        # What the library logs in the place of these, always.
        for name, params in table.items():
            if flavour == "transformers" and name.endswith("TrainingArguments"):
                params.update({key: [f"<{key.upper()}>"] for key in params if key.endswith("_token")})
                params["debug"] = ["[]"]
    written = {
        flavour: {
            name: {param: values[0] if len(values) == 1 else values for param, values in sorted(params.items())}
            for name, params in sorted(table.items())
        }
        for flavour, table in result.items()
    }
    target = pathlib.Path(__file__).parent.parent / "src/provenance/python/libraries/defaults.json"
    lines = ",\n".join(
        f"{json.dumps(flavour)}: {{\n"
        + ",\n".join(f"{json.dumps(name)}: {json.dumps(params, separators=(',', ':'))}" for name, params in table.items())
        + "\n}"
        for flavour, table in written.items())
    target.write_text(f"{{\n{lines}\n}}\n")
    print(target, target.stat().st_size, {flavour: len(table) for flavour, table in written.items()})


main()
