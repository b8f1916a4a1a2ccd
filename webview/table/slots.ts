/**
 * Elements that are used again: what is scrolled to takes the place of what was scrolled away, and the rest stays as
 * it is. A place keeps its slot for as long as it is drawn.
 */
export class Slots {
  private slots: (number | null)[] = [];
  private base = 0;

  /** @param spare slots beyond those that are needed at first: at an end of the table less is drawn than elsewhere */
  constructor(private readonly spare: number) {}

  /**
   * The place in each slot; null for an empty one. A slot that is not needed keeps its place, so that no element
   * comes and goes where one more or one less is seen.
   *
   * @param places that follow one another
   * @param isThere whether a place that is not among them may still be drawn
   */
  arrange(places: readonly number[], isThere: (place: number) => boolean): readonly (number | null)[] {
    const kept = places.length > this.slots.length ? this.emptied(places) : this.slots;
    const slots = kept.map((place) => (place !== null && isThere(place) ? place : null));
    for (const place of places) {
      slots[this.slotOf(place, slots.length)] = place;
    }
    if (slots.length !== this.slots.length || slots.some((place, slot) => place !== this.slots[slot])) {
      this.slots = slots;
    }
    return this.slots;
  }

  /** At rest the slots stand in the order of their places, as a reader of the page expects. True if they did not. */
  settle(places: readonly number[]): boolean {
    const { slots } = this;
    const settled = slots.every((place, slot) => place === (places[slot] ?? null));
    if (!settled) {
      this.base = places[0] ?? 0;
      this.slots = slots.map(() => null);
    }
    return !settled;
  }

  private emptied(places: readonly number[]): null[] {
    this.base = places[0] ?? 0;
    return new Array<null>(places.length + this.spare).fill(null);
  }

  private slotOf(place: number, size: number): number {
    return (((place - this.base) % size) + size) % size;
  }
}
