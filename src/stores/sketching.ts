import type { SampleRequest } from '../mlflow/samples';
import type { HistoryChunk, HistorySource, StepRange } from './historySource';
import { stepsInView, type Reading } from './reading';
import { Sketch } from './sketch';
import { settled, type Steps } from './steps';

type Take<Mark> = (reading: Reading<Mark>, chunk: HistoryChunk<Mark>) => void;

/**
 * Asks a source for first pictures: of histories of which nothing is known, else of the part that is looked at.
 *
 * @param take what turned out to be all rows
 * @returns whether there is a new picture of rows that are not all
 */
export function* sketchAll<Mark>(
  source: HistorySource<Mark>,
  open: readonly Reading<Mark>[],
  request: SampleRequest,
  take: Take<Mark>,
): Steps<boolean> {
  const fresh = open.filter(({ isNew }) => isNew);
  const isFirst = yield* sketchRange(source, fresh, request.buckets, () => null, take);
  const drawn = open.filter(({ entry, complete }) => !complete && entry.sketch !== null);
  if (isFirst || request.range === null) {
    return isFirst;
  }
  const ranges = new Map(drawn.map((reading) => [reading, stepsInView(reading, request)]));
  const unknown = drawn.filter((reading) => {
    const range = ranges.get(reading);
    return range && !reading.entry.sketch!.knows(range);
  });
  return yield* sketchRange(source, unknown, request.buckets, (reading) => ranges.get(reading)!, take);
}

function* sketchRange<Mark>(
  source: HistorySource<Mark>,
  readings: readonly Reading<Mark>[],
  columns: number,
  rangeOf: (reading: Reading<Mark>) => StepRange,
  take: Take<Mark>,
): Steps<boolean> {
  let isPicture = false;
  const groups = new Map<string, Reading<Mark>[]>();
  for (const reading of readings) {
    const name = JSON.stringify(rangeOf(reading));
    groups.set(name, [...(groups.get(name) ?? []), reading]);
  }
  for (const group of groups.values()) {
    const range = rangeOf(group[0]!);
    const found = yield* settled(source.overview!(group, columns, range));
    group.forEach((reading, at) => {
      const part = found[at];
      const { entry } = reading;
      if (part?.complete && range === null) {
        take(reading, part);
      } else if (part) {
        entry.sketch ??= new Sketch();
        entry.sketch.add(part.rows, range, part.complete);
        reading.mark = range === null ? part.mark : reading.mark;
        isPicture = true;
      }
    });
  }
  return isPicture;
}
