import * as assert from 'node:assert/strict';
import { dataRows, schemaColumns } from '../../src/compare/data';
import { parseEnvironment, requirements } from '../../src/compare/environment';
import { literalText, parseStructure } from '../../src/compare/literals';
import { inputExampleFile, modelRows } from '../../src/compare/model';
import { signatureChanges, signatureSummary } from '../../src/compare/signature';
import { flatten, numberOf, sameValue } from '../../src/compare/values';
import { diffWords } from '../../src/compare/words';
import { imageSeries } from '../../src/mlflow/artifacts/images';
import { explainModel } from '../../src/mlflow/artifacts/mlmodel';
import { parseNotebook } from '../../src/mlflow/artifacts/notebook';
import { parseRequirements } from '../../src/mlflow/artifacts/requirements';
import { delimiterOf, parseDelimited, parseJsonTable } from '../../src/mlflow/artifacts/table';
import { prettyJson } from '../../src/mlflow/artifacts/text';
import { summarizeDataset } from '../../src/mlflow/datasets';
import { parseDotenv } from '../../src/mlflow/dotenv';
import { inertText, plainText } from '../../src/mlflow/format';
import { unfold } from '../../src/mlflow/nested';
import { redact, redactUri } from '../../src/mlflow/redact';
import { parseRunLink } from '../../src/mlflow/runLink';
import { parseYaml } from '../../src/mlflow/yaml';
import { countLines } from '../../src/provenance/edits';
import { mergeChanges } from '../../src/provenance/gitListing';
import { isLauncher } from '../../src/provenance/locate';
import { readConfigFile } from '../../src/provenance/python/libraries/configFiles';
import { parseNumber, parseString } from '../../src/provenance/python/literals';
import type { Machine } from '../../src/provenance/python/machine';
import { parsePython } from '../../src/provenance/python/parse';
import { notebookSource } from '../../src/provenance/python/sourceText';
import { tails } from '../../src/provenance/tails';
import { parseFilter } from '../../src/search/parse';
import { likeTest } from '../../src/search/like';
import { parseOrder } from '../../src/search/order';
import { numberInText, parseDuration, parseTime } from '../../src/search/values';
import { isNumeric } from '../../src/series/columns';
import { trackingUris } from '../../src/stores/locate';
import { decodePageToken } from '../../src/stores/pageToken';
import { storeIdentity, storeName } from '../../src/stores/uri';
import { withoutLinks } from '../../webview/ui/artifacts/css';
import { visible } from '../../webview/ui/text';
import { fastGrowth, plainFamilies, sizeOfAnswer, STRUCTURES, type Family } from '../support/growth';

const environment = (name: string) => (text: string) => parseEnvironment(name, text);
const config = (name: string) => (text: string) => {
  const machine = { region: 0, step: () => undefined, spend: () => undefined, files: { read: () => text } };
  return readConfigFile(machine as unknown as Machine, name);
};
const dataset = (text: string) => ({
  dataset: { name: text, digest: text, sourceType: text, source: text, schema: text, profile: text },
  tags: [{ key: 'mlflow.data.context', value: text }],
});

