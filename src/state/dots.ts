/** A dot's width and height in a picture of it, which may be drawn at any size. */
export const DOT_SIZE = 10;

/** From where to where a dot is filled, left to right, for each dash: as its line is. */
const SLICES: readonly (readonly (readonly [number, number])[])[] = [
  [[0, 10]],
  [
    [0, 4],
    [6, 10],
  ],
  [
    [0, 2],
    [4, 6],
    [8, 10],
  ],
  [
    [0, 6],
    [8, 10],
  ],
];

/**
 * The dot that stands for a run, as an SVG path within `size` by `size`: a disc, cut as the run's line is dashed, so
 * that runs of one color are told apart wherever a dot stands.
 */
export function dotPath(dash: number, size: number = DOT_SIZE): string {
  const scale = size / DOT_SIZE;
  const radius = DOT_SIZE / 2;
  const at = (value: number): string => String(Number((value * scale).toFixed(2)));
  const half = (x: number): number => Math.sqrt(radius ** 2 - (x - radius) ** 2);
  return SLICES[dash % SLICES.length]!.map(([from, to]) => {
    const [a, b] = [half(from), half(to)];
    const arc = (x: number, y: number): string => `A${at(radius)} ${at(radius)} 0 0 1 ${at(x)} ${at(y)}`;
    return `M${at(from)} ${at(radius - a)}${arc(to, radius - b)}L${at(to)} ${at(radius + b)}${arc(from, radius + a)}Z`;
  }).join('');
}
