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
    const line = raw.replace(/(^|\s)#.*$/, '').trim();
    const match =
      /^([A-Za-z0-9][A-Za-z0-9._-]*)(?=[\s[=<>!~;@]|$)\s*(?:\[[^\]]*\])?\s*(?:==\s*([^\s;,]+))?/.exec(line);
    return match ? [{ name: match[1]!, version: match[2] ?? null, line }] : [];
  });
}
