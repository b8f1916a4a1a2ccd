/** What can be typed at a place in a filter. Pure: the keys and values come from the caller. */
import { stateFilter, type TrialState } from '../mlflow/optunaTrial';
import { fieldOf, kindOf } from './field';
import { ATTRIBUTES, DATASET_KEYS, entityOf, SearchError, type Entity, type Field } from './syntax';
import { fieldText, valueText } from './text';
import { tokenize, type Token } from './tokens';

/** Which kind of thing stands at the place, what of it is typed already, and which range it will replace. */
export type CompletionPlace = { prefix: string; from: number; to: number } & (
  | { kind: 'key'; entity?: Entity }
  | { kind: 'operator'; field: Field }
  /** `conditionFrom`: where the condition begins, if it is `key = …` so far. */
  | { kind: 'value'; field: Field; conditionFrom: number | null }
  | { kind: 'null'; field: Field }
  | { kind: 'join' }
);

export interface CompletionItem {
  label: string;
  /** Replaces the range of the place. */
  insert: string;
  /** Where the range begins instead. */
  from?: number;
  kind: 'metric' | 'param' | 'tag' | 'attribute' | 'dataset' | 'operator' | 'value' | 'keyword';
  detail?: string;
  /** Of a key: its name without what stands before it. */
  key?: string;
}

/** Keys and values that a store has; both hold only what contains the prefix, the best first. */
export interface Vocabulary {
  keys: { entity: Entity; key: string }[];
  values: string[];
  /** How trials of Optuna's ended in the store, as `tags.state` says it. */
  trials?: readonly TrialState[];
}

type Expect =
  | { at: 'key' }
  | { at: 'operator'; word: Token }
  | { at: 'value'; word: Token; operator?: Token }
  | { at: 'null'; word: Token }
  | { at: 'join' };

