import * as path from 'node:path';
import { workerBundle } from '../../../scripts/workerBundle';
import { openSqliteStore } from '../../../src/stores/sqlite/open';
import { fixture } from '../fixtures';
import { EXPERIMENT, START } from '../histories';
import type { MemoryContent } from '../inMemory/content';
import { readContent } from '../inMemory/content';
import { otherClientOf, withRuns } from '../inMemory/others';
import { InMemoryStore } from '../inMemoryStore';
import { memoryWriter } from '../inMemory/writer';
import { readAnswers } from '../oracle';
import { ERA_FIXTURE } from './sqlite';
import type { StoreKindUnderTest, StoreUnderTest } from './storeKind';

/** Held in memory (test/support/inMemoryStore). @param transactional whether its writer makes all of a request or nothing */
export function memoryKind(transactional: boolean): StoreKindUnderTest {
  const open = (content: MemoryContent, folder: string): StoreUnderTest => {
    const store = new InMemoryStore(content, { uri: `file://${folder}/mlruns`, folder });
    const setHidden = (hidden: boolean) => async (): Promise<void> => store.hide(hidden);
    return {
      store,
      writer: memoryWriter(store, folder, { transactional }),
      others: otherClientOf(store),
      hide: setHidden(true),
      show: setHidden(false),
      close: async () => store.dispose(),
    };
  };
  return {
    name: transactional ? 'memory' : 'memory, written step by step',
    era: async () => {
      // Its files are only read.
      const folder = await fixture(ERA_FIXTURE);
      return { ...open(await eraContent(), folder), oracle: readAnswers(path.join(folder, 'answers.json')) };
    },
    make: async (runs) => open(withRuns(withExperiment(await eraContent()), runs), '/nowhere'),
  };
}

let era: Promise<MemoryContent> | undefined;

/** Read once, through the SQLite store: what is held is never changed. */
function eraContent(): Promise<MemoryContent> {
  era ??= readEra();
  return era;
}

async function readEra(): Promise<MemoryContent> {
  const file = path.join(await fixture(ERA_FIXTURE), 'mlflow.db');
  const store = await openSqliteStore(file, { distFolder: workerBundle() });
  try {
    return await readContent(store);
  } finally {
    store.dispose();
  }
}

function withExperiment(content: MemoryContent): MemoryContent {
  const experiments = new Map(content.parts.experiments).set(EXPERIMENT, {
    experimentId: EXPERIMENT,
    name: 'histories',
    artifactLocation: '/nowhere',
    lifecycleStage: 'active',
    creationTime: START,
    lastUpdateTime: START,
    tags: [],
  });
  return content.with({ experiments });
}
