/**
 * Failures of what must not stop what is under way: a listener, a file that is only kept for convenience. They are
 * told here, so that somebody writes them down.
 */
let tell: (error: unknown) => void = throwLater;

export function reportFailure(error: unknown): void {
  tell(error);
}

/** From now on this hears of failures; without it they end as uncaught errors. Undefined for that again. */
export function onFailure(listener: ((error: unknown) => void) | undefined): void {
  tell = listener ?? throwLater;
}

function throwLater(error: unknown): void {
  setTimeout(() => {
    throw error;
  });
}
