/**
 * A text as a cell of a CSV file (RFC 4180). One that a spreadsheet would take for a formula gets an apostrophe
 * before it, as spreadsheets themselves mark a text: names come from strangers. What is a number stays one, also
 * below zero and where the store keeps it as text, as it does params.
 */
export function csvText(text: string): string {
  const isFormula =
    /^[=+\-@\t\r\n＝＋－＠]/.test(text) && !/^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text);
  const safe = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
