/** Sides of a diff that no store had to hold. */
import type { SideFacts } from '../../src/compare/types';
import type { Metric, Run } from '../../src/mlflow/entities';

const pairs = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([key, value]) => ({ key, value }));

/** A finished run of the experiment `e`, whose code was not looked for. */
export function sideOf(
  name: string,
  params: Readonly<Record<string, string>> = {},
  metrics: Readonly<Record<string, number>> = {},
  tags: Readonly<Record<string, string>> = {},
): SideFacts {
  return sideOfRun(name, {
    info: {
      runId: `${name}00000000`,
      experimentId: '0',
      runName: name,
      userId: 'u',
      status: 'FINISHED',
      startTime: 0,
      endTime: 1000,
      lifecycleStage: 'active',
      artifactUri: '',
    },
    params: pairs(params),
    metrics: Object.entries(metrics).map(([key, value]): Metric => ({ key, value, timestamp: 0, step: 0 })),
    tags: pairs(tags),
  });
}

export function sideOfRun(name: string, run: Run): SideFacts {
  return {
    side: {
      store: 'sqlite:////x.db',
      runId: run.info.runId,
      label: name,
      experiment: 'e',
      experimentId: '0',
      version: null,
      startTime: 0,
      status: 'FINISHED',
      commit: run.tags.find(({ key }) => key === 'mlflow.source.git.commit')?.value ?? null,
      workingTree: false,
    },
    run,
    experimentTags: [],
    inputs: { datasetInputs: [], modelInputs: [], modelOutputs: [] },
    models: [],
    environment: new Map(),
    source: null,
    sources: null,
  };
}
