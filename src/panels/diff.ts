import { StoreError } from '../mlflow/errors';
import type { ModelVersion } from '../mlflow/entities';
import { readDetails, readSide, readVersion } from '../compare/gather';
import { readCode, readWorkingCopy } from '../compare/gatherCode';
import { toMarkdown } from '../compare/markdown';
import { groupRanges } from '../compare/ranges';
import type { CommitRange, DiffRow, DiffSide, RunDiff, SideFacts } from '../compare/types';
import { withoutEqual } from '../compare/withoutEqual';
import type { DiffPageData, DiffProtocol, PageRow } from '../protocol/diff';
import type { ShownSource } from '../provenance/source';
import type { RequestHandlers } from '../protocol/messages';
import type { DiffArguments, PageArguments } from '../protocol/pages';
import type { RunColor } from '../state/colors';
import { storeName } from '../stores/uri';
import { changeChoices, changesOf, type ChangeTarget } from './diffChanges';
import { imagesOf, readImage } from './diffImages';
import type { PageDefinition, PageServices, PageSession } from './page';

/** The diff of runs (reference ui.md, part 1, section 6). */
export const diffPage: PageDefinition<'diff', DiffProtocol> = {
  name: 'diff',
  icon: 'diff',
  initialTitle: ({ runs }) => `Diff of ${runs.length} runs`,
  key: (args) => JSON.stringify([args.runs.map(({ store, runId }) => [store, runId]), args.baseline ?? 0]),
  stores: ({ runs }) => [...new Set(runs.map(({ store }) => store))],
  handlers: (args, services, session) => new DiffHost(runsToRead(args), services, session).handlers(),
};

/** The diff of a model's versions: of their runs, and of the models themselves. */
export const modelDiffPage: PageDefinition<'modelDiff', DiffProtocol> = {
  name: 'modelDiff',
  icon: 'diff',
  initialTitle: ({ name, versions }) => `${name} ${versions.map((version) => `v${version}`).join(' ↔ ')}`,
  key: ({ store, name, versions }) => JSON.stringify([store, name, versions]),
  stores: ({ store }) => [store],
  handlers: (args, services, session) => new DiffHost(versionsToRead(args), services, session).handlers(),
};

/** What is compared, before it is read. */
interface Wanted {
  model: string | null;
  baseline: number | 'workingTree';
  /** Store and run, or version. */
  read(services: PageServices, signal: AbortSignal): Promise<ReadSide[]>;
}

interface ReadSide {
  facts: SideFacts;
  version: ModelVersion | null;
}

function runsToRead({ runs, baseline = 0 }: DiffArguments): Wanted {
  return {
    model: null,
    baseline,
    read: async (services, signal) => {
      const sides = await Promise.all(
        runs.map(async ({ store, runId }) => ({
          facts: await readSide(await services.stores.get(store), runId, null, signal),
          version: null,
        })),
      );
      return baseline === 'workingTree' ? withWorkingCopy(sides, services) : sides;
    },
  };
}

function versionsToRead({ store: uri, name, versions }: PageArguments['modelDiff']): Wanted {
  return {
    model: name,
    baseline: 0,
    read: async (services, signal) => {
      const store = await services.stores.get(uri);
      const model = await store.getRegisteredModel(name, signal);
      return Promise.all(
        versions.map(async (wanted) => {
          const version = model.versions.find((each) => each.version === wanted);
          if (!version) {
            throw new StoreError('RESOURCE_DOES_NOT_EXIST', `${name} has no version ${wanted}.`);
          }
          return { facts: await readVersion(store, version, signal), version };
        }),
      );
    },
  };
}

/** The working copy stands first, as the baseline. */
async function withWorkingCopy(sides: ReadSide[], services: PageServices): Promise<ReadSide[]> {
  const finder = services.code?.finder();
  const working = finder && sides[0] ? await readWorkingCopy(sides[0].facts, finder) : null;
  if (!working) {
    throw new StoreError(
      'NOT_FOUND',
      'The program of this run is not in the working copy of this workspace: open the folder that holds it.',
    );
  }
  return [{ facts: working, version: null }, ...sides];
}

class DiffHost {
  private sides: Promise<ReadSide[]> | null = null;
  private details: Promise<SideFacts[]> | null = null;
  private commits: readonly CommitRange[] = [];
  private shown: readonly SideFacts[] = [];
  /** The sides as the page names them. */
  private runs: readonly DiffSide[] = [];

