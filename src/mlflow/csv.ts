/** What begins like a formula behind a separator; no number and no item of a list. */
const IN_CELL = /(?<=[;\n\r\t] ?)(?:[=@＝＠]|[+\-＋－](?![\s\d.]))/g;
const IN_LINE = /(?<=[;,] ?)(?:[=@＝＠]|[+\-＋－](?![\s\d.]))/g;

/**
 * A text as a cell of a CSV file (RFC 4180). One that a spreadsheet would take for a formula gets an apostrophe
 * before it, as spreadsheets themselves mark a text: names come from strangers. What is a number stays one, also
 * below zero and where the store keeps it as text, as it does params. Where a list is separated by semicolons, as half of
 * Europe's spreadsheets read it, a quote in the middle of a cell holds nothing together: so a formula behind a semicolon or
 * a line break inside the text is one too.
 */
export function csvText(text: string): string {
  const isFormula =
    /^[=+\-@\t\r\n＝＋－＠]/.test(text) && !/^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text);
  const safe = (isFormula ? `'${text}` : text).replace(IN_CELL, "'$&");
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A line that is no row, such as a comment: what reads it as one finds no formula in it. */
export function csvComment(text: string): string {
  return `# ${text.replace(/\s+/g, ' ')}`.replace(IN_LINE, "'$&");
}
