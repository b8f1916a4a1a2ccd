import { StoreError } from '../mlflow/errors';
import { count, plainText } from '../mlflow/format';
import { runLabels } from '../mlflow/tellApart';
import type { PanelHost } from '../panels/panelHost';
import { runCommand, type CommandRegistry } from '../platform/commands';
import { pickOne, type PickItem } from '../platform/dialogs';
import { COLOR_NAMES, DASH_NAMES, PALETTES, RUN_COLOR_TAG } from '../state/colors';
import type { RunKey } from '../mlflow/runKey';
import type { ViewState } from '../state/viewState';
import type { OpenStores } from '../stores/openStores';
import { learnRunColors } from '../stores/runColors';
import { runDot } from '../views/icons';
import { booleanOf, cancelled, runsOf, textOf } from './arguments';

export interface RunColorCommandDeps {
  commands: CommandRegistry;
  stores: OpenStores;
  state: ViewState;
  panels: PanelHost;
}

/** What was picked: a color's index, null for none of the user's own, or that the tag shall be written too. */
type Choice = { color: number | null } | 'writeTag';

type ChoiceItem = PickItem & { choice: Choice };

/**
 * setRunColor: `{runs, color?, writeTag?}`, `color` being a name of the palette or `automatic`. It changes how runs
 * look in this workspace; with `writeTag`, MLflow's tag too, by the command that sets tags.
 */
export function registerRunColorCommand({ commands, stores, state, panels }: RunColorCommandDeps): void {
  commands.register('setRunColor', async (args, selection) => {
    const runs = await chosenRuns(runsOf(args, selection), panels.runInFront, stores, state);
    await learnRunColors(stores, state, runs);
    const named = colorNamed(textOf(args, 'color'));
    const { color, writesTag } =
      named === undefined
        ? await ask(runs, state, booleanOf(args, 'writeTag') ?? false)
        : { color: named, writesTag: booleanOf(args, 'writeTag') ?? false };
    state.chooseColor(runs, color);
    if (writesTag) {
      await writeTag(runs, color, state);
    }
  });
}

/** The index of a name, null for `automatic`; undefined where none was given. */
function colorNamed(name: string | undefined): number | null | undefined {
  if (name === undefined || name.toLowerCase() === 'automatic') {
    return name === undefined ? undefined : null;
  }
  const index = COLOR_NAMES.findIndex((each) => each.toLowerCase() === name.toLowerCase());
  if (index < 0) {
    throw new StoreError(
      'INVALID_PARAMETER_VALUE',
      `There is no color "${plainText(name, 40)}": choose ${COLOR_NAMES.join(', ')} or Automatic.`,
    );
  }
  return index;
}

async function chosenRuns(
  given: readonly RunKey[],
  inFront: RunKey | undefined,
  stores: OpenStores,
  state: ViewState,
): Promise<readonly RunKey[]> {
  if (given.length > 0 || inFront) {
    return given.length > 0 ? given : [inFront!];
  }
  const found = await Promise.all(
    state.shownRuns().map(async (key) => {
      const store = await stores.get(key.store).catch(() => null);
      const run = await store?.getRun(key.runId).catch(() => null);
      return run ? [{ key, run }] : [];
    }),
  );
  const shown = found.flat();
  if (shown.length === 0) {
    throw new StoreError('INVALID_PARAMETER_VALUE', 'Select runs in the MLflow view first.');
  }
  const labels = runLabels(shown.map(({ run }) => run));
  const colors = state.colorsOf(shown.map(({ key }) => key));
  const picked = await pickOne(
    shown.map(({ key }, i) => ({ label: labels[i]!, icon: runDot(colors[i]!), key })),
    { title: 'Set Color', placeHolder: 'The color of which run?' },
  );
  if (!picked) {
    throw cancelled();
  }
  return [picked.key];
}

async function ask(
  runs: readonly RunKey[],
  state: ViewState,
  writesTag: boolean,
): Promise<{ color: number | null; writesTag: boolean }> {
  const [first] = runs;
  const one = runs.length === 1 && first ? first : null;
  const tagged = one ? state.colorSources(one).tagged : undefined;
  const now = one && state.knownColorOf(one);
  const colors = COLOR_NAMES.map((name, color): ChoiceItem => {
    const isNow = now?.tagged === undefined && now?.color === color;
    return {
      label: name,
      icon: runDot({ color, dash: isNow ? now.dash : 0 }),
      ...(isNow ? { description: `now, ${DASH_NAMES[now.dash % DASH_NAMES.length]}` } : {}),
      choice: { color },
    };
  });
  const items: ChoiceItem[] = [
    ...colors,
    {
      label: 'Automatic',
      icon: 'sparkle',
      description:
        tagged === undefined || writesTag ? 'different from the other runs' : `${tagged}, from MLflow's tag`,
      choice: { color: null },
    },
    ...(one && !writesTag
      ? [
          {
            label: `Write MLflow's Tag ${RUN_COLOR_TAG} Too…`,
            icon: 'tag',
            description: 'for everyone who uses this store',
            choice: 'writeTag' as const,
          },
        ]
      : []),
  ];
  const picked = await pickOne(items, {
    title: writesTag ? `Set Color and MLflow's Tag ${RUN_COLOR_TAG}` : 'Set Color',
    placeHolder: one
      ? 'The color of the run'
      : `The color of ${count(runs.length, 'run')}: their lines differ by dash`,
  });
  if (!picked) {
    throw cancelled();
  }
  return picked.choice === 'writeTag' ? ask(runs, state, true) : { color: picked.choice.color, writesTag };
}

/** The preview is that of any tag: nothing is written before the user says so. */
async function writeTag(runs: readonly RunKey[], color: number | null, state: ViewState): Promise<void> {
  for (const run of runs) {
    const tag = { ...run, key: RUN_COLOR_TAG };
    const { tagged } = state.colorSources(run);
    // MLflow's own UI, which reads it, is light.
    const value = color === null ? undefined : PALETTES.light[color]!.toLowerCase();
    if (value !== undefined && value !== tagged) {
      await runCommand('setTag', { ...tag, value });
    } else if (value === undefined && tagged !== undefined) {
      await runCommand('deleteTag', tag);
    }
  }
}
