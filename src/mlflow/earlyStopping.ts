import type { Metric } from './entities';

/**
 * Autologging of XGBoost, LightGBM and Keras logs the best iteration's values once more when training stopped early,
 * as a step of its own after the last: MLflow's latest is then the best, and no iteration had it there.
 */
export interface RepeatedStep {
  /** The step that is no iteration. */
  step: number;
  /** The step whose values it repeats. */
  best: number;
}

/**
 * Where a run that stopped early has such a step, by what its autologging says of itself; null for other runs.
 * MLflow 3.17.2: xgboost/__init__.py (`extra_step`, iterations from 0), lightgbm/__init__.py (from 1),
 * tensorflow/__init__.py (`_log_early_stop_callback_metrics`).
 */
export function repeatedStep(
  metrics: readonly Pick<Metric, 'key' | 'value' | 'step'>[],
): RepeatedStep | null {
  const value = (key: string): number | undefined => metrics.find((metric) => metric.key === key)?.value;
  const hasStep = (step: number): boolean => metrics.some((metric) => metric.step === step);
  const iterations = [value('stopped_iteration'), value('best_iteration')] as const;
  const epochs = [value('stopped_epoch'), value('restored_epoch')] as const;
  const candidates = [iterations, epochs].flatMap(([stopped, best]) =>
    stopped === undefined || best === undefined || !(stopped > 0)
      ? []
      : [
          { step: stopped + 1, best },
          { step: stopped, best: best - 1 },
        ],
  );
  return candidates.find(({ step, best }) => best >= 0 && best < step && hasStep(step)) ?? null;
}

/** What is to be said of a metric's latest value there. */
export function repeatSentence({ best }: RepeatedStep): string {
  return `early stopping logged the best step’s value again, that of step ${best}; it is MLflow’s latest`;
}
