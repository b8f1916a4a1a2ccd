import { withoutComment } from '../scan';

export interface Requirement {
  /** As written, without extras. */
  name: string;
  /** The version behind `==`; null where it is not pinned so. */
  version: string | null;
  /** The whole line. */
  line: string;
}

/** The packages of a requirements.txt; options, comments, links and files are left out. */
export function parseRequirements(text: string): Requirement[] {
  return text.split(/\r\n|\n|\r/).flatMap((raw) => {
    const line = withoutComment(raw).trim();
    const name = /^[A-Za-z0-9][A-Za-z0-9._-]*/.exec(line)?.[0];
    const rest = line.slice(name?.length);
    if (name === undefined || !/^(?:$|[\s[=<>!~;@])/.test(rest)) {
      return [];
    }
    const version = /^\s*(?:\[[^\]]*\]\s*)?==\s*([^\s;,]+)/.exec(rest)?.[1] ?? null;
    return [{ name, version, line }];
  });
}
