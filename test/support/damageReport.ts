import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { damaged, ourReader, pythonReader, statements, writeDamaged } from './damage';

export interface DamageReport {
  files: number;
  /** Answers that are the same from both. */
  equal: number;
  /** Files, by number, at which our reader ended or did not answer within 10 s. */
  died: string[];
  /** Both answered, and not the same. */
  different: string[];
  /** Python answered, we did not. */
  onlyPython: string[];
  /** Errors of ours that are not one sentence for the user. */
  unclear: string[];
  /** MB, of our reader's process. */
  peak: number;
  /** ms, one file. */
  slowest: number;
}

const HANG = 10_000;
const CODES = /^(CORRUPT|NOT_A_STORE)$/;

/** @param folder an unpacked fixture; `first` and `count` number the damages */
export async function damageReport(
  folder: string,
  { first, count }: { first: number; count: number },
): Promise<DamageReport> {
  const sound = fs.readFileSync(path.join(folder, 'mlflow.db'));
  const asked = statementsOf(folder);
  const temp = fs.mkdtempSync(path.join(os.tmpdir(), 'mlflow-lens-damage-'));
  // Two copies, as python rolls journals back into its own.
  const [ourFile, pythonFile] = [path.join(temp, 'ours.db'), path.join(temp, 'python.db')];
  const [ours, python] = [ourReader(), pythonReader()];
  const report: DamageReport = {
    files: 0,
    equal: 0,
    died: [],
    different: [],
    onlyPython: [],
    unclear: [],
    peak: 0,
    slowest: 0,
  };
  try {
    for (let number = first; number < first + count; number++) {
      const damage = damaged(sound, number);
      const name = `${number} (${damage.kind})`;
      writeDamaged(ourFile, damage);
      writeDamaged(pythonFile, damage);
      const [our, theirs] = await Promise.all([
        ours.ask(ourFile, asked, HANG),
        python.ask(pythonFile, asked, 6 * HANG),
      ]);
      report.files++;
      if (!our) {
        report.died.push(name);
        continue;
      }
      report.peak = Math.max(report.peak, our.peak);
      report.slowest = Math.max(report.slowest, our.milliseconds);
      for (const error of our.errors) {
        const [code, message] = error.split(/: (.*)/s);
        if (!CODES.test(code!) || !/^\S.*[.)]$/.test(message!)) {
          report.unclear.push(`${name}: ${error}`);
        }
      }
      if (our.refused || !theirs) {
        continue;
      }
      asked.forEach((sql, i) => {
        const [a, b] = [our.answers[i], theirs.answers[i]];
        if (a !== null && a === b) {
          report.equal++;
        } else if (a === null && b !== null) {
          report.onlyPython.push(`${name}: ${sql}: ${our.errors.join(' ')}`);
        } else if (a !== null && b !== null) {
          report.different.push(`${name}: ${sql}`);
        }
      });
    }
  } finally {
    ours.close();
    python.close();
    fs.rmSync(temp, { recursive: true, force: true });
  }
  return report;
}

/** The statements, about a run of the sound store that has params and metrics. */
function statementsOf(folder: string): string[] {
  const { runs } = JSON.parse(fs.readFileSync(path.join(folder, 'answers.json'), 'utf8')) as {
    runs: { run_id: string; params: Record<string, string>; metrics: Record<string, unknown> }[];
  };
  const run = runs.find(
    ({ params, metrics }) => Object.keys(params).length > 1 && Object.keys(metrics).length > 1,
  );
  if (!run) {
    throw new Error('No run of the fixture has params and metrics.');
  }
  return statements(run.run_id, Object.keys(run.params)[0]!);
}
