import { plainText } from '../mlflow/format';
import type { CommandRegistry } from '../platform/commands';
import { setContext } from '../platform/contexts';
import { askText, pickOne, type PickItem } from '../platform/dialogs';
import { DEFAULT_MODELS_CHOICE, type ModelsChoice, type ModelsView } from '../views/modelsView';
import { cancelled, fieldsOf } from './arguments';

export interface ModelsViewCommandDeps {
  commands: CommandRegistry;
  models: ModelsView;
}

const WHICH: Record<ModelsChoice['versions'], { label: string; detail: string }> = {
  all: { label: 'All models', detail: 'and all their versions' },
  inProduction: {
    label: 'In production',
    detail: 'stage Production, or the alias champion, production or prod',
  },
  hasAlias: { label: 'Has an alias', detail: 'any alias' },
  waiting: {
    label: 'Waiting for review',
    detail: 'marked as ready (settings readyTag and readyAlias), not in production yet, not archived',
  },
};

/** Which models the Models view lists, and in which order. */
export function registerModelsViewCommands({ commands, models }: ModelsViewCommandDeps): void {
  const choose = (change: Partial<ModelsChoice>): void => {
    models.choose(change);
    showChoice(models);
  };
  showChoice(models);

  commands.register('searchModels', async (args) => {
    const given = fieldsOf(args).text;
    const text =
      typeof given === 'string'
        ? given
        : await askText({
            title: 'Search Models',
            prompt: 'Words in a name, a stage, an alias or a tag. Leave empty to list all models.',
            placeHolder: 'taxi @champion review=ready',
            value: models.choice().text,
          });
    if (text === undefined) {
      throw cancelled();
    }
    choose({ text: text.trim() });
  });

  commands.register('filterModels', async (args) => {
    const given = fieldsOf(args).versions;
    const versions =
      typeof given === 'string' && given in WHICH
        ? (given as ModelsChoice['versions'])
        : await pick(
            'Show which models?',
            Object.entries(WHICH).map(([value, item]) => ({
              ...item,
              description: value === models.choice().versions ? 'shown now' : '',
              value: value as ModelsChoice['versions'],
            })),
          );
    choose({ versions });
  });

  commands.register('sortModels', async (args) => {
    const given = fieldsOf(args).orderBy;
    const orderBy =
      given === 'name' || given === 'lastUpdated'
        ? given
        : await pick('Sort models by', [
            { label: 'Name', value: 'name' as const },
            { label: 'Last change', description: 'newest first', value: 'lastUpdated' as const },
          ]);
    choose({ orderBy });
  });

  commands.register('clearModelFilter', () =>
    choose({ text: DEFAULT_MODELS_CHOICE.text, versions: DEFAULT_MODELS_CHOICE.versions }),
  );
}

async function pick<T>(placeHolder: string, items: readonly (PickItem & { value: T })[]): Promise<T> {
  const picked = await pickOne(items, { placeHolder });
  if (!picked) {
    throw cancelled();
  }
  return picked.value;
}

function showChoice(models: ModelsView): void {
  const { text, versions, orderBy } = models.choice();
  setContext('mlflowLens.modelFilter', text !== '' || versions !== 'all');
  models.tree.message =
    [
      text && `Search: ${plainText(text, 80)}`,
      versions !== 'all' && WHICH[versions].label,
      orderBy === 'lastUpdated' && 'Last changed first',
    ]
      .filter(Boolean)
      .join(' · ') || undefined;
}
