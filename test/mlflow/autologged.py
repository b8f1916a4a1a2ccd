"""A training script as people write it: four libraries that log by themselves, or are logged for."""

import lightgbm
import mlflow
import numpy
import optuna
import xgboost
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SHRINKAGE = 0.0625
BOOSTER = {
    "eta": SHRINKAGE * 3,  # sets eta
    "max_depth": 7,
    "subsample": 0.875,
}


def data():
    features = numpy.arange(400.0).reshape(100, 4) % 17
    return features, features[:, 0] * 2 - features[:, 3]


def leaves(small):
    return 9 if small else 31


def main():
    x, y = data()
    mlflow.autolog(log_models=False, log_input_examples=False, silent=True)
    with mlflow.start_run(run_name="ridge"):
        Ridge(alpha=0.4375, solver="svd").fit(x, y)
    with mlflow.start_run(run_name="forest"):
        forest = RandomForestRegressor(
            n_estimators=6,
            max_features=0.75,
            random_state=1234,
        )
        forest.fit(x, y)
    with mlflow.start_run(run_name="pipeline"):
        make_pipeline(StandardScaler(with_std=False), Ridge(alpha=1.375)).fit(x, y)  # sets standardscaler__with_std standardscaler ridge
    with mlflow.start_run(run_name="xgboost"):
        xgboost.train(BOOSTER, xgboost.DMatrix(x, y), num_boost_round=13)
    with mlflow.start_run(run_name="lightgbm"):
        settings = dict(num_leaves=leaves(True), learning_rate=0.3125, verbose=-1)
        settings["bagging_fraction"] = 0.625
        lightgbm.train(settings, lightgbm.Dataset(x, y), num_boost_round=11)
    mlflow.autolog(disable=True)

    def objective(trial):
        depth = trial.suggest_int("depth", 2, 5)  # sets depth best_depth
        rate = trial.suggest_float("rate", 0.01, 0.3, log=True)  # sets rate best_rate
        with mlflow.start_run(run_name=f"trial {trial.number}", nested=True):
            mlflow.log_params(trial.params)
            mlflow.log_param("rounds", 21)  # sets rounds
        return depth * rate

    with mlflow.start_run(run_name="study"):
        study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=3))
        study.optimize(objective, n_trials=3)
        mlflow.log_params({f"best_{key}": value for key, value in study.best_params.items()})


if __name__ == "__main__":
    main()
