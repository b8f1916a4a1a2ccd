/**
 * `npm run bench -- <name> [arguments]`, or `npm run bench` for all: each figure beside its reference, measured in
 * the same run. A benchmark is a file here that exports `name` and `run(args)`.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';

interface Benchmark {
  name: string;
  /** Prints its figures. */
  run: (args: string[]) => Promise<void>;
}

async function main([wanted, ...args]: string[]): Promise<void> {
  const files = fs.readdirSync(__dirname).filter((file) => /\.ts$/.test(file) && file !== 'index.ts');
  const all = await Promise.all(
    files.map(async (file) => (await import(path.join(__dirname, file))) as Partial<Benchmark>),
  );
  const benchmarks = all.filter(
    (module): module is Benchmark => module.name !== undefined && module.run !== undefined,
  );
  const chosen = benchmarks.filter(({ name }) => wanted === undefined || name === wanted);
  if (chosen.length === 0) {
    console.error(`There is no benchmark "${wanted}": ${benchmarks.map(({ name }) => name).join(', ')}`);
    process.exitCode = 1;
  }
  for (const { name, run } of chosen) {
    console.log(`\n== ${name} ==`);
    try {
      await run(args);
    } catch (error) {
      console.error(`The benchmark "${name}" ended with an error:`, error);
      process.exitCode = 1;
    }
  }
}

main(process.argv.slice(2)).then(
  // A browser or worker that a failed benchmark left behind must not keep the process.
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
