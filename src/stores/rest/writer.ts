import { setTimeout as pause } from 'node:timers/promises';
import { isStoreError, StoreError } from '../../mlflow/errors';
import {
  makeChange,
  type Change,
  type ChangeMakers,
  type Fact,
  type PartlyApplied,
  type WriteResult,
  type Writer,
} from '../../mlflow/writer';
import { applyStepwise, stepOf, type Step } from '../../registry/stepwise';
import type { ServerApi } from './api';
import type { Exchange } from './exchange';
import { createRestImporter } from './importer';
import { differences } from './writer/afterwards';
import { factOf } from './writer/facts';
import type { Made, WriteContext } from './writer/made';
import * as registry from './writer/registryChanges';
import { AskedServer, Unsettled } from './writer/server';
import * as tracking from './writer/trackingChanges';
import { notMade, settle, versionsBefore } from './writer/unsettled';

const MAKERS: ChangeMakers<WriteContext, Promise<Made>> = { ...registry, ...tracking };

/** How often a change is tried that the server has no time for. */
const TRIES = 4;
/** The first wait between two tries, ms; each further one is twice as long. */
const WAIT = 250;

/**
 * Writes to a tracking server. There are no transactions and no conditions there (reference servers.md, section 8): each
 * change is checked, made, and looked at again, and what is then not as it was left is said in the result.
 *
 * @param apiOf what the server is; asked at the first change
 */
export function createRestWriter(
  exchange: Exchange,
  apiOf: (signal?: AbortSignal) => Promise<ServerApi>,
): Writer {
  return {
    transactional: false,
    importer: createRestImporter(exchange, apiOf),
    apply: async (request, signal, onWaiting) => {
      const server = new AskedServer(exchange, await apiOf(signal), signal);
      const { version } = server.api;
      const steps = new Steps(server, signal, onWaiting);
      const engine = `the tracking server${version === null ? '' : `, MLflow ${version}`}`;
      try {
        return steps.completed(await applyStepwise(request, engine, steps.step, signal));
      } catch (error) {
        throw isStoreError(error) && error.code === 'PARTLY_APPLIED' ? steps.completedPart(error) : error;
      }
    },
  };
}

/** The steps of one request, and what is known of them besides what they created. */
class Steps {
  private readonly times: (number | null)[] = [];
  private readonly meanwhile: string[] = [];

  constructor(
    private readonly server: AskedServer,
    private readonly signal: AbortSignal | undefined,
    private readonly onWaiting: (() => void) | undefined,
  ) {}

  readonly step: Step = async (change, expected, now) => {
    for (let tries = 1; ; tries++) {
      this.server.forget();
      try {
        return await this.once(change, expected, now);
      } catch (error) {
        if (!(error instanceof Unsettled)) {
          throw error;
        }
        if (tries === TRIES) {
          throw notMade(error);
        }
        if (tries === 1) {
          this.onWaiting?.();
        }
        await pause(WAIT * 2 ** (tries - 1), undefined, { signal: this.signal }).catch(() => {
          throw new StoreError('CANCELLED', 'Canceled: nothing was changed.');
        });
      }
    }
  };

  completed(result: WriteResult): WriteResult {
    const { times, meanwhile } = this;
    const now = times.find((time) => time !== null) ?? result.now;
    return { ...result, now, times, ...(meanwhile.length > 0 ? { meanwhile } : {}) };
  }

  completedPart(error: StoreError): StoreError {
    const details = error.details as PartlyApplied;
    const result = this.completed(details.result);
    return new StoreError('PARTLY_APPLIED', error.message, { ...details, result } satisfies PartlyApplied);
  }

  /** Reads, checks, writes and reads again. Throws Unsettled where it may be done once more. */
  private async once(wanted: Change, expected: readonly Fact[], at: number): Promise<string | null> {
    const { server, times, meanwhile } = this;
    const step = stepOf({
      read: (subject) => factOf(server, subject),
      carryOut: async (change, time) => {
        const context = { server, now: time };
        const before = await versionsBefore(context, change);
        const made = await makeChange(MAKERS, context, change).catch((error: unknown) => {
          if (error instanceof Unsettled) {
            return settle(context, change, error, before);
          }
          throw error;
        });
        times.push(made.time);
        server.forget();
        const now = await differences(server, change, made.created, expected);
        meanwhile.push(...(made.meanwhile ?? []), ...now);
        return made.created;
      },
    });
    return step(wanted, expected.map(asServersTell), at);
  }
}

/** Servers answer an empty description and none alike. */
function asServersTell(fact: Fact): Fact {
  const isDescription = 'field' in fact.subject && fact.subject.field === 'description';
  return isDescription && fact.seen === '' ? { ...fact, seen: null } : fact;
}
