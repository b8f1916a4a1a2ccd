import { html, svg, type TemplateResult } from 'lit';
import { exactNumber, formatNumber, plainText } from '../../src/mlflow/format';
import type { ModelVersionRow } from '../../src/protocol/model';

const HEIGHT = 160;
const LEFT = 60;
const RIGHT = 16;
const TOP = 12;
const BOTTOM = 24;

/** CSS pixels a version's name, and a letter of what stands at its dot. */
const LABEL = 64;
const LETTER = 7;

/**
 * One metric over the versions, oldest left; versions that are in use are filled dots.
 *
 * @param width CSS pixels: drawn as large as it is shown, so that its texts keep their size
 */
export function overVersions(rows: readonly ModelVersionRow[], key: string, width: number): TemplateResult {
  const points = rows.toReversed().flatMap((row) => {
    const value = row.metrics.find((metric) => metric.key === key)?.value;
    return value !== undefined && Number.isFinite(value) ? [{ row, value }] : [];
  });
  if (points.length === 0) {
    return html`<div class="state-message" role="status">No version has a finite value of it.</div>`;
  }
  const values = points.map(({ value }) => value);
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const x = (index: number): number =>
    LEFT + (points.length === 1 ? 0.5 : index / (points.length - 1)) * (width - LEFT - RIGHT);
  const y = (value: number): number =>
    TOP + (greatest === least ? 0.5 : (greatest - value) / (greatest - least)) * (HEIGHT - TOP - BOTTOM);
  const line = points.map(({ value }, index) => `${x(index)},${y(value)}`).join(' ');
  const spacing = (width - LEFT - RIGHT) / Math.max(1, points.length - 1);
  const every = Math.max(1, Math.ceil(LABEL / spacing));
  const spoken = points.map(({ row, value }) => `v${row.version} ${formatNumber(value)}`).join(', ');
  return html`<svg
    class="over-versions"
    width=${width}
    height=${HEIGHT}
    viewBox="0 0 ${width} ${HEIGHT}"
    role="img"
    aria-label="${plainText(key)} over the versions: ${spoken}"
  >
    ${(greatest === least ? [least] : [greatest, least]).map(
      (value) => svg`
        <line class="rule" x1=${LEFT} x2=${width - RIGHT} y1=${y(value)} y2=${y(value)}></line>
        <text x=${LEFT - 6} y=${y(value) + 4} text-anchor="end">${formatNumber(value)}</text>`,
    )}
    <polyline class="line" points=${line}></polyline>
    ${points.map(
      ({ row, value }, index) => svg`
        <circle class="dot ${isInUse(row) ? 'in-use' : ''}" cx=${x(index)} cy=${y(value)} r="4">
          <title>${[`v${row.version}`, exactNumber(value), ...marksOf(row)].join(' · ')}</title>
        </circle>
        ${
          every === 1 && isInUse(row)
            ? svg`<text
                class="mark"
                x=${x(index)}
                y=${y(value) < HEIGHT / 2 ? y(value) + 18 : y(value) - 9}
                text-anchor=${index === 0 ? 'start' : index === points.length - 1 ? 'end' : 'middle'}
              >${plainText(marksOf(row).join(' '), Math.max(8, Math.floor(spacing / LETTER)))}</text>`
            : ''
        }
        ${
          index % every === 0
            ? svg`<text x=${x(index)} y=${HEIGHT - 6} text-anchor="middle">v${row.version}</text>`
            : ''
        }`,
    )}
  </svg>`;
}

function isInUse({ stage, aliases }: ModelVersionRow): boolean {
  return stage === 'Production' || stage === 'Staging' || aliases.length > 0;
}

function marksOf({ stage, aliases }: ModelVersionRow): string[] {
  return [...(stage === 'None' ? [] : [stage]), ...aliases.map((alias) => `@${alias}`)];
}
