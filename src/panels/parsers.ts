import { diffRuns } from '../compare/diff';
import { combinedEnvironment, type EnvironmentFiles, type RunEnvironment } from '../compare/runEnvironment';
import { signatureChanges, signatureSummary } from '../compare/signature';
import type { CommitRange, RunDiff, SideFacts } from '../compare/types';
import { explainModel, type ModelExplanation } from '../mlflow/artifacts/mlmodel';
import { parseNotebook } from '../mlflow/artifacts/notebook';
import { parseRequirements, type Requirement } from '../mlflow/artifacts/requirements';
import { delimiterOf, parseDelimited, parseJsonTable, type TablePreview } from '../mlflow/artifacts/table';
import { decodeText, prettyJson } from '../mlflow/artifacts/text';
import type { InputExample } from '../protocol/artifacts';
import { comparisonLines, type ComparedVersion, type Comparison } from '../registry/comparison';
import { metricDirection } from '../state/metrics';
import { versionChanges } from './versionChanges';

/** The user's setting: metric -> "higher" or "lower". */
type Directions = Readonly<Record<string, unknown>>;

/** The start of a file, or all of it. */
interface FileStart {
  bytes: Uint8Array;
  /** These are all of its bytes. */
  complete: boolean;
}

export type TextAnswer = { kind: 'text'; text: string } | { kind: 'table'; table: TablePreview } | null;

/**
 * All that reads what artifacts, models and repositories hold. How long that takes is up to their authors, so it is
 * done in a worker (parserWorker.ts): arguments and results are plain data.
 */
export const parsers = {
  /** A text to show, JSON indented, or the table that a JSON file holds; null for a file that is no text. */
  text({ bytes, complete, json }: FileStart & { json: boolean }): TextAnswer {
    const text = decodeText(bytes, complete);
    if (text === null) {
      return null;
    }
    const table = json && complete ? parseJsonTable(text) : null;
    return table
      ? { kind: 'table', table }
      : { kind: 'text', text: json ? (prettyJson(text) ?? text) : text };
  },

  /** null for a file that is no text. */
  delimited({ bytes, complete, path }: FileStart & { path: string }): TablePreview | null {
    const text = decodeText(bytes, complete);
    return text === null ? null : parseDelimited(text, delimiterOf(path, text), complete);
  },

  /** null for what is no notebook. */
  notebook({ bytes }: { bytes: Uint8Array }): ReturnType<typeof parseNotebook> {
    const text = decodeText(bytes, true);
    return text === null ? null : parseNotebook(text);
  },

  /** Of an MLmodel file; null for what is none. */
  model({ bytes }: { bytes: Uint8Array }): ModelExplanation | null {
    const text = decodeText(bytes, true);
    return text === null ? null : explainModel(text);
  },

  requirements({ bytes }: { bytes: Uint8Array }): Requirement[] {
    return parseRequirements(decodeText(bytes, true) ?? '');
  },

  /** A model's input example; null where it is no JSON. */
  example({ bytes }: { bytes: Uint8Array }): InputExample | null {
    const text = decodeText(bytes, true);
    const table = text === null ? null : parseJsonTable(text);
    const json = text === null ? null : prettyJson(text);
    return table ? { kind: 'table', ...table } : json === null ? null : { kind: 'json', text: json };
  },

  environments({ files }: { files: readonly EnvironmentFiles[] }): RunEnvironment[] {
    return files
      .map(combinedEnvironment)
      .filter(({ python, packages, unread }) => python !== null || packages.length + unread.length > 0);
  },

  diff({ facts, baseline, commits, directions }: DiffRequest): RunDiff {
    return diffRuns(facts, baseline, commits, (key, tags, runTags) =>
      metricDirection(key, tags, directions, runTags),
    );
  },

  changes({ facts }: { facts: readonly SideFacts[] }): (string[] | null)[] {
    return versionChanges(facts);
  },

  /** What each model's signature is, and what of it breaks whoever calls the model before. */
  signatures({
    models,
  }: {
    models: readonly { own: string | null; before: string | null }[];
  }): { summary: ReturnType<typeof signatureSummary>; breaks: string[] }[] {
    return models.map(({ own, before }) => ({
      summary: signatureSummary(own),
      breaks:
        own === null || before === null
          ? []
          : signatureChanges(before, own)
              .filter(({ breaks }) => breaks)
              .map(({ text }) => text),
    }));
  },

  comparison({ candidate, incumbent, directions, headline }: ComparisonRequest): Comparison {
    const directionOf: Parameters<typeof comparisonLines>[2] = (key, tags, runTags) =>
      metricDirection(key, tags, directions, runTags);
    return comparisonLines(candidate, incumbent, directionOf, headline);
  },
};

export interface DiffRequest {
  facts: readonly SideFacts[];
  baseline: number;
  commits: readonly CommitRange[];
  directions: Directions;
}

export interface ComparisonRequest {
  candidate: ComparedVersion;
  incumbent: ComparedVersion;
  directions: Directions;
  headline: string | undefined;
}

type Table = typeof parsers;

/** The same, by whoever does it: a worker in the extension. Rejects with StoreError where it had to be given up. */
export type Parsers = {
  [Name in keyof Table]: (
    args: Parameters<Table[Name]>[0],
    signal?: AbortSignal,
  ) => Promise<ReturnType<Table[Name]>>;
};
