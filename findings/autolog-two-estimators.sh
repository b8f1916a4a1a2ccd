#!/bin/bash
# Two estimators of scikit-learn fitted in one run: MLflow's autologging keeps the params of the first and the metrics of
# the last, and says nothing.
#
# Versions: mlflow 3.14.0, scikit-learn 1.9.1, Python 3.11.
# Valid input: mlflow.sklearn.autolog(), then two fits inside one mlflow.start_run(), of which the documentation says only
# that parameters, metrics and tags of each call to fit are logged to the active run.
# Seen: after Ridge(alpha=0.5).fit and RandomForestRegressor(random_state=1, n_estimators=5).fit the run has all params of
# Ridge, none of the forest's (n_estimators, max_depth: missing), estimator_name=Ridge, and training_r2_score of the forest.
# After LinearRegression().fit in the place of Ridge's, whose params do not contradict, the run has the params of both and
# estimator_name=RandomForestRegressor.
# Why one would not guess it: params and tags travel in one log_batch, which the store refuses whole where one param has
# another value already (random_state: None, then 1); the refusal is swallowed by autologging. The same two fits give
# one estimator's params, or a mix of both, depending on whether a default of the one happens to equal one of the other.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q mlflow==3.14.0 scikit-learn==1.9.1 2>/dev/null
cat >two.py <<'PY'
import logging

import mlflow
import numpy
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.metrics import r2_score

logging.disable(logging.CRITICAL)
mlflow.set_tracking_uri("sqlite:///two.db")
mlflow.sklearn.autolog(log_models=False)
X = numpy.random.default_rng(0).random((60, 3))
y = X.sum(axis=1) ** 2
for first in (Ridge(alpha=0.5), LinearRegression()):
    with mlflow.start_run() as run:
        first.fit(X, y)
        last = RandomForestRegressor(random_state=1, n_estimators=5).fit(X, y)
    mlflow.sklearn.autolog(disable=True)
    expected = r2_score(y, last.predict(X))
    mlflow.sklearn.autolog(log_models=False)
    data = mlflow.get_run(run.info.run_id).data
    print(
        f"{type(first).__name__}, then the forest: estimator_name={data.tags['estimator_name']},",
        f"n_estimators={data.params.get('n_estimators', 'missing')}, random_state={data.params.get('random_state', 'missing')},",
        f"training_r2_score is the {'forest' if abs(data.metrics['training_r2_score'] - expected) < 1e-9 else 'other'}'s",
    )
PY
v/bin/python two.py 2>/dev/null | tee seen.txt
diff - seen.txt <<'SEEN'
Ridge, then the forest: estimator_name=Ridge, n_estimators=missing, random_state=None, training_r2_score is the forest's
LinearRegression, then the forest: estimator_name=RandomForestRegressor, n_estimators=5, random_state=1, training_r2_score is the forest's
SEEN
