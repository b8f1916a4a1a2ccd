import { StoreError } from '../../src/mlflow/errors';
import type { ServerApi } from '../../src/stores/rest/api';
import type { Exchange, ServerAnswer, ServerRequest } from '../../src/stores/rest/exchange';

type Fields = Record<string, unknown>;

interface SmallVersion {
  stage: string;
  source: string;
  updated: number;
}

/** What happens to a request instead of, or besides, being carried out. */
export type Trouble =
  | 'lost'
  /** Carried out; the answer never arrives. */
  | 'carried out and lost'
  | { status: number; contentType: string; body: string };

/**
 * One registered model and one experiment as MLflow 3.17.2's server answers them, to put in its way what a real one cannot be
 * asked for: writes that are lost on the way there or back, and others that write in the very moment between two requests.
 * Its answers are those of test/servers/restWriter.test.ts's real servers.
 */
export class SmallRegistry {
  readonly asked: ServerRequest[] = [];
  readonly versions = new Map<string, SmallVersion>();
  readonly aliases = new Map<string, string>();
  readonly runs: Fields[] = [];
  /** Asked before each request; the endpoint is below the base. */
  trouble: (endpoint: string, request: ServerRequest) => Trouble | null = () => null;
  /** Called after each write that was carried out. */
  afterWrite: (endpoint: string) => void = () => undefined;
  private clock = 1000;

  constructor(readonly name: string) {}

  readonly api: ServerApi = {
    version: '3.17.2',
    release: { major: 3, minor: 17 },
    base: '/api/2.0/mlflow/',
    workspace: null,
  };

  /** "POST model-versions/create" of each request that writes. */
  get writes(): string[] {
    return this.asked
      .filter(({ method, path }) => method !== 'GET' && !path.includes('/search'))
      .map(({ method, path }) => `${method} ${path.slice(this.api.base.length)}`);
  }

  set(version: string, stage: string, source = 's3://bucket/model'): void {
    this.versions.set(version, { stage, source, updated: ++this.clock });
  }

  readonly exchange: Exchange = async (request) => {
    this.asked.push(request);
    const url = new URL(request.path, 'http://server');
    const endpoint = url.pathname.slice(this.api.base.length);
    const trouble = this.trouble(endpoint, request);
    if (trouble === 'lost') {
      throw lost();
    }
    if (trouble !== null && trouble !== 'carried out and lost') {
      return answerOf(trouble.status, trouble.contentType, trouble.body);
    }
    const isRead = request.method === 'GET' || endpoint.endsWith('/search');
    const args = request.body === undefined ? Object.fromEntries(url.searchParams) : parsed(request.body);
    const answer = this.answer(request.method, endpoint, args);
    if (!isRead && answer !== null) {
      this.afterWrite(endpoint);
    }
    if (trouble !== null) {
      throw lost();
    }
    return answer === null
      ? answerOf(404, 'application/json', '{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "not found"}')
      : answerOf(200, 'application/json', JSON.stringify(answer));
  };

  private answer(method: string, endpoint: string, args: Fields): Fields | null {
    const text = (name: string): string => String(args[name]);
    switch (`${method} ${endpoint}`) {
      case 'GET registered-models/get':
        return text('name') === this.name ? { registered_model: this.model() } : null;
      case 'GET model-versions/get':
        return this.versions.has(text('version')) ? { model_version: this.version(text('version')) } : null;
      case 'GET model-versions/search':
        return { model_versions: [...this.versions.keys()].map((number) => this.version(number)) };
      case 'POST model-versions/transition-stage': {
        const [version, stage] = [text('version'), text('stage')];
        for (const [number, other] of this.versions) {
          if (args['archive_existing_versions'] === true && number !== version && other.stage === stage) {
            this.set(number, 'Archived');
          }
        }
        this.set(version, stage);
        return { model_version: this.version(version) };
      }
      case 'POST model-versions/create': {
        const version = String(this.versions.size + 1);
        this.set(version, 'None', text('source'));
        return { model_version: this.version(version) };
      }
      case 'POST registered-models/alias':
        this.aliases.set(text('alias'), text('version'));
        return {};
      case 'GET experiments/get':
        return { experiment: { experiment_id: '7', name: 'an experiment', lifecycle_stage: 'active' } };
      case 'POST runs/create': {
        const run_id = `run ${this.runs.length + 1}`;
        this.runs.push({ ...args, run_id, lifecycle_stage: 'active' });
        return { run: { info: this.runs.at(-1) } };
      }
      case 'GET runs/get': {
        const info = this.runs.find((run) => run['run_id'] === args['run_id']);
        return info ? { run: { info, data: {} } } : null;
      }
      case 'POST runs/search': {
        const start = Number(text('filter').split(' = ')[1]);
        return { runs: this.runs.filter((run) => run['start_time'] === start).map((info) => ({ info })) };
      }
      default:
        throw new Error(`${method} ${endpoint} is not asked in these tests.`);
    }
  }

  private model(): Fields {
    return {
      name: this.name,
      last_updated_timestamp: this.clock,
      aliases: [...this.aliases].map(([alias, version]) => ({ alias, version })),
    };
  }

  private version(version: string): Fields {
    const { stage, source, updated } = this.versions.get(version)!;
    return { name: this.name, version, current_stage: stage, source, last_updated_timestamp: updated };
  }
}

function parsed(body: string): Fields {
  return JSON.parse(body) as Fields;
}

function lost(): Error {
  return new StoreError('BUSY', 'The server did not answer in 30 seconds.');
}

function answerOf(status: number, contentType: string, body: string): ServerAnswer {
  return { status, contentType, headers: {}, body: new TextEncoder().encode(body) };
}
