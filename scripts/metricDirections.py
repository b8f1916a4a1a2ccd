"""Writes src/state/metricDirections.json: which metrics of libraries are better high and which low, as the libraries say.

    python3 scripts/metricDirections.py [FOLDER]

Wheels of the versions below are downloaded with pip to FOLDER (a temporary one by default) and only parsed: nothing of
them is installed or run. Names are kept as small letters and digits ("MeanSquaredError", "mean_squared_error" and
"mean-squared-error" are one name). A name on which two libraries disagree is left out, and named on standard error.
test/fixtures/metric-names.json was labelled without this table and measures what comes of it.
"""

import ast
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap
import zipfile

WHEELS = {
    "sklearn": "scikit-learn==1.9.1",
    "xgboost": "xgboost==3.2.0",
    "lightgbm": "lightgbm==4.7.0",
    "keras": "keras==3.15.1",
    "torchmetrics": "torchmetrics==1.9.0",
}
# Flags that are false, or that say nothing of a run's quality; what is None is decided by the name's rules, if at all.
FALSE = {
    # Flagged as better high: Davies and Bouldin's index compares scatter within to distance between, 0 is best; the
    # spectral distortion index and the perceptual path length are distances too.
    "torchmetrics.DaviesBouldinScore": "lower",
    "torchmetrics.SpectralDistortionIndex": "lower",
    "torchmetrics.PerceptualPathLength": "lower",
    # Flagged as better low: the share of words that is kept.
    "torchmetrics.WordInfoPreserved": "higher",
    # Ratios, of which 1 is best, with one flag for them and their parts.
    "torchmetrics.BinaryFairness": None,
    "torchmetrics.BinaryGroupStatRates": None,
    # A regulariser's value, and curves.
    "torchmetrics.TotalVariation": None,
    "torchmetrics.RetrievalPrecisionRecallCurve": None,
    "torchmetrics.RetrievalRecallAtFixedPrecision": None,
    "torchmetrics.RetrievalMetric": None,
    # How far a policy went from the last one has this name too, and is neither good nor bad.
    "torchmetrics.KLDivergence": None,
    # Of data (an association between columns), not of a model.
    "torchmetrics.CramersV": None,
    "torchmetrics.TheilsU": None,
    "torchmetrics.TschuprowsT": None,
    "torchmetrics.PearsonsContingencyCoefficient": None,
    # A base class: its "down" is the default of means of anything.
    "keras.MeanMetricWrapper": None,
    "lightgbm.kullback_leibler": None,
}
# XGBoost and LightGBM know the names to maximize by their beginnings (callback.py, basic.py) and minimize any other: the
# names are those of their documentation. LightGBM 4.7's test is false for r2, which its own C++ maximizes, and knows no
# other name of a user's; a name that is not listed here is not taken for one to minimize.
BOOSTING = {
    "xgboost": "rmse rmsle mae mape mphe logloss error merror mlogloss auc aucpr pre ndcg map poisson-nloglik "
    "gamma-nloglik cox-nloglik gamma-deviance tweedie-nloglik aft-nloglik interval-regression-accuracy".split(),
    "lightgbm": "l1 l2 rmse quantile mape huber fair poisson gamma gamma_deviance tweedie ndcg map auc "
    "average_precision binary_logloss binary_error auc_mu multi_logloss multi_error cross_entropy "
    "cross_entropy_lambda kullback_leibler".split(),
}
# Beginnings of names that fall among those to minimize, but are none: XGBoost's interval-regression-accuracy; names of
# objectives and distributions that are no metric's outside of LightGBM.
NOT_BY_FLAG = {"interval-regression-accuracy", "quantile", "huber", "fair", "poisson", "gamma", "tweedie", "pre", "map"}
# CatBoost's flags are compiled (is_maximizable_metric of its extension module; asked once by hand, of 1.2.10: each as
# here). Those of names that other libraries do not have; ERR is the expected reciprocal rank.
CATBOOST = {
    "higher": "PairAccuracy TotalF1 WKappa Kappa NormalizedGini PFound FilteredDCG QueryAUC MRR ERR NDCG DCG",
    "lower": "BalancedErrorRate ZeroOneLoss HammingLoss HingeLoss MultiClassOneVsAll QueryRMSE QuerySoftMax PairLogit "
    "MSLE SMAPE MedianAbsoluteError BrierScore RMSEWithUncertainty",
}
# More often other things' names: an error where CatBoost means a rank, an objective itself, a data set.
GENERIC = {"err", "pairlogit", "squad", "metric"}
TASKS = ("Binary", "Multiclass", "Multilabel", "Retrieval")


def plain(name):
    return re.sub(r"[^a-z0-9]", "", name.lower())


