#!/bin/bash
# Optuna's MLflowCallback opens a trial's run when the trial is over: MLflow says FINISHED of pruned trials too, after
# milliseconds, and in a study of two jobs the trial that began first is the newest run.
#
# Versions: optuna 5.0.0, optuna-integration 5.0.0, mlflow-skinny 3.17.2, Python 3.11.
# Valid input: study.optimize(objective, n_trials=3, n_jobs=2, callbacks=[MLflowCallback()]), where trial 0 lasts until
# trial 2 is recorded and trial 1 raises TrialPruned.
# Seen: each run has status FINISHED and begins after its trial ended; search_runs, newest first, gives 0, 2, 1. How the
# trial ended and when it began are in the tags `state` and `datetime_start` (local time, without a zone).
# Why one would not guess it: a run's status and times are everywhere else those of what it tells of; sorted by them a
# parallel study stands in the order in which trials ended, and its durations are those of logging.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check optuna==5.0.0 optuna-integration==5.0.0 mlflow-skinny==3.17.2 \
  'sqlalchemy<3' 'alembic<2' pandas
cat >study.py <<'PY'
import datetime
import threading
import warnings

warnings.filterwarnings("ignore")
import mlflow
import optuna
from optuna_integration import MLflowCallback

optuna.logging.set_verbosity(optuna.logging.ERROR)
mlflow.set_tracking_uri("sqlite:///mlflow.db")
recorded = threading.Event()


def objective(trial):
    if trial.number == 0:
        recorded.wait(60)
    if trial.number == 1:
        raise optuna.TrialPruned()
    return trial.suggest_float("x", 0, 1)


class Recording(MLflowCallback):
    def __call__(self, study, trial):
        super().__call__(study, trial)
        if trial.number == 2:
            recorded.set()


optuna.create_study(study_name="parallel").optimize(objective, n_trials=3, n_jobs=2, callbacks=[Recording()])
client = mlflow.MlflowClient()
experiment = client.get_experiment_by_name("parallel")
for run in client.search_runs([experiment.experiment_id]):
    ended = datetime.datetime.fromisoformat(run.data.tags["datetime_complete"]).timestamp() * 1000
    late = run.info.start_time >= int(ended)
    print(run.info.run_name, run.info.status, run.data.tags["state"], "begins after its trial" if late else "in time")
PY
venv/bin/python study.py 2>/dev/null | tee seen.txt
diff - seen.txt <<'SEEN'
0 FINISHED COMPLETE begins after its trial
2 FINISHED COMPLETE begins after its trial
1 FINISHED PRUNED begins after its trial
SEEN
