import type { Dataset } from './entities';
import { plainText } from './format';
import { parseJson } from './json';

/** MLflow's own digests have 8 digits; Polars' are as long as a number of 64 bits. */
const SHORT = 8;
/** Characters; what is longer is no profile that MLflow writes of these kinds. */
const LONGEST_PROFILE = 20_000;

/**
 * Digests beside each other, each as short as tells it from the others, with `…` where more follows; whole ones belong in
 * a tooltip.
 */
export function shortDigests(digests: readonly string[]): string[] {
  const known = new Set(digests);
  const longest = Math.max(0, ...digests.map(({ length }) => length));
  let digits = SHORT;
  while (digits < longest && new Set([...known].map((digest) => digest.slice(0, digits))).size < known.size) {
    digits++;
  }
  return digests.map((digest) =>
    digest.length > digits + 1 ? `${plainText(digest.slice(0, digits))}…` : plainText(digest),
  );
}

/** What an equal digest says of the data. */
export interface DigestCoverage {
  /** As sentences. */
  text: string;
  /** Equal digests are no proof even of small data: rows may be in another order, columns have other names. */
  isBlind: boolean;
}

const POLARS: DigestCoverage = {
  text:
    'MLflow adds up the hashes of the rows of Polars data: the order of rows, the names of columns and the size of integers ' +
    'do not count, and another version of Polars may hash otherwise.',
  isBlind: true,
};
const PANDAS: DigestCoverage = {
  text:
    'MLflow makes the digest of pandas data of the first 10,000 rows (the columns of numbers and text, with the index), the ' +
    'names of all columns and the number of rows.',
  isBlind: false,
};
const HUGGING_FACE: DigestCoverage = {
  text: 'MLflow makes the digest of Hugging Face data of the first 10,000 rows (the columns of numbers and text) and the names of all columns.',
  isBlind: false,
};
const NUMPY: DigestCoverage = {
  text: 'MLflow makes the digest of NumPy arrays of the first 10,000 values of each, and their shapes.',
  isBlind: false,
};
const SPARK: DigestCoverage = {
  text: 'MLflow makes the digest of Spark data of the plan of the query: the data itself does not count.',
  isBlind: true,
};

/**
 * What a dataset's digest covers, where its kind is known; else null. MLflow records no kind: it is told by what only one
 * has (mlflow/data/polars_dataset.py, digest_utils.py, huggingface_dataset.py, numpy_dataset.py and spark_dataset.py of
 * 3.17.2). A digest that a program gave itself may look the same.
 */
export function digestCoverage({
  digest,
  profile,
}: Pick<Dataset, 'digest' | 'profile'>): DigestCoverage | null {
  const keys = keysOf(profile);
  if (/^\d{15,20}$/.test(digest) && keys.has('num_elements')) {
    return POLARS;
  }
  if (!/^[0-9a-f]{8}$/.test(digest)) {
    return null;
  }
  if (keys.has('approx_count')) {
    return SPARK;
  }
  if (keys.has('features_shape')) {
    return NUMPY;
  }
  if (keys.has('dataset_size')) {
    return HUGGING_FACE;
  }
  return keys.has('num_elements') ? PANDAS : null;
}

function keysOf(profile: string | null): ReadonlySet<string> {
  try {
    const value = profile === null || profile.length > LONGEST_PROFILE ? null : parseJson(profile);
    return new Set(typeof value === 'object' && value !== null ? Object.keys(value) : []);
  } catch {
    return new Set();
  }
}
