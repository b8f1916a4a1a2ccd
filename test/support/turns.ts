/** Node 24's clock of one thread, which its types for 20 do not know: others who use the machine do not count. */
export function threadTime(): number {
  const { user, system } = (
    process as unknown as { threadCpuUsage(): { user: number; system: number } }
  ).threadCpuUsage();
  return (user + system) / 1000;
}

/** The most CPU time, ms, that this thread spends in one turn of its loop while something is done. */
export async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let running = true;
  let before = threadTime();
  const look = (): void => {
    longest = Math.max(longest, threadTime() - before);
    before = threadTime();
    if (running) {
      setImmediate(look);
    }
  };
  setImmediate(look);
  await work();
  await new Promise((resolve) => setImmediate(resolve));
  running = false;
  return longest;
}
