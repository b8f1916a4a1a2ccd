import * as assert from 'node:assert/strict';
import type { CommitRange, SideFacts } from '../../../src/compare/types';
import { changeChoices, changesOf } from '../../../src/panels/diffChanges';
import type { ChangedFile } from '../../../src/provenance/git';
import type { ParamSource } from '../../../src/provenance/source';

const OLD = 'a'.repeat(40);
const NEW = 'b'.repeat(40);

function source(file: string | null, line: number | null, commit: string | null, cell?: number): ParamSource {
  const place = { file, line, commit, ...(cell === undefined ? {} : { cell }) };
  return { value: '1', status: file === null ? 'given' : 'found', text: null, why: '', ...place };
}

function side(
  label: string,
  commit: string,
  sources: Record<string, ParamSource>,
  workingTree = false,
): SideFacts {
  return {
    side: {
      store: 'sqlite:////x.db',
      runId: label,
      label,
      experiment: 'e',
      experimentId: '0',
      version: null,
      startTime: 0,
      status: '',
      commit,
      workingTree,
    },
    run: {
      info: {
        runId: label,
        experimentId: '0',
        runName: label,
        userId: '',
        status: '',
        startTime: 0,
        endTime: 0,
        lifecycleStage: 'active',
        artifactUri: '',
      },
      params: Object.keys(sources).map((key) => ({ key, value: '1' })),
      metrics: [],
      tags: [],
    },
    experimentTags: [],
    inputs: null,
    models: null,
    environment: null,
    source: { repository: '/code', commit, exact: true, file: 'train.py', usedFiles: [], problem: null },
    sources: new Map(Object.entries(sources)),
  };
}

function file(
  path: string,
  change: ChangedFile['change'] = 'modified',
  oldPath: string | null = null,
): ChangedFile {
  return { path, oldPath, change, added: 1, deleted: 1 };
}

function range(of: number, ...files: ChangedFile[]): CommitRange {
  return { side: of, commits: [], behind: [], files, used: 0, problem: null };
}

function place(left: SideFacts, right: SideFacts, param: string, ...files: ChangedFile[]) {
  const found = changesOf([left, right], [range(1, ...files)], { side: 1, file: null, param });
  return { file: found?.file, line: found?.line };
}

describe('changes that a diff opens', () => {
  it('of a param are at its line of the commit on the right', () => {
    const left = side('old', OLD, { alpha: source('train.py', 12, OLD) });
    const right = side('new', NEW, { alpha: source('train.py', 14, NEW) });
    const files = [file('prepare.py'), file('train.py')];
    assert.deepEqual(
      changesOf([left, right], [range(1, ...files)], { side: 1, file: null, param: 'alpha' }),
      {
        repository: '/code',
        from: OLD,
        to: NEW,
        title: 'old ↔ new',
        files,
        file: 'train.py',
        line: 14,
      },
    );
  });

  it('keep the baseline on the left when it is the second run', () => {
    const older = side('old', OLD, { alpha: source('train.py', 12, OLD) });
    const newer = side('new', NEW, { alpha: source('train.py', 14, NEW) });
    const commits = [range(0, file('train.py'))];
    const found = changesOf([older, newer], commits, { side: 0, file: null, param: 'alpha' });
    assert.deepEqual([found?.from, found?.to, found?.line], [NEW, OLD, 12]);
  });

  it('have the working copy on the right and its line selected, whichever side is the baseline', () => {
    const working = side('Working copy', NEW, { alpha: source('train.py', 20, null) }, true);
    const run = side('run', OLD, { alpha: source('train.py', 12, OLD) });
    for (const [sides, of] of [
      [[working, run], 1],
      [[run, working], 1],
    ] as const) {
      const found = changesOf(sides, [range(of, file('train.py'))], { side: of, file: null, param: 'alpha' });
      assert.deepEqual(
        [found?.from, found?.to, found?.title, found?.line],
        [OLD, null, 'run ↔ Working copy', 20],
      );
    }
  });

  it('of a part of a structure are at the line of its param', () => {
    const left = side('old', OLD, { model: source('train.py', 3, OLD) });
    const right = side('new', NEW, { model: source('train.py', 5, NEW) });
    assert.deepEqual(place(left, right, 'model.depth', file('train.py')), { file: 'train.py', line: 5 });
  });

  it('of a value that moved to a new file are in that file', () => {
    const left = side('old', OLD, { alpha: source('train.py', 3, OLD) });
    const right = side('new', NEW, { alpha: source('config.yaml', 2, NEW) });
    const files = [file('train.py'), file('config.yaml', 'added')];
    assert.deepEqual(place(left, right, 'alpha', ...files), { file: 'config.yaml', line: 2 });
  });

  it('of a value that no line sets any more are in the file that did, also under its new name', () => {
    const left = side('old', OLD, { alpha: source('train.py', 3, OLD) });
    const right = side('new', NEW, { alpha: source(null, null, NEW) });
    assert.deepEqual(place(left, right, 'alpha', file('fit.py', 'renamed', 'train.py')), {
      file: 'fit.py',
      line: null,
    });
  });

  it('of a param whose files are the same are all changes', () => {
    const left = side('old', OLD, { alpha: source('train.py', 3, OLD) });
    const right = side('new', NEW, { alpha: source('train.py', 3, NEW) });
    assert.deepEqual(place(left, right, 'alpha', file('prepare.py')), { file: null, line: null });
  });

  it('select no line in a notebook, whose lines count within a cell, nor one of another commit', () => {
    const left = side('old', OLD, {});
    const cell = side('new', NEW, { alpha: source('explore.ipynb', 2, NEW, 3) });
    assert.deepEqual(place(left, cell, 'alpha', file('explore.ipynb')), {
      file: 'explore.ipynb',
      line: null,
    });
    const other = side('new', NEW, { alpha: source('train.py', 2, OLD) });
    assert.deepEqual(place(left, other, 'alpha', file('train.py')), { file: 'train.py', line: null });
  });

  it('are none where a commit is not known or the runs come from different repositories', () => {
    const left = side('old', OLD, {});
    const right = side('new', NEW, {});
    const target = { side: 1, file: null, param: null };
    assert.equal(changesOf([left, { ...right, source: null }], [range(1)], target), null);
    assert.equal(changesOf([left, right], [{ ...range(1), problem: 'Elsewhere.' }], target), null);
    assert.equal(changesOf([left, right], [], target), null);
  });

  it('are offered by the names of the runs, as text', () => {
    const runs = [side('old', OLD, {}).side, side('$(trash) new', NEW, {}).side];
    assert.deepEqual(
      changeChoices(runs, 0, [range(1, file('train.py'))]).map(({ label }) => label),
      ['old ↔ $(trash) new'],
    );
  });
});
