import { Delaunay } from 'd3-delaunay';

/** Under this many distinct places only the points are drawn. */
export const FEWEST_PLACES = 8;
/** Beyond this many times the usual distance between neighbours nothing is drawn. */
const REACH = 2.5;
/** Share of the picture under which the runs count as lying on one line. */
const LEAST_AREA = 1e-6;

export interface SurfacePoint {
  /** Place in the picture, 0 to 1 on each axis, after any logarithm. */
  x: number;
  y: number;
  /** The objective; not finite: ignored. */
  value: number;
}

export interface Surface {
  columns: number;
  rows: number;
  /** Row by row from y = 0; NaN where nothing is near. */
  values: Float64Array;
  /** 1 at a run, falling to 0 at the limit of what may be drawn. */
  nearness: Float64Array;
}

/**
 * The objective between the runs: linear on the Delaunay triangles of what was tried, so only inside the convex hull,
 * and blank where the nearest run is far (more than 2.5 times the median distance between neighbours). Several
 * runs at one place count with their best. Returns the reason where there are too few places.
 */
export function interpolate(
  points: readonly SurfacePoint[],
  direction: 'higher' | 'lower',
  columns: number,
  rows: number,
): Surface | { refused: string } {
  const places = distinctPlaces(points, direction);
  if (places.length < FEWEST_PLACES) {
    return {
      refused: `A contour needs ${FEWEST_PLACES} different places; there are ${places.length}, drawn as points.`,
    };
  }
  const delaunay = Delaunay.from(
    places,
    (place) => place.x,
    (place) => place.y,
  );
  if (totalArea(places, delaunay.triangles) < LEAST_AREA) {
    return { refused: 'All runs lie on one line: there is no area to draw.' };
  }
  const reach = REACH * medianEdge(places, delaunay.triangles);
  const values = new Float64Array(columns * rows).fill(NaN);
  const nearness = new Float64Array(columns * rows);
  for (let t = 0; t < delaunay.triangles.length; t += 3) {
    fillTriangle(
      [0, 1, 2].map((corner) => places[delaunay.triangles[t + corner]!]!),
      columns,
      rows,
      values,
    );
  }
  let nearest = 0;
  for (let cell = 0; cell < values.length; cell++) {
    const x = ((cell % columns) + 0.5) / columns;
    const y = (Math.floor(cell / columns) + 0.5) / rows;
    nearest = delaunay.find(x, y, nearest);
    const distance = Math.hypot(places[nearest]!.x - x, places[nearest]!.y - y);
    nearness[cell] = reach > 0 ? Math.max(0, 1 - distance / reach) : 0;
    if (distance > reach) {
      values[cell] = NaN;
    }
  }
  return { columns, rows, values, nearness };
}

function distinctPlaces(points: readonly SurfacePoint[], direction: 'higher' | 'lower'): SurfacePoint[] {
  const places = new Map<string, SurfacePoint>();
  for (const point of points) {
    if (!Number.isFinite(point.value) || !Number.isFinite(point.x) || !Number.isFinite(point.y)) {
      continue;
    }
    const key = `${point.x} ${point.y}`;
    const known = places.get(key);
    if (!known || (direction === 'lower' ? point.value < known.value : point.value > known.value)) {
      places.set(key, point);
    }
  }
  return [...places.values()];
}

function medianEdge(places: readonly SurfacePoint[], triangles: Uint32Array): number {
  const lengths: number[] = [];
  for (let i = 0; i < triangles.length; i++) {
    const a = places[triangles[i]!]!;
    const b = places[triangles[i % 3 === 2 ? i - 2 : i + 1]!]!;
    lengths.push(Math.hypot(a.x - b.x, a.y - b.y));
  }
  lengths.sort((a, b) => a - b);
  return lengths[lengths.length >> 1] ?? 0;
}

function totalArea(places: readonly SurfacePoint[], triangles: Uint32Array): number {
  let area = 0;
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [0, 1, 2].map((corner) => places[triangles[t + corner]!]!);
    area += Math.abs((b!.x - a!.x) * (c!.y - a!.y) - (c!.x - a!.x) * (b!.y - a!.y)) / 2;
  }
  return area;
}

/** Barycentric interpolation at the centres of the cells that the triangle covers. */
function fillTriangle(
  corners: readonly SurfacePoint[],
  columns: number,
  rows: number,
  values: Float64Array,
): void {
  const [a, b, c] = corners as [SurfacePoint, SurfacePoint, SurfacePoint];
  const area = (b.y - c.y) * (a.x - c.x) + (c.x - b.x) * (a.y - c.y);
  if (Math.abs(area) < 1e-12) {
    return;
  }
  const clampTo = (value: number, most: number): number => Math.min(most, Math.max(0, value));
  const left = clampTo(Math.floor(Math.min(a.x, b.x, c.x) * columns), columns - 1);
  const right = clampTo(Math.ceil(Math.max(a.x, b.x, c.x) * columns), columns - 1);
  const bottom = clampTo(Math.floor(Math.min(a.y, b.y, c.y) * rows), rows - 1);
  const top = clampTo(Math.ceil(Math.max(a.y, b.y, c.y) * rows), rows - 1);
  for (let row = bottom; row <= top; row++) {
    const y = (row + 0.5) / rows;
    for (let column = left; column <= right; column++) {
      const x = (column + 0.5) / columns;
      const u = ((b.y - c.y) * (x - c.x) + (c.x - b.x) * (y - c.y)) / area;
      const v = ((c.y - a.y) * (x - c.x) + (a.x - c.x) * (y - c.y)) / area;
      const w = 1 - u - v;
      if (u >= -1e-9 && v >= -1e-9 && w >= -1e-9) {
        values[row * columns + column] = u * a.value + v * b.value + w * c.value;
      }
    }
  }
}
