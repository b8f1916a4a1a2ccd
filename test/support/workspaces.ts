import * as fs from 'node:fs';
import * as path from 'node:path';
import { unpackFixture } from './fixtures';

/** What MLflow 3.17.2 answers of one workspace of the fixture (test/fixtures/team-store/make.py). */
export interface ExpectedWorkspace {
  /** Name and lifecycle stage, by id. */
  experiments: Record<string, [string, string]>;
  /** Name and experiment's id, by id. */
  runs: Record<string, [string, string]>;
  models: Record<string, ExpectedModel>;
}

interface ExpectedModel {
  description: string | null;
  tags: Record<string, string>;
  aliases: Record<string, string>;
  /** Stage, run and tags, by version. */
  versions: Record<string, [string, string, Record<string, string>]>;
}

export interface WorkspacesFixture {
  file: string;
  of: Record<'default' | 'team-a' | 'team-b' | 'team-c', ExpectedWorkspace>;
  /** The experiment of team-a that has no lifecycle stage. */
  half: string;
}

/** A copy of the store of several workspaces that MLflow wrote. */
export async function workspacesFixture(): Promise<WorkspacesFixture> {
  const folder = await unpackFixture('team-store');
  const { half, ...of } = JSON.parse(
    fs.readFileSync(path.join(folder, 'expected.json'), 'utf8'),
  ) as WorkspacesFixture['of'] & { half: string };
  return { file: path.join(folder, 'mlflow.db'), of, half };
}
