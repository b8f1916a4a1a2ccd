import { serveWith, type Served } from '../network/badProxy';
import { readRecorded } from './recorded';

/** A server on this machine that gives a recorded server's answers: to the same request, else to one like it. */
export interface ServedRecorded extends Served {
  /** What it says that its version is. */
  version: string;
  /** Runs of the store that was recorded. */
  runIds: readonly string[];
}

/** What filters runs was recorded for some filters only: any other finds none. */
export async function serveRecorded(version: string): Promise<ServedRecorded> {
  const recorded = readRecorded(version);
  const names = Object.keys(recorded);
  const like = new Map<string, string>();
  for (const name of names) {
    const place = name.split(/[?{]/, 1)[0]!.trim();
    const known = like.get(place);
    if (!name.includes('"filter"') && name.length > (known?.length ?? -1)) {
      like.set(place, name);
    }
  }
  const served: Served = await serveWith(({ method, url, body }, _request, response) => {
    const exact = recorded[`${method} ${url} ${body}`];
    const place = `${method} ${url.split('?', 1)[0]}`;
    const isNamed = /[?&](run_id|name|model_id)=/.test(url) || body.includes('"filter"');
    const other = isNamed ? undefined : recorded[like.get(place) ?? ''];
    if (url === '/version') {
      response.writeHead(200, { 'content-type': 'text/html' }).end(whole.version);
    } else if (exact ?? other) {
      const answer = (exact ?? other)!;
      response.writeHead(answer.status, { 'content-type': answer.contentType }).end(answer.body);
    } else if (like.has(place)) {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    } else {
      response.writeHead(404, { 'content-type': 'text/html' }).end('Not Found');
    }
  });
  const runIds = names.flatMap((name) => /runs\/get\?run_id=(\w+)/.exec(name)?.[1] ?? []);
  const whole: ServedRecorded = { ...served, version, runIds };
  return whole;
}
