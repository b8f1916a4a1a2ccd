#!/bin/bash
# MLflow's autologging of statsmodels stores a param `kwargs` whose value is the text `<class 'inspect._empty'>`.
#
# Versions: mlflow 3.17.2, statsmodels 0.15.0, numpy 2, Python 3.11.
# Valid input: mlflow.statsmodels.autolog(), then OLS(y, X).fit(cov_type="HC0") as its documentation shows.
# Seen: beside `cov_type` and the defaults of fit's other arguments (`method`, `cov_kwds`, …) each run has
# kwargs = <class 'inspect._empty'>.
# Why one would not guess it: nobody passed an argument of that name. `fit(self, …, **kwargs)` declares it, and its
# "default" is Python's marker for none, written as a text. A tool that explains params has one without a source.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check mlflow==3.17.2 statsmodels==0.15.0
cd "$folder"
cat >train.py <<'PY'
import warnings

import mlflow
import numpy as np
import statsmodels.api as sm

warnings.filterwarnings("ignore")
mlflow.set_tracking_uri("sqlite:///mlflow.db")
mlflow.statsmodels.autolog(log_models=False)
X = np.random.default_rng(0).random((50, 2))
with mlflow.start_run() as run:
    sm.OLS(X.sum(axis=1), X).fit(cov_type="HC0")
params = mlflow.get_run(run.info.run_id).data.params
print("kwargs is logged as", params.get("kwargs"))
PY
"$folder/venv/bin/python" train.py 2>/dev/null | tee seen.txt
diff - seen.txt <<'SEEN'
kwargs is logged as <class 'inspect._empty'>
SEEN