/** Whatever reads a text that somebody else wrote. What it throws is its own matter. */
const PARSERS: Readonly<Record<string, (text: string) => unknown>> = {
  parseDotenv,
  trackingUris,
  'requirements.txt': parseRequirements,
  'requirements of an environment': (text) => requirements(text.split('\n')),
  'conda.yaml': environment('conda.yaml'),
  'python_env.yaml': environment('python_env.yaml'),
  'pyproject.toml': environment('pyproject.toml'),
  parseYaml,
  MLmodel: explainModel,
  'rows of models': (text) =>
    modelRows([text, text].map((mlmodel) => ({ name: text, mlmodel, size: 1, environment: new Map() }))),
  'changes of a signature': (text) => [
    signatureChanges(text, text),
    signatureChanges(text, text.replaceAll('"name"', '"title"')),
    signatureChanges(text.replaceAll('"name"', '"title"'), text),
  ],
  signatureSummary,
  inputExampleFile,
  parseJsonTable,
  'a table': (text) => parseDelimited(text, delimiterOf('a.csv', text), true),
  'a cut table': (text) => parseDelimited(text, '\t', false),
  parseNotebook,
  prettyJson,
  'names of images': (text) => imageSeries([{ path: text, size: 1 }]),
  summarizeDataset: (text) => summarizeDataset(dataset(text)),
  'rows of datasets': (text) => dataRows([dataset(text), dataset(text)]),
  schemaColumns,
  unfold,
  'a structure': (text) => {
    const found = parseStructure(text);
    return found && [literalText(found), flatten(found, text.slice(0, 1000))];
  },
  numberOf,
  sameValue: (text) => sameValue(text, `${text} `),
  diffWords: (text) => diffWords(text, text.slice(1)),
  countLines: (text) => countLines(text, text.slice(1)),
  plainText: (text) => plainText(text),
  inertText: (text) => inertText(text),
  visible,
  redact,
  redactUri,
  parseRunLink,
  storeIdentity: (text) => storeIdentity(text, '/'),
  storeName,
  decodePageToken,
  parseFilter: (text) => parseFilter(text, 0),
  parseOrder: (text) => parseOrder([text]),
  parseDuration,
  parseTime: (text) => parseTime(text, 0),
  numberInText,
  isNumeric,
  likeTest: (text) => likeTest('%a%b_c%')(text),
  "git's listings": (text) => mergeChanges(text.split('\n'), text.split('\n')),
  isLauncher,
  tails,
  'a YAML configuration': config('a.yaml'),
  'a TOML configuration': config('a.toml'),
  'an ini configuration': config('a.ini'),
  'a .env configuration': config('.env'),
  notebookSource: (text) => notebookSource('a.ipynb', text)?.text,
  parsePython,
  'a literal number': parseNumber,
  'a literal text': parseString,
  withoutLinks,
};

/** What they read first is YAML, by parseYaml, which meets all families; here those that they make more of. */
const BEYOND_YAML = new Set([
  'conda.yaml',
  'python_env.yaml',
  'MLmodel',
  'rows of models',
  'changes of a signature',
  'signatureSummary',
  'a YAML configuration',
]);
const YAML_FAMILIES = new Set([
  'nested objects',
  'the same key',
  'aliases of aliases',
  'a large anchor, many aliases',
  'many merges',
  'a long key, many leaves',
  'a long flavor',
  'many columns',
  'many columns without a name',
  'conda packages',
]);

/** Where a step is a letter, the square of this is more than a second; where it is a line, of the other. */
const PLAIN_SIZE = 32 * 1024;
const STRUCTURE_SIZE = 64 * 1024;
/** So much less for those that take long for each letter: what is no Python is read in many ways. */
const SLOWER: ReadonlyMap<string, number> = new Map([
  ['parseYaml', 4],
  ['parsePython', 8],
]);
/** An answer may hold so many times what the text holds, and some in any case. */
const MOST_ANSWER = 16;
const ANY_ANSWER = 4 * 1024 * 1024;

describe('texts that others wrote: time and answers grow no faster than the text', () => {
  const structures = Object.entries(STRUCTURES).map(([kind, family]): [string, Family, number] => [
    kind,
    family,
    STRUCTURE_SIZE,
  ]);
  const plain = [...plainFamilies()].map(([kind, family]): [string, Family, number] => [
    kind,
    family,
    PLAIN_SIZE,
  ]);

  for (const [name, parse] of Object.entries(PARSERS)) {
    it(name, function () {
      this.timeout(180_000);
      const families = BEYOND_YAML.has(name)
        ? structures.filter(([kind]) => YAML_FAMILIES.has(kind))
        : [...structures, ...plain];
      for (const [kind, family, size] of families) {
        let answer: unknown;
        const read = (text: string): void => {
          try {
            answer = parse(text);
          } catch (error) {
            assert.ok(
              !(error instanceof RangeError),
              `${kind}: ${error instanceof Error ? error.message : ''}`,
            );
          }
        };
        const growth = fastGrowth(read, family, size / (SLOWER.get(name) ?? 1));
        assert.ok(growth === null, `${kind}: ${growth}`);
        const held = sizeOfAnswer(answer);
        assert.ok(held < Math.max(ANY_ANSWER, MOST_ANSWER * size), `${kind}: an answer of ${held}`);
      }
    });
  }
});
