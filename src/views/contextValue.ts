/**
 * What menus ask of an item by `viewItem` (package.json): its kind, then in this order what is so of it, each after a
 * dot: `run.deleted.starred`.
 */
export function contextValue(kind: string, marks: Readonly<Record<string, boolean>>): string {
  const so = Object.keys(marks).filter((mark) => marks[mark]);
  return [kind, ...so].join('.');
}
