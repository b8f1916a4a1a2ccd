/**
 * What finds runs by what somebody types: part of a name, or a whole id; undefined for all runs. In the search
 * language (src/search).
 */
export function runSearch(text: string): string | undefined {
  const term = text
    .trim()
    .replace(/["'`%_]/g, ' ')
    .trim();
  if (term === '') {
    return undefined;
  }
  return /^[0-9a-fA-F]{32}$/.test(term)
    ? `attributes.run_id = '${term}'`
    : `attributes.run_name ILIKE '%${term}%'`;
}
