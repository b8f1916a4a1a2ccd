import { plainText } from './format';
import { redact } from './redact';

const LONGEST_LINE = 10_000;

/**
 * A text as one entry of the log, without secrets: people send logs to each other. Its further lines are indented, since
 * one that a file's name or an error of another program brings along could pose as an entry of its own.
 */
export function logText(text: string): string {
  return redact(text)
    .split(/\r?\n/)
    .map((line, index) => (index === 0 || line === '' || /^\s/.test(line) ? line : `  ${line}`))
    .map((line) => plainText(line, LONGEST_LINE))
    .join('\n');
}
