import { valueOf, type KeyValue } from '../mlflow/entities';
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

/** The colours that runs beside a new one have. */
export class TakenColors {
  private readonly used = new Set<number>();
  /** How many runs have one. */
  runs = 0;

  constructor(colors: readonly RunColor[] = []) {
    colors.forEach((color) => this.add(color));
  }

  add({ color, dash }: RunColor): void {
    this.used.add(dash * COLORS + color);
    this.runs++;
  }

  has({ color, dash }: RunColor): boolean {
    return this.used.has(dash * COLORS + color);
  }
}

/**
 * The colour for a run that has none: the slot of its id's hash, else the next free one; after eight, the same
 * with the next dash. Never one that is `taken` while a free one is left.
 */
export function assignColor(runId: string, taken: TakenColors): RunColor {
  const start = hash(runId) % COLORS;
  for (let dash = 0; dash < DASHES.length; dash++) {
    for (let offset = 0; offset < COLORS; offset++) {
      const free = { color: (start + offset) % COLORS, dash };
      if (!taken.has(free)) {
        return free;
      }
    }
  }
  return { color: start, dash: taken.runs % DASHES.length };
}

export function colorFor(theme: ThemeKind, color: RunColor): string {
  return color.tagged === undefined
    ? (PALETTES[theme][color.color % COLORS] ?? PALETTES[theme][0]!)
    : legible(color.tagged, theme);
}

/** The colour that somebody chose for a run in MLflow, `#rrggbb`; undefined where the tag names none. */
export function taggedColor(tags: readonly KeyValue[]): string | undefined {
  const text = valueOf(tags, 'mlflow.runColor')?.trim().toLowerCase() ?? '';
  if (/^#[0-9a-f]{3}$/.test(text)) {
    return `#${[...text.slice(1)].map((digit) => digit + digit).join('')}`;
  }
  return /^#[0-9a-f]{6}$/.test(text) ? text : undefined;
}

/** What a chosen colour must reach on every usual background of a theme kind, as the palettes do (ui.md, part 2, 6). */
const LEAST_CONTRAST: Record<ThemeKind, { grounds: readonly string[]; contrast: number }> = {
  light: { grounds: ['#ffffff', '#f8f8f8'], contrast: 3 },
  dark: { grounds: ['#1e1e1e', '#252526'], contrast: 3 },
  highContrast: { grounds: ['#000000'], contrast: 4.5 },
  highContrastLight: { grounds: ['#ffffff'], contrast: 4.5 },
};

/** A colour as it is, or as little lighter (on a light ground: darker) as makes it seen there. Its hue stays. */
export function legible(color: string, theme: ThemeKind): string {
  const { grounds, contrast: least } = LEAST_CONTRAST[theme];
  const towards = theme === 'light' || theme === 'highContrastLight' ? 0 : 255;
  for (let share = 0; share < 1; share += 0.02) {
    const mixed = mix(color, towards, share);
    if (grounds.every((ground) => contrast(mixed, ground) >= least)) {
      return mixed;
    }
  }
  return towards === 0 ? '#000000' : '#ffffff';
}

/** The palette's colour that is most like a chosen one, so that it is not given to another run beside it. */
export function nearestSlot(color: string): number {
  const wanted = channels(color);
  const distance = (other: string): number =>
    Math.hypot(...channels(other).map((channel, i) => channel - wanted[i]!));
  const nearest = Array.from({ length: COLORS }, (_, slot) =>
    Math.min(distance(PALETTES.light[slot]!), distance(PALETTES.dark[slot]!)),
  );
  return nearest.indexOf(Math.min(...nearest));
}

/** WCAG 2.1 contrast ratio, 1 to 21. */
function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(color: string): number {
  const [r, g, b] = channels(color).map((channel) => {
    const value = channel / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function mix(color: string, towards: number, share: number): string {
  const mixed = channels(color).map((channel) => Math.round(channel + (towards - channel) * share));
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

function channels(color: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}

function hash(text: string): number {
  let value = 2166136261;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 16777619);
  }
  return value >>> 0;
}
