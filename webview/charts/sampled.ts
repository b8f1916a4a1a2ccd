import { html, nothing, type TemplateResult } from 'lit';
import type { RunLine } from './lines';

/** Of how many runs only some points are known, and whether the others still come. */
export function sampledRuns(lines: readonly RunLine[]): { runs: number; isFinal: boolean } {
  const sampled = lines.filter(({ series }) => series.sampled);
  return { runs: sampled.length, isFinal: sampled.some(({ series }) => series.complete) };
}

/** The sign on a chart that is not exact; nothing on one that is. */
export function sampledSign(lines: readonly RunLine[]): TemplateResult | typeof nothing {
  const { runs, isFinal } = sampledRuns(lines);
  if (runs === 0) {
    return nothing;
  }
  const title = `The server left points out, so a short spike may be missing. ${
    isFinal ? 'Zoom in to see every point.' : 'Every point is being read.'
  }`;
  return html`<span class="sampled-sign" title=${title}>sampled</span>`;
}