  constructor(
    private readonly wanted: Wanted,
    private readonly services: PageServices,
    private readonly session: PageSession,
  ) {
    const colors = services.state.onDidChange(() => this.tellColors());
    session.onDispose(() => colors.dispose());
  }

  handlers(): RequestHandlers<DiffProtocol> {
    return {
      getDiff: async ({ baseline, fresh }, signal) => {
        if (fresh || !this.sides) {
          this.sides = this.wanted.read(this.services, signal);
          this.details = null;
          this.sides.catch(() => (this.sides = null));
        }
        const facts = (await this.sides).map((side) => side.facts);
        const data = await this.pageData(facts, this.baselineOf(baseline), [], true, signal);
        this.nameTab(data.runs.map(({ label }) => label));
        return data;
      },
      getDetails: async ({ baseline }, signal) => {
        const base = this.baselineOf(baseline);
        const facts = await this.readAll(signal);
        const finder = this.services.code?.finder();
        const code = finder
          ? await readCode(facts, base, finder)
          : {
              sides: facts.map((side) => ({ ...side, environment: new Map<string, string>() })),
              commits: [],
            };
        this.shown = code.sides;
        this.commits = code.commits;
        return this.pageData(code.sides, base, code.commits, false, signal);
      },
      getHistories: async ({ keys }, signal) => {
        const facts = (await this.read(signal)).map((side) => side.facts);
        const asked = facts.map(async ({ side, run }, index) => {
          const own = keys.filter((key) => run.metrics.some((metric) => metric.key === key));
          if (own.length === 0) {
            return [];
          }
          const store = await this.services.stores.get(side.store);
          const summaries = await store.getMetricSummaries(side.runId, own, signal);
          return summaries.map(({ key, steps, values }) => ({ key, side: index, steps, values }));
        });
        return (await Promise.all(asked)).flat();
      },
      getImages: async (_, signal) => imagesOf(await this.readAll(signal), this.services, signal),
      getImage: async ({ side, path }, signal) => ({
        bytes: await readImage((await this.readAll(signal))[side], path, this.services, signal),
      }),
      openChanges: async ({ side, ...target }) => {
        const chosen = side ?? (await this.chooseSide());
        if (chosen !== null) {
          await this.openChanges({ side: chosen, ...target });
        }
        return null;
      },
      openCommit: async (target) => {
        await this.openCommit(target);
        return null;
      },
      openTexts: async ({ title, left, right }) => {
        await this.services.code?.openTexts(title, left, right);
        return null;
      },
      getText: async ({ baseline, format }, signal) => {
        const base = this.baselineOf(baseline);
        const facts =
          this.shown.length > 0 ? this.shown : (await this.read(signal)).map((side) => side.facts);
        const diff = await this.diff(facts, base, this.commits, signal);
        return {
          text: format === 'markdown' ? toMarkdown(diff) : JSON.stringify(withoutEqual(diff), null, 2),
        };
      },
    };
  }

  private baselineOf(chosen: number | null): number {
    return chosen ?? (this.wanted.baseline === 'workingTree' ? 0 : this.wanted.baseline);
  }

  private async read(signal: AbortSignal): Promise<ReadSide[]> {
    this.sides ??= this.wanted.read(this.services, signal);
    return this.sides;
  }

  private async readAll(signal: AbortSignal): Promise<SideFacts[]> {
    const sides = await this.read(signal);
    this.details ??= Promise.all(
      sides.map(async ({ facts, version }) =>
        facts.side.workingTree
          ? facts
          : readDetails(await this.services.stores.get(facts.side.store), facts, version, signal),
      ),
    );
    this.details.catch(() => (this.details = null));
    return this.details;
  }

  private diff(
    facts: readonly SideFacts[],
    baseline: number,
    commits: readonly CommitRange[],
    signal: AbortSignal,
  ): Promise<RunDiff> {
    const { metricDirections: directions } = this.services.settings();
    return this.services.parsers.diff({ facts, baseline, commits, directions }, signal);
  }

  private nameTab(labels: readonly string[]): void {
    const what =
      labels.length > 2 ? `${labels.length} ${this.wanted.model ? 'versions' : 'runs'}` : labels.join(' ↔ ');
    this.session.setTitle(this.wanted.model ? `${this.wanted.model}: ${what}` : what);
  }

