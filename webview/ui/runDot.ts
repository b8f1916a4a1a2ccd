import { html, type TemplateResult } from 'lit';
import { dotPath } from '../../src/state/dots';
import type { RunColor } from '../../src/state/colors';
import { styles } from './styles';
import { runColor } from './theme';

/** As wide and high as `.dot` of page.css, CSS pixels. */
const SIZE = 10;

/** The dot that stands for a run beside its name: its colour, cut as its line is dashed. */
export function runDot(color: RunColor): TemplateResult {
  return html`<span class="dot" aria-hidden="true" ${styles(dotStyles(color))}></span>`;
}

/** What makes an element of 10 by 10 CSS pixels a run's dot. */
export function dotStyles(color: RunColor): Record<string, string> {
  return { background: runColor(color), 'clip-path': `path("${dotPath(color.dash, SIZE)}")` };
}
