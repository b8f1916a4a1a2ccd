/**
 * Gives the focus to the part of a page that its keys are for, once, when nothing of the page has it: a page that was
 * opened by keyboard is then gone on with by keyboard, without a way by Tab through its toolbar. A page that is not in
 * front takes the focus from nobody: it waits until VS Code gives it.
 *
 * @param find that part, null while it is not drawn
 * @returns to be called after each drawing
 */
export function firstFocus(find: () => HTMLElement | null): () => void {
  let isDone = false;
  const give = (): void => {
    const part = isDone ? null : find();
    if (part && document.hasFocus()) {
      isDone = true;
      if (document.activeElement === null || document.activeElement === document.body) {
        part.focus({ preventScroll: true });
      }
    }
  };
  window.addEventListener('focus', give);
  return give;
}