  private async pageData(
    facts: readonly SideFacts[],
    baseline: number,
    commits: readonly CommitRange[],
    pending: boolean,
    signal: AbortSignal,
  ): Promise<DiffPageData> {
    const diff = await this.diff(facts, baseline, commits, signal);
    this.runs = diff.runs;
    const sources = new SourceTable();
    const row = (each: DiffRow): PageRow => ({
      key: each.key,
      values: each.values,
      ...(each.delta ? { delta: each.delta } : {}),
      ...(each.better ? { better: each.better } : {}),
      ...(each.covers ? { covers: each.covers.text } : {}),
      ...(each.sources ? { sources: each.sources.map((source) => sources.indexOf(source)) } : {}),
      ...(each.unknown ? { unknown: each.unknown } : {}),
    });
    for (const { side, run } of facts) {
      this.services.state.learnColor({ store: side.store, runId: side.runId }, run.tags);
    }
    return {
      model: this.wanted.model,
      storeName: storeName(diff.runs[baseline]?.store ?? ''),
      runs: diff.runs,
      colors: this.colors(),
      baseline,
      sections: diff.sections.map(({ name, rows, same, unknown, pending: waiting }) => ({
        name,
        rows: rows.map(row),
        same: same.map(row),
        unknown: unknown.map(row),
        pending: waiting && pending,
      })),
      commits: groupRanges(diff.commits, diff.runs),
      summary: pending ? '' : diff.summary,
      sources: sources.list,
      pending,
    };
  }

  private colors(): RunColor[] {
    return this.services.state.colorsOf(this.runs.map(({ store, runId }) => ({ store, runId })));
  }

  /** The user may choose another, here or elsewhere. */
  private tellColors(): void {
    if (this.runs.length > 0) {
      this.session.emit('colors', this.colors());
    }
  }

  private async openCommit({ side, commit }: { side: number; commit: string }): Promise<void> {
    const { code } = this.services;
    const range = this.commits.find((each) => each.side === side);
    const listed = [...(range?.commits ?? []), ...(range?.behind ?? [])].find(
      (each) => each.commit === commit,
    );
    const root = this.shown[side]?.source?.repository;
    const repository = (await code?.finder().repositories())?.find((each) => each.root === root);
    const [parent] = listed?.parents ?? [];
    if (!code || !repository || !listed || parent === undefined) {
      throw new StoreError(
        'NOT_FOUND',
        `There is no commit before ${commit.slice(0, 7)} to compare it with.`,
      );
    }
    await code.openChanges({
      repository: repository.root,
      from: parent,
      to: commit,
      title: `${commit.slice(0, 7)} ${listed.subject}`,
      files: await repository.changedFiles(parent, commit),
      file: null,
      line: null,
    });
  }

  /** The side whose changes are opened: the only one that has some, or the one that the user names. */
  private async chooseSide(): Promise<number | null> {
    const base = this.shown.findIndex((_, index) => !this.commits.some(({ side }) => side === index));
    const choices = changeChoices(this.runs, base, this.commits);
    if (choices.length < 2) {
      return choices[0]?.side ?? this.commits[0]?.side ?? null;
    }
    return (await this.services.code?.choose('Open the changes between which runs?', choices))?.side ?? null;
  }

  private async openChanges(target: ChangeTarget): Promise<void> {
    const { code } = this.services;
    const request = changesOf(this.shown, this.commits, target);
    if (!code || !request) {
      const problem = this.commits.find(({ side }) => side === target.side)?.problem;
      throw new StoreError('NOT_FOUND', problem ?? 'The commits of these runs are not known here.');
    }
    await code.openChanges(request);
  }
}

/** Each source once, however many cells it stands in. */
class SourceTable {
  readonly list: ShownSource[] = [];
  private readonly known = new Map<string, number>();

  indexOf(source: NonNullable<DiffRow['sources']>[number]): number {
    if (!source) {
      return -1;
    }
    const { status, file, line, cell, commit, why } = source;
    const key = `${status}\n${file ?? ''}\n${line ?? ''}\n${cell ?? ''}\n${commit ?? ''}\n${why}`;
    let index = this.known.get(key);
    if (index === undefined) {
      index = this.list.push({ status, file, line, cell, commit, why }) - 1;
      this.known.set(key, index);
    }
    return index;
  }
}
