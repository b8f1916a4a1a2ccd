/** After so long without an answer a question is said to be under way, ms. */
const PATIENCE = 100;

/** Whether the user waits for rows: said after a moment, so that what is quick does not flicker. */
export class Busy {
  on = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly changed: () => void) {}

  begin(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.on = true;
      this.changed();
    }, PATIENCE);
  }

  end(): void {
    clearTimeout(this.timer);
    this.on = false;
  }
}
