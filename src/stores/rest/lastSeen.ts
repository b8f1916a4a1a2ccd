import { isStoreError } from '../../mlflow/errors';

/** Answers that may be large: points of charts, rows of tables. */
const LARGE = /^(?:sampleMetrics|getMetricHistory|tableRows) /;
const MOST_LARGE = 24;
const MOST = 400;

/** What a server answered last to each question, the newest of them: what is shown while it does not answer. */
export class LastSeen {
  private readonly small = new Map<string, { answer: unknown }>();
  private readonly large = new Map<string, { answer: unknown }>();

  /** @param question its kind and a space first */
  keep(question: string, answer: unknown): void {
    const [kept, most] = LARGE.test(question) ? [this.large, MOST_LARGE] : [this.small, MOST];
    kept.delete(question);
    kept.set(question, { answer });
    const [oldest] = kept.keys();
    if (kept.size > most && oldest !== undefined) {
      kept.delete(oldest);
    }
  }

  /** undefined: none is kept. */
  of(question: string): { answer: unknown } | undefined {
    return this.small.get(question) ?? this.large.get(question);
  }
}

/** Whether a request failed because nobody answers, rather than by what was asked. */
export function isNoAnswer(error: unknown): boolean {
  return isStoreError(error) && /^(?:NOT_FOUND|BUSY|UNAUTHENTICATED)$/.test(error.code);
}