def sources(folder, library, pattern):
    """Syntax trees of the wheel's files that fit the pattern."""
    name, version = WHEELS[library].split("==")
    wheels = f"{name.replace('-', '_')}-{version}-*.whl"
    if not list(folder.glob(wheels)):
        subprocess.check_call(
            [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:",
             "--python-version", "3.11", "-d", str(folder), WHEELS[library]]
        )
    with zipfile.ZipFile(next(folder.glob(wheels))) as wheel:
        for file in sorted(wheel.namelist()):
            if re.fullmatch(pattern, file):
                yield ast.parse(wheel.read(file).decode())


def sklearn(folder):
    """make_scorer says it of the function; a scorer of its own name is always better high."""
    for tree in sources(folder, "sklearn", r"sklearn/metrics/_scorer\.py"):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id == "make_scorer" and node.args and isinstance(node.args[0], ast.Name):
                flag = [k.value.value for k in node.keywords if k.arg == "greater_is_better"]
                yield node.args[0].id, "lower" if flag == [False] else "higher"
            if node.func.id == "dict":
                for keyword in node.keywords:
                    if keyword.arg:
                        yield keyword.arg, "higher"


def starts(folder, library, pattern):
    """The tuples of strings that a name is compared with by startswith, in the library's source."""
    for tree in sources(folder, library, pattern):
        for node in ast.walk(tree):
            if isinstance(node, ast.Tuple) and node.elts and all(isinstance(e, ast.Constant) for e in node.elts):
                values = [e.value for e in node.elts]
                if "auc" in values:
                    return tuple(values)
    raise SystemExit(f"{library}: the names to maximize are no longer where they were")


def boosting(folder, library, pattern):
    maximized = starts(folder, library, pattern)
    for name in BOOSTING[library]:
        if name not in NOT_BY_FLAG:
            higher = name != "mape" and (name.startswith(maximized) or f"{name}@".startswith(maximized))
            yield name, "higher" if higher else "lower"


def torchmetrics(folder):
    for tree in sources(folder, "torchmetrics", r"torchmetrics/[a-z]+/(?!_deprecated)\w+\.py"):
        for node in tree.body:
            for flag in getattr(node, "body", []) if isinstance(node, ast.ClassDef) else []:
                target = flag.target if isinstance(flag, ast.AnnAssign) else getattr(flag, "targets", [None])[0]
                if isinstance(target, ast.Name) and target.id == "higher_is_better":
                    if isinstance(flag.value, ast.Constant) and flag.value.value is not None:
                        yield node.name, "higher" if flag.value.value else "lower"


def keras(folder):
    said = {}
    for tree in sources(folder, "keras", r"keras/src/metrics/\w+_metrics\.py"):
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                for base in node.bases:
                    name = ast.unparse(base).split(".")[-1]
                    # What a metric says goes for those made of it; means of anything say nothing.
                    if name in said and name not in ("MeanMetricWrapper", "Mean"):
                        said[node.name] = said[name]
                for line in ast.walk(node):
                    if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "self._direction":
                        said[node.name] = "higher" if ast.literal_eval(line.value) == "up" else "lower"
    return said.items()


def names_of(name):
    """A class's name without the task that it is made for, which a reader of names sees as a word of its own."""
    task = next((task for task in TASKS if name.startswith(task)), "")
    yield plain(name[len(task):])


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
    found = {
        "sklearn": sklearn(folder),
        "xgboost": boosting(folder, "xgboost", r"xgboost/callback\.py"),
        "lightgbm": boosting(folder, "lightgbm", r"lightgbm/basic\.py"),
        "torchmetrics": torchmetrics(folder),
        "keras": keras(folder),
        "catboost": [(name, way) for way, names in CATBOOST.items() for name in names.split()],
    }
    said = {}
    for library, pairs in found.items():
        for name, way in pairs:
            way = FALSE.get(f"{library}.{name}", way)
            for key in names_of(name):
                if way and key not in GENERIC and not name.endswith("Base"):
                    said.setdefault(key, {}).setdefault(way, set()).add(library)
    for key, ways in sorted(said.items()):
        if len(ways) > 1:
            print(f"{key}: {ways}", file=sys.stderr)
    table = {
        "from": [*WHEELS.values(), "catboost==1.2.10"],
        **{way: sorted(k for k, ways in said.items() if list(ways) == [way]) for way in ("higher", "lower")},
    }
    lines = [
        f"  {json.dumps(key)}: [\n"
        + "\n".join(textwrap.wrap(", ".join(map(json.dumps, names)), 110, initial_indent="    ", subsequent_indent="    ",
                                  break_on_hyphens=False))
        + "\n  ]"
        for key, names in table.items()
    ]
    target = pathlib.Path(__file__).parent.parent / "src/state/metricDirections.json"
    target.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
