import type { RunColor } from './viewState';

export type ThemeKind = 'light' | 'dark' | 'highContrast' | 'highContrastLight';

/**
 * Eight run colours a theme kind; the same index is the same hue's name in each. Measured in reference ui.md,
 * part 2, section 6; test/unit/state/colors.test.ts holds contrast and colour-blind distance.
 */
export const PALETTES: Record<ThemeKind, readonly string[]> = {
  light: ['#498FEE', '#C57D08', '#0B3812', '#6B0965', '#4321BD', '#775B00', '#027093', '#958D8F'],
  dark: ['#639FF4', '#F87103', '#CDFECF', '#A6569E', '#695BF4', '#F4C855', '#5DD7FD', '#A49C9E'],
  highContrast: ['#5FAFFE', '#FAB96D', '#219037', '#CA4EAD', '#945FF9', '#FBFC9B', '#96E6F2', '#AAAAAA'],
  highContrastLight: ['#1170E1', '#A95F24', '#02300A', '#53004F', '#3900AC', '#4D4C0E', '#145C77', '#757575'],
};

/** Canvas dash patterns; the second channel once the eight colours are used up. */
export const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [8, 3, 2, 3]];

const COLORS = 8;

/**
 * The colour for a run that has none: the slot of its id's hash, else the next free one; after eight, the same
 * with the next dash. Never one that is `taken` while a free one is left.
 */
export function assignColor(runId: string, taken: readonly RunColor[]): RunColor {
  const used = new Set(taken.map(({ color, dash }) => dash * COLORS + color));
  const start = hash(runId) % COLORS;
  for (let dash = 0; dash < DASHES.length; dash++) {
    for (let offset = 0; offset < COLORS; offset++) {
      const color = (start + offset) % COLORS;
      if (!used.has(dash * COLORS + color)) {
        return { color, dash };
      }
    }
  }
  return { color: start, dash: taken.length % DASHES.length };
}

export function colorFor(theme: ThemeKind, color: RunColor): string {
  return PALETTES[theme][color.color % COLORS] ?? PALETTES[theme][0]!;
}

function hash(text: string): number {
  let value = 2166136261;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 16777619);
  }
  return value >>> 0;
}
