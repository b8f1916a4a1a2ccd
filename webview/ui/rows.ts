/**
 * Keyboard in lists and tables of rows: one stop for Tab, then arrows. Rows carry `data-row`; what can be
 * focused in them keeps its own keys.
 */

const FOCUSABLE =
  'button:not([disabled]), a[href], input:not([disabled]), select:not([disabled]), [data-focusable]';

/**
 * Call after each drawing: exactly one control in `container` is a Tab stop: the one with the focus, else the one that
 * arrows went to last, else the first, also of controls that came later.
 */
export function roveRows(container: HTMLElement): void {
  const controls = [...container.querySelectorAll<HTMLElement>('[data-row]')].flatMap(controlsOf);
  const current =
    controls.find((control) => control === document.activeElement) ??
    controls.find((control) => control.dataset.current) ??
    controls[0];
  for (const control of controls) {
    control.tabIndex = control === current ? 0 : -1;
  }
}

/** Handles arrow keys, Home and End; listen for `keydown` on the container. */
export function onRowKey(event: KeyboardEvent): void {
  const container = event.currentTarget as HTMLElement;
  const control = event.target as HTMLElement;
  const row = control.closest<HTMLElement>('[data-row]');
  if (!row || event.ctrlKey || event.metaKey || event.altKey || control instanceof HTMLInputElement) {
    return;
  }
  const target = neighbour(container, row, control, event.key);
  if (target) {
    event.preventDefault();
    for (const other of container.querySelectorAll<HTMLElement>(
      '[data-row] [tabindex="0"], [data-current]',
    )) {
      setCurrent(other, false);
    }
    setCurrent(target, true);
    target.focus();
    target.scrollIntoView({ block: 'nearest' });
  }
}

function neighbour(
  container: HTMLElement,
  row: HTMLElement,
  control: HTMLElement,
  key: string,
): HTMLElement | undefined {
  const inRow = controlsOf(row);
  const place = inRow.indexOf(control);
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    return inRow[place + (key === 'ArrowLeft' ? -1 : 1)];
  }
  const rows = [...container.querySelectorAll<HTMLElement>('[data-row]')].filter(
    (other) => controlsOf(other).length > 0,
  );
  const index = rows.indexOf(row);
  const next = { ArrowUp: index - 1, ArrowDown: index + 1, Home: 0, End: rows.length - 1 }[key];
  const targetRow = next === undefined ? undefined : rows[next];
  if (!targetRow) {
    return undefined;
  }
  const controls = controlsOf(targetRow);
  return controls[Math.min(place, controls.length - 1)];
}

function controlsOf(row: HTMLElement): HTMLElement[] {
  return [...row.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
    (control) => control.closest('[data-row]') === row,
  );
}

function setCurrent(control: HTMLElement, current: boolean): void {
  control.tabIndex = current ? 0 : -1;
  if (current) {
    control.dataset.current = 'true';
  } else {
    delete control.dataset.current;
  }
}
