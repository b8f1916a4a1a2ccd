import * as assert from 'node:assert/strict';
import {
  assignColor,
  TakenColors,
  colorFor,
  DASHES,
  PALETTES,
  taggedColor,
  type ThemeKind,
} from '../../../src/state/colors';
import { dotPath } from '../../../src/state/dots';
import type { RunColor } from '../../../src/state/colors';

/** The editor backgrounds that each kind must be legible on: VS Code's default and a usual neighbour. */
const BACKGROUNDS: Record<ThemeKind, string[]> = {
  light: ['#FFFFFF', '#F8F8F8'],
  dark: ['#1E1E1E', '#252526'],
  highContrast: ['#000000'],
  highContrastLight: ['#FFFFFF'],
};

type Rgb = [number, number, number];

function rgb(hex: string): Rgb {
  const linear = (start: number): number => {
    const value = parseInt(hex.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [linear(1), linear(3), linear(5)];
}

/** WCAG 2.1 contrast ratio. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string): number => {
    const [r, g, blue] = rgb(hex);
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [high, low] = [luminance(a), luminance(b)].toSorted((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Machado, Oliveira, Fernandes 2009, severity 1, on linear RGB. */
const VISION: Record<string, number[][]> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function seen(color: Rgb, matrix: number[][]): Rgb {
  return matrix.map((row) =>
    Math.min(1, Math.max(0, row[0]! * color[0] + row[1]! * color[1] + row[2]! * color[2])),
  ) as Rgb;
}

/** OKLab (Ottosson 2020). */
function oklab([r, g, b]: Rgb): Rgb {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function leastDistance(palette: readonly string[]): number {
  let least = Infinity;
  for (const matrix of Object.values(VISION)) {
    const points = palette.map((hex) => oklab(seen(rgb(hex), matrix)));
    for (let i = 0; i < points.length; i++) {
      for (let j = 0; j < i; j++) {
        least = Math.min(least, 100 * Math.hypot(...points[i]!.map((value, k) => value - points[j]![k]!)));
      }
    }
  }
  return least;
}

describe('run colours', () => {
  for (const kind of Object.keys(PALETTES) as ThemeKind[]) {
    it(`${kind}: eight colours, contrast at least 3, told apart by colour-blind eyes`, () => {
      assert.equal(PALETTES[kind].length, 8);
      for (const color of PALETTES[kind]) {
        for (const background of BACKGROUNDS[kind]) {
          assert.ok(contrast(color, background) >= 3, `${color} on ${background}`);
        }
      }
      assert.ok(leastDistance(PALETTES[kind]) >= 8, String(leastDistance(PALETTES[kind])));
    });
  }

  it('none is gray, which reads as disabled, in any theme', () => {
    for (const kind of Object.keys(PALETTES) as ThemeKind[]) {
      for (const color of PALETTES[kind]) {
        const [, a, b] = oklab(rgb(color));
        assert.ok(Math.hypot(a, b) >= 0.06, `${kind}: ${color} has a chroma of ${Math.hypot(a, b)}`);
      }
    }
  });

  it('a dot has another shape for each dash, at any size', () => {
    for (const size of [8, 10, 16]) {
      const paths = DASHES.map((_, dash) => dotPath(dash, size));
      assert.equal(new Set(paths).size, DASHES.length);
      for (const path of paths) {
        const numbers = path.match(/[\d.]+/g)!.map(Number);
        assert.ok(numbers.every((value) => value >= 0 && value <= size));
      }
    }
  });

  it('never gives two shown runs the same while a free one is left, then changes the dash', () => {
    const taken: RunColor[] = [];
    for (let i = 0; i < 8 * DASHES.length; i++) {
      const color = assignColor(`run-${i * 7919}`, new TakenColors(taken));
      assert.ok(!taken.some((other) => other.color === color.color && other.dash === color.dash));
      assert.equal(color.dash, Math.floor(i / 8));
      taken.push(color);
    }
  });

  it('gives a run the same colour in every session while nobody else has it', () => {
    assert.deepEqual(assignColor('abc', new TakenColors()), assignColor('abc', new TakenColors()));
  });

  it('reads the colour that was chosen in MLflow, and nothing else', () => {
    const read = (value: string) => taggedColor([{ key: 'mlflow.runColor', value }]);
    assert.equal(read('#A1b2C3'), '#a1b2c3');
    assert.equal(read(' #fa0 '), '#ffaa00');
    for (const odd of ['red', '#12345', 'url(http://x)', '#12345g', '', '#fff; x']) {
      assert.equal(read(odd), undefined, odd);
    }
    assert.equal(taggedColor([]), undefined);
  });

  it('keeps a chosen colour where it is seen, and moves it only as far as it must', () => {
    const shown = (tagged: string, theme: ThemeKind) => colorFor(theme, { color: 0, dash: 0, tagged });
    assert.equal(shown('#e7298a', 'dark'), '#e7298a');
    for (const theme of Object.keys(BACKGROUNDS) as ThemeKind[]) {
      for (const tagged of ['#000000', '#ffffff', '#ffff00', '#00008b', '#808080', '#1e1e1e', '#7a3d00']) {
        for (const background of BACKGROUNDS[theme]) {
          const color = shown(tagged, theme);
          assert.ok(contrast(color, background) >= 3, `${tagged} is ${color} on ${background}`);
        }
      }
    }
    const [red, green, blue] = rgb(shown('#ffff00', 'light'));
    assert.ok(Math.abs(red - green) < 0.02 && blue < 0.05, 'yellow stays yellow');
  });
});
