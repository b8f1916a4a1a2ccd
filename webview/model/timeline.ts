import { html, nothing, svg, type TemplateResult } from 'lit';
import { formatDateTime, plainText } from '../../src/mlflow/format';
import type { ModelPageData, Period } from '../../src/protocol/model';
import { emptyState } from '../ui/states';
import { text } from '../ui/text';
import { age } from '../ui/time';

const LEFT = 110;
const RIGHT = 8;
const ROW = 26;
const AXIS = 18;
/** What began before anything is known stands this far to the left of the first known time, as a share of all. */
const BEFORE = 0.08;

/**
 * Which version was where, and when: a bar a period, and the same in words below.
 *
 * @param width of the picture, CSS pixels
 */
export function timelineView({ periods, historySince, now }: ModelPageData, width: number): TemplateResult {
  if (periods.length === 0) {
    return emptyState('No version is in Production or Staging, and none has an alias.');
  }
  return html`<p class="lead">${lead(periods, now)}</p>
    ${bars(periods, now, width)}
    <div class="scroll">
      <table class="rows periods">
        <thead>
          <tr>
            <th scope="col">Where</th>
            <th scope="col">Version</th>
            <th scope="col">From</th>
            <th scope="col">Until</th>
          </tr>
        </thead>
        <tbody>
          ${periods.map(
            (period) =>
              html`<tr class=${period.to ? 'past' : ''}>
                <td>${text(period.place, 40)}</td>
                <td><strong>v${plainText(period.version)}</strong></td>
                <td>${moment(period.from) ?? unknownStart(period, historySince)}</td>
                <td>${period.to ? moment(period.to) : 'now'}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <p class="muted">
      MLflow records none of this: changes made here are kept, and what changed elsewhere is noticed when a
      view shows it${historySince === null ? '' : html`, since ${formatDateTime(historySince)}`}.
    </p>`;
}

/** "v4 has been in Production since …; before that v2, until …." */
function lead(periods: readonly Period[], now: number): TemplateResult {
  const { place } = periods[0]!;
  const there = periods.filter((period) => period.place === place);
  const current = there.filter(({ to }) => to === null);
  const last = there.find(({ to }) => to !== null);
  const isAlias = place.startsWith('@');
  return html`${
    current.length === 0
      ? html`No version is${isAlias ? '' : ' in'} ${text(place, 40)} now`
      : current.map(
          (period, index) =>
            html`${index > 0 ? ', ' : ''}<strong>v${plainText(period.version)}</strong>
              ${index === 0 ? html`has been ${isAlias ? '' : 'in '}${text(place, 40)} ` : nothing}${since(period, now)}`,
        )
  }${
    last
      ? html`; before that <strong>v${plainText(last.version)}</strong>, until
          ${formatDateTime(last.to?.when)}`
      : nothing
  }.`;
}

function since({ from, knownSince }: Period, now: number): TemplateResult {
  if (from) {
    return html`since ${formatDateTime(from.when)} (${age(from.when, now)})`;
  }
  return knownSince === null
    ? html`since a time that is not recorded`
    : html`since at least ${formatDateTime(knownSince)}`;
}

function moment(at: Period['from']): TemplateResult | null {
  return at
    ? html`${formatDateTime(at.when)}
        <span class="muted"
          >${at.who === null ? 'made elsewhere, noticed here' : html`by ${text(at.who, 40)}`}</span
        >`
    : null;
}

function unknownStart({ knownSince }: Period, historySince: number | null): TemplateResult {
  const latest = knownSince ?? historySince;
  return html`<span class="muted"
    >${latest === null ? 'not recorded' : html`before ${formatDateTime(latest)}`}</span
  >`;
}

function bars(periods: readonly Period[], now: number, width: number): TemplateResult {
  const times = periods.flatMap(({ from, to, knownSince }) =>
    [from?.when, to?.when, knownSince].filter((time) => typeof time === 'number'),
  );
  const first = Math.min(...times, now);
  const span = Math.max(now - first, 1);
  const start = first - span * BEFORE;
  const x = (time: number): number => LEFT + ((time - start) / (now - start)) * (width - LEFT - RIGHT);
  const places = [...new Set(periods.map(({ place }) => place))];
  const height = places.length * ROW + AXIS;
  return html`<svg
    class="timeline"
    width=${width}
    height=${height}
    viewBox="0 0 ${width} ${height}"
    role="img"
    aria-label="Versions over time, as in the table below"
  >
    ${places.map(
      (place, row) => svg`<text x="0" y=${row * ROW + 17}>${plainText(place, 16)}</text>
        ${periods
          .filter((period) => period.place === place)
          .map((period) => bar(period, row, x(period.from?.when ?? start), x(period.to?.when ?? now)))}`,
    )}
    <text x=${x(first)} y=${height - 4}>${formatDateTime(first)}</text>
    <text x=${width - RIGHT} y=${height - 4} text-anchor="end">now</text>
  </svg>`;
}

function bar(period: Period, row: number, from: number, to: number): unknown {
  const width = Math.max(3, to - from);
  const label = `v${plainText(period.version)}`;
  const isKnown = period.from !== null;
  return svg`<g class="bar ${period.to ? 'past' : 'current'} ${isKnown ? '' : 'unknown'}">
    <rect x=${from} y=${row * ROW + 3} width=${width} height=${ROW - 6} rx="2"></rect>
    ${width > 24 ? svg`<text x=${from + 6} y=${row * ROW + 17}>${label}</text>` : nothing}
    <title>${[
      `${plainText(period.place, 40)}: ${label}`,
      isKnown ? `from ${formatDateTime(period.from?.when)}` : 'from before what is recorded',
      period.to ? `until ${formatDateTime(period.to.when)}` : 'until now',
    ].join(' ')}</title>
  </g>`;
}
