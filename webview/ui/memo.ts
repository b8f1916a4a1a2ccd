/** Keeps the last result for as long as the arguments are the same objects: pages draw again for each hover. */
export function memoLast<Args extends readonly unknown[], Result>(
  make: (...args: Args) => Result,
): (...args: Args) => Result {
  let last: { args: Args; result: Result } | undefined;
  return (...args) => {
    if (!last || last.args.length !== args.length || last.args.some((arg, i) => arg !== args[i])) {
      last = { args, result: make(...args) };
    }
    return last.result;
  };
}
