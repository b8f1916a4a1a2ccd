import type { ChartSampleRequest, ChartSeries } from '../../src/protocol/charts';

type Sampled = (ChartSeries | null)[];

/**
 * The charts that grow at the same news ask in one message: a message costs more than what a few new points are drawn
 * with.
 */
export class Together {
  private waiting: {
    request: ChartSampleRequest;
    resolve: (sampled: Sampled) => void;
    reject: (error: unknown) => void;
  }[] = [];

  /** @param ask answers several requests, in their order */
  constructor(private readonly ask: (requests: ChartSampleRequest[]) => Promise<Sampled[]>) {}

  sample(request: ChartSampleRequest): Promise<Sampled> {
    return new Promise((resolve, reject) => {
      if (this.waiting.push({ request, resolve, reject }) === 1) {
        setTimeout(() => void this.send());
      }
    });
  }

  private async send(): Promise<void> {
    const asked = this.waiting;
    this.waiting = [];
    try {
      const answers = await this.ask(asked.map(({ request }) => request));
      asked.forEach(({ resolve }, i) => resolve(answers[i]!));
    } catch (error) {
      asked.forEach(({ reject }) => reject(error));
    }
  }
}
