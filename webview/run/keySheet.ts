import type { KeyLine } from '../ui/keySheet';

/** The page's keys, as "?" lists them. */
export const RUN_KEYS: readonly KeyLine[] = [
  ['/', 'go to the filter; Esc empties it'],
  ['j, k', 'the next and the previous run of the list that this one was opened from'],
  ['[, ]', 'back and forward through the runs that this tab has shown'],
  ['Arrows, Home, End', 'move in a table or in the artifacts'],
  ['Enter', 'open what has the focus'],
  ['c', 'charts of this run'],
  ['d', 'diff with another run'],
  ['?', 'show these shortcuts'],
];
