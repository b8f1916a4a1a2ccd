import * as assert from 'node:assert/strict';
import type { ArtifactPreview } from '../../src/protocol/artifacts';
import type { SignatureField } from '../../src/mlflow/schema';

/** What model_facts.py prints of a model. */
export interface ModelFacts {
  flavors: Record<string, Record<string, string>>;
  mlflowVersion: string;
  created: string;
  sizeBytes: number;
  runId: string | null;
  modelId: string | null;
  pythonVersion: string;
  inputs: FieldFacts[] | null;
  outputs: FieldFacts[] | null;
  params: { name: string; default: unknown }[] | null;
  example: [string, string] | null;
}

interface FieldFacts {
  name: string | null;
  type: string;
  required: boolean;
}

/** Fails where our explanation of a model says anything else than MLflow. */
export function assertExplained(preview: ArtifactPreview, facts: ModelFacts): void {
  assert.ok(preview.kind === 'model', preview.kind);
  const { model } = preview;
  const spaced = (text: string): string => text.replace(/, |: /g, (found) => found[0]!);
  const settings = (pairs: Iterable<[string, string]>): [string, string][] =>
    [...pairs].map(([key, value]): [string, string] => [key, spaced(value)]).toSorted();
  const flavors = (all: Iterable<[string, Iterable<[string, string]>]>): unknown[] =>
    [...all].map(([name, pairs]) => [name, settings(pairs)]).toSorted();
  const fields = (all: SignatureField[] | null | undefined): FieldFacts[] | null =>
    all?.map(({ name, type, required }) => ({ name, type, required })) ?? null;
  assert.deepEqual(
    flavors(
      model.flavors.map(({ name, settings: pairs }) => [
        name,
        pairs.map(({ key, value }): [string, string] => [key, value]),
      ]),
    ),
    flavors(Object.entries(facts.flavors).map(([name, pairs]) => [name, Object.entries(pairs)])),
  );
  assert.deepEqual(
    {
      flavors: null,
      mlflowVersion: model.mlflowVersion,
      created: model.created,
      sizeBytes: model.sizeBytes,
      runId: model.runId,
      modelId: model.modelId,
      pythonVersion: model.pythonVersion,
      inputs: fields(model.signature?.inputs),
      outputs: fields(model.signature?.outputs),
      params:
        model.signature?.params?.map(({ name, default: value }) => ({
          name,
          default: JSON.parse(value ?? 'null') as unknown,
        })) ?? null,
      example: model.inputExample ? [model.inputExample.path, model.inputExample.type] : null,
    },
    { ...facts, flavors: null },
  );
}