/** Where the cursor stands in a filter that may be half written. */
export function completionPlace(text: string, offset: number): CompletionPlace | null {
  const before = text.slice(0, offset);
  let tokens: Token[];
  let open: { text: string; from: number } | null = null;
  try {
    tokens = tokenize(before);
  } catch (error) {
    if (!(error instanceof SearchError) || !/^['"`]/.test(before.slice(error.from))) {
      return null;
    }
    open = { text: before.slice(error.from + 1), from: error.from };
    try {
      tokens = tokenize(before.slice(0, error.from));
    } catch {
      return null;
    }
  }
  const last = tokens.at(-1);
  const touching = open === null && last?.type === 'word' && last.to === offset ? last : null;
  const entityWord =
    open !== null && last?.type === 'word' && last.text.endsWith('.') && last.to === open.from;
  if (touching || entityWord) {
    tokens = tokens.slice(0, -1);
  }
  const expect = expectation(tokens);
  const to = replacedTo(text, offset, open !== null ? text[open.from]! : null);
  if (entityWord && last?.type === 'word') {
    const entity = entityOf(last.text.slice(0, -1));
    return expect.at === 'key' && entity && open
      ? { kind: 'key', entity, prefix: open.text, from: last.from, to }
      : null;
  }
  const typed = open ?? { text: touching?.text ?? '', from: touching?.from ?? offset };
  switch (expect.at) {
    case 'key': {
      const dot = typed.text.indexOf('.');
      const entity = dot === -1 || open ? undefined : entityOf(typed.text.slice(0, dot));
      return entity
        ? { kind: 'key', entity, prefix: typed.text.slice(dot + 1), from: typed.from, to }
        : { kind: 'key', prefix: typed.text, from: typed.from, to };
    }
    case 'operator':
    case 'value':
    case 'null': {
      const field = fieldOrNull(expect.word);
      if (!field) {
        return null;
      }
      const range = { prefix: typed.text, from: typed.from, to };
      if (expect.at !== 'value') {
        return { kind: expect.at, field, ...range };
      }
      const conditionFrom = expect.operator?.text === '=' ? expect.word.from : null;
      return { kind: 'value', field, conditionFrom, ...range };
    }
    case 'join':
      return { kind: 'join', prefix: typed.text, from: typed.from, to };
  }
}

/** The rest of the word or quoted text in which the cursor stands goes too. */
function replacedTo(text: string, offset: number, quote: string | null): number {
  if (quote === null) {
    return offset + (/^[^\s()'"`=!<>,;]*/.exec(text.slice(offset))?.[0].length ?? 0);
  }
  const end = text.indexOf(quote, offset);
  return end === -1 ? offset : end + 1;
}

function fieldOrNull(word: Token): Field | null {
  try {
    return fieldOf(word);
  } catch {
    return null;
  }
}

function expectation(tokens: Token[]): Expect {
  let expect: Expect = { at: 'key' };
  for (const token of tokens) {
    const word = token.type === 'word' ? token.text.toUpperCase() : '';
    if (word === 'AND' || word === 'OR') {
      expect = { at: 'key' };
    } else if (expect.at === 'key') {
      if (word !== 'NOT' && token.type !== 'punctuation') {
        expect = { at: 'operator', word: token };
      }
    } else if (expect.at === 'operator') {
      if (word === 'IS') {
        expect = { at: 'null', word: expect.word };
      } else if (token.type === 'operator' || /^(IN|LIKE|ILIKE)$/.test(word)) {
        expect = { at: 'value', word: expect.word, operator: token };
      } else if (token.text === ')') {
        expect = { at: 'join' };
      } else if (word !== 'NOT') {
        expect = { at: 'operator', word: token };
      }
    } else if (expect.at === 'value' || expect.at === 'null') {
      const stays: boolean =
        token.text === '(' || token.text === ',' || (expect.at === 'null' && word === 'NOT');
      expect = stays ? expect : { at: 'join' };
    } else if (token.text === ',') {
      // Inside a list; which key it belongs to is behind us.
      expect = lastKey(tokens, token) ?? expect;
    }
  }
  return expect;
}

function lastKey(tokens: Token[], before: Token): Expect | null {
  for (let index = tokens.indexOf(before); index > 0; index--) {
    if (tokens[index]!.type === 'word' && tokens[index]!.text.toUpperCase() === 'IN') {
      const word = tokens
        .slice(0, index)
        .findLast((token) => token.type === 'word' && !/^not$/i.test(token.text));
      return word ? { at: 'value', word } : null;
    }
  }
  return null;
}

const OPERATORS = {
  number: ['<', '<=', '>', '>=', '=', '!=', 'IS NULL', 'IS NOT NULL'],
  text: ['=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN', 'IS NULL', 'IS NOT NULL'],
};

/** The items for a place, at most `limit`, the likeliest first. */
export function completionItems(place: CompletionPlace, words: Vocabulary, limit = 50): CompletionItem[] {
  return itemsOf(place, words).slice(0, limit);
}

function itemsOf(place: CompletionPlace, words: Vocabulary): CompletionItem[] {
  const typed = place.prefix.toLowerCase();
  const matching = (label: string): boolean => label.toLowerCase().includes(typed);
  switch (place.kind) {
    case 'key':
      return keyItems(place, words, matching);
    case 'operator': {
      const kind = kindOf(place.field);
      const all = kind === 'text' ? OPERATORS.text : OPERATORS.number;
      const more =
        place.field.entity === 'metric'
          ? ['IS NAN', 'IS NOT NAN']
          : place.field.entity === 'param'
            ? ['<', '<=', '>', '>=']
            : [];
      return [...all, ...more]
        .filter((operator) => operator.toLowerCase().startsWith(typed))
        .map((operator) => ({ label: operator, insert: `${operator} `, kind: 'operator' }));
    }
    case 'value':
      return [...valueItems(place.field, words, matching), ...trialValueItems(place, words, matching)];
    case 'null':
      return ['NULL', 'NOT NULL', ...(place.field.entity === 'metric' ? ['NAN', 'NOT NAN'] : [])]
        .filter((word) => word.toLowerCase().startsWith(typed))
        .map((word) => ({ label: word, insert: `${word} `, kind: 'keyword' }));
    case 'join':
      return ['and', 'or']
        .filter((word) => word.startsWith(typed))
        .map((word) => ({ label: word, insert: `${word} `, kind: 'keyword' }));
  }
}

const PREFIXES: readonly CompletionItem[] = [
  { label: 'metrics.', insert: 'metrics.', kind: 'metric', detail: 'metrics of a run' },
  { label: 'params.', insert: 'params.', kind: 'param', detail: 'params of a run' },
  { label: 'tags.', insert: 'tags.', kind: 'tag', detail: 'tags of a run' },
  { label: 'attributes.', insert: 'attributes.', kind: 'attribute', detail: 'what MLflow knows of a run' },
  { label: 'datasets.', insert: 'datasets.', kind: 'dataset', detail: 'datasets of a run' },
];

function keyItems(
  place: CompletionPlace & { kind: 'key' },
  words: Vocabulary,
  matching: (label: string) => boolean,
): CompletionItem[] {
  const typed = place.prefix.toLowerCase();
  const items: CompletionItem[] = words.keys.map((field) => ({
    label: fieldText(field),
    insert: `${fieldText(field)} `,
    kind: field.entity,
    key: field.key,
  }));
  if (place.entity === 'dataset' || place.entity === undefined) {
    items.push(
      ...DATASET_KEYS.map((key) => `datasets.${key}`)
        .filter((label) => place.entity === 'dataset' || matching(label))
        .map((label): CompletionItem => ({ label, insert: `${label} `, kind: 'dataset' })),
    );
  }
  if (place.entity === 'attribute' || place.entity === undefined) {
    const attributes = [...ATTRIBUTES]
      .filter(([name]) => matching(name))
      .map(([name, { about }]): CompletionItem => ({
        label: name,
        insert: `${place.entity ? 'attributes.' : ''}${name} `,
        kind: 'attribute',
        detail: about,
      }));
    items.push(...attributes);
  }
  if (place.entity === undefined && typed !== '') {
    // What begins with the letters comes before what holds them.
    const begins = ({ label, key }: CompletionItem): boolean =>
      [label, key ?? label].some((name) => name.toLowerCase().startsWith(typed));
    const prefixes = PREFIXES.filter(({ label }) => label.startsWith(typed));
    items.splice(
      0,
      items.length,
      ...prefixes,
      ...items.filter(begins),
      ...items.filter((item) => !begins(item)),
    );
  }
  if (meansTrials(place)) {
    items.push(...(words.trials ?? []).map((state) => trialItem(state, stateFilter(state))));
  }
  if (place.entity === undefined && 'not'.startsWith(place.prefix.toLowerCase()) && place.prefix !== '') {
    items.push({ label: 'not', insert: 'not ', kind: 'keyword' });
  }
  return items;
}

/** What one types who looks for trials that ended early. */
const TRIAL_WORDS = ['status', 'state', 'pruned', 'failed', 'trial', 'optuna'];
const TRIALS: Readonly<Record<TrialState, string>> = {
  COMPLETE: 'trials that Optuna completed',
  PRUNED: 'trials that Optuna pruned',
  FAIL: 'trials that failed in Optuna',
};

/** Whether the place is one where trials of Optuna's may be meant: whoever has the keys then asks for them too. */
export function meansTrials(place: CompletionPlace): boolean {
  const typed = place.prefix.toLowerCase();
  return place.kind === 'key'
    ? (place.entity === undefined || place.entity === 'attribute') &&
        typed.length > 1 &&
        TRIAL_WORDS.some((word) => word.startsWith(typed))
    : place.kind === 'value' && isStatus(place.field) && place.conditionFrom !== null;
}

/** MLflow knows no such status, so the condition is one on the tag. */
function trialItem(state: TrialState, label: string): CompletionItem {
  return { label, insert: `${stateFilter(state)} `, kind: 'tag', detail: TRIALS[state] };
}

function trialValueItems(
  place: CompletionPlace & { kind: 'value' },
  words: Vocabulary,
  matching: (label: string) => boolean,
): CompletionItem[] {
  return meansTrials(place)
    ? (words.trials ?? [])
        .filter(matching)
        .map((state) => ({ ...trialItem(state, state), from: place.conditionFrom! }))
    : [];
}

function isStatus({ entity, key }: Field): boolean {
  return entity === 'attribute' && key === 'status';
}

const STATUSES = ['FINISHED', 'RUNNING', 'FAILED', 'KILLED', 'SCHEDULED'];
const MOMENTS = ['1h ago', '1d ago', '7d ago', '30d ago', 'today', 'yesterday'];
const DURATIONS = ['10s', '1m', '10m', '1h'];

function valueItems(field: Field, words: Vocabulary, matching: (label: string) => boolean): CompletionItem[] {
  const known = isStatus(field)
    ? STATUSES
    : kindOf(field) === 'time'
      ? MOMENTS
      : kindOf(field) === 'duration'
        ? DURATIONS
        : null;
  const values = known?.filter(matching) ?? words.values;
  return values.flatMap((value) => {
    const text = valueText(value);
    return text === undefined ? [] : [{ label: value, insert: `${text} `, kind: 'value' as const }];
  });
}
