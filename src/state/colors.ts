import { valueOf, type KeyValue } from '../mlflow/entities';

export type ThemeKind = 'light' | 'dark' | 'highContrast' | 'highContrastLight';

/** What the eight run colors are called, by index: the same in every theme kind. */
export const COLOR_NAMES = ['Blue', 'Orange', 'Green', 'Pink', 'Purple', 'Gold', 'Cyan', 'Brown'] as const;

/**
 * Eight run colors a theme kind; the same index has the same name in each. None is gray: gray is what is disabled.
 * Searched for the greatest distance within their hues; test/unit/state/colors.test.ts holds contrast, color-blind
 * distance and chroma.
 */
export const PALETTES: Record<ThemeKind, readonly string[]> = {
  light: ['#26409F', '#C37927', '#2C9F76', '#FB2AC8', '#7C08F0', '#7D640C', '#09708A', '#673E1E'],
  dark: ['#4970FA', '#DF8601', '#65CF99', '#DD12A5', '#C99AFA', '#FFE241', '#39FAFD', '#9E633E'],
  highContrast: ['#3877FA', '#E38D20', '#B0FDB5', '#E02AAF', '#AF9AFE', '#F8C624', '#67D9D5', '#A5704B'],
  highContrastLight: ['#142093', '#A86103', '#2C8365', '#D710AC', '#7F26FA', '#595001', '#055E6B', '#4D2902'],
};

/** MLflow's tag for a run's color; its own UI reads and writes it. */
export const RUN_COLOR_TAG = 'mlflow.runColor';

/** Canvas dash patterns; the second channel once the eight colors are used up. */
export const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [8, 3, 2, 3]];

/** What the patterns are called, by index. */
export const DASH_NAMES = ['solid', 'dashed', 'dotted', 'dash-dotted'] as const;

const COLORS = 8;

export interface RunColor {
  /** Index into the palettes below, of the same name in every theme kind. */
  color: number;
  /** Index into the dash patterns. */
  dash: number;
  /** `#rrggbb` from the run's tag `mlflow.runColor`, in the place of the palette's. */
  tagged?: string;
}

/** The colors that runs beside a new one have. */
export class TakenColors {
  private readonly used = new Set<string>();
  /** How many runs have one. */
  runs = 0;

  constructor(colors: Iterable<RunColor> = []) {
    for (const color of colors) {
      this.add(color);
    }
  }

  /** A color of somebody's choice takes that of the palette too that is most like it. */
  add(color: RunColor): void {
    this.used.add(paintOf(color));
    if (color.tagged !== undefined) {
      this.used.add(paintOf({ color: nearestSlot(color.tagged), dash: color.dash }));
    }
    this.runs++;
  }

  has(color: RunColor): boolean {
    return this.used.has(paintOf(color));
  }
}

function paintOf({ color, dash, tagged }: RunColor): string {
  return `${tagged ?? color % COLORS} ${dash % DASHES.length}`;
}

/**
 * The color for a run that has none: the slot of its id's hash, else the next free one; after eight, the same
 * with the next dash. Never one that is `taken` while a free one is left; one that `beside` has only where no other
 * is left; one that `held` has only where its dash has no other.
 */
export function assignColor(
  runId: string,
  taken: TakenColors,
  beside: TakenColors = new TakenColors(),
  held: TakenColors = new TakenColors(),
): RunColor {
  const start = hash(runId) % COLORS;
  const slots = (dash: number): RunColor[] =>
    Array.from({ length: COLORS }, (_, offset) => ({ color: (start + offset) % COLORS, dash }));
  for (const avoided of [beside, new TakenColors()]) {
    for (let dash = 0; dash < DASHES.length; dash++) {
      const free = slots(dash).filter((slot) => !taken.has(slot) && !avoided.has(slot));
      const first = free.find((slot) => !held.has(slot)) ?? free[0];
      if (first) {
        return first;
      }
    }
  }
  return { color: start, dash: taken.runs % DASHES.length };
}

/** The color with the first dash that nobody has, from its own on; its own where each is taken. */
export function firstFreeDash(color: RunColor, taken: TakenColors): RunColor {
  const dashes = DASHES.map((_, offset) => ({ ...color, dash: (color.dash + offset) % DASHES.length }));
  return dashes.find((each) => !taken.has(each)) ?? color;
}

export function colorFor(theme: ThemeKind, color: RunColor): string {
  return color.tagged === undefined
    ? (PALETTES[theme][color.color % COLORS] ?? PALETTES[theme][0]!)
    : legible(color.tagged, theme);
}

/** The colour that somebody chose for a run in MLflow, `#rrggbb`; undefined where the tag names none. */
export function taggedColor(tags: readonly KeyValue[]): string | undefined {
  const text = valueOf(tags, RUN_COLOR_TAG)?.trim().toLowerCase() ?? '';
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
