import {
  attributeOf,
  ATTRIBUTES,
  DATASET_KEYS,
  entityOf,
  SearchError,
  type AttributeKind,
  type Field,
  type KeyLookup,
} from './syntax';
import { fieldText } from './text';
import { isQuoted, type Token } from './tokens';

/** What the values of a field are compared as. Params and tags hold texts, which may be numbers. */
export function kindOf(field: Field): AttributeKind {
  switch (field.entity) {
    case 'metric':
      return 'number';
    case 'attribute':
      return ATTRIBUTES.get(field.key)?.kind ?? 'text';
    case 'param':
    case 'tag':
    case 'dataset':
      return 'text';
  }
}

/** A field in an error message. */
export function showField(field: Field): string {
  return field.entity === 'attribute' ? field.key : `${field.entity}s.${field.key}`;
}

/** Whether a word would be read as a key beside a comparison. */
export function looksLikeKey(token: Token): boolean {
  if (token.type !== 'word') {
    return false;
  }
  const dot = token.text.indexOf('.');
  const key = token.quotedKey ?? token.text.slice(dot + 1);
  switch (dot === -1 ? 'attribute' : entityOf(token.text.slice(0, dot))) {
    case 'attribute':
      return attributeOf(key) !== undefined;
    case 'dataset':
      return DATASET_KEYS.includes(key);
    case undefined:
      return false;
    default:
      return key !== '';
  }
}

/**
 * The field that a word, or a name in backquotes or double quotes, stands for. Throws SearchError where MLflow
 * refuses the entity, the attribute or the key.
 *
 * @param keys what a name is that is no attribute's; without it such a name is refused
 */
export function fieldOf(token: Token, keys?: KeyLookup): Field {
  if (token.type === 'string' && (token.quote === '`' || token.quote === '"')) {
    return quotedField(token, keys);
  }
  if (token.type !== 'word') {
    throw new SearchError('The left side must be a key, such as metrics.rmse.', token.from, token.to);
  }
  const dot = token.text.indexOf('.');
  if (dot === -1) {
    return namedField(token.text, token.from, token.to, keys);
  }
  const prefix = token.text.slice(0, dot);
  const entity = entityOf(prefix);
  if (!entity) {
    const named = isQuoted(token) ? undefined : keyField(token.text, token.from, token.to, keys);
    if (named) {
      return named;
    }
    throw new SearchError(
      `"${prefix}" is not one of metrics, params, tags, attributes and datasets.`,
      token.from,
      token.keyFrom === undefined ? token.from + Math.max(prefix.length, 1) : token.keyFrom - 1,
    );
  }
  const keyFrom = token.keyFrom ?? token.from + dot + 1;
  const written = token.text.slice(dot + 1);
  if (token.quotedKey !== undefined && written !== '') {
    throw new SearchError('Quote the whole key, not a part of it.', keyFrom, token.to);
  }
  const key = token.quotedKey ?? written;
  if (key === '') {
    throw new SearchError(`The name of the ${entity} is missing.`, token.from, token.to);
  }
  if (token.quotedKey === undefined) {
    const strange = /[^\p{L}\p{N}\p{M}_.]/u.exec(key);
    if (strange) {
      throw new SearchError(
        `"${strange[0]}" in a key must be quoted: ${prefix}.\`${key}\`.`,
        keyFrom + strange.index,
        keyFrom + strange.index + strange[0].length,
      );
    }
  }
  if (entity === 'attribute') {
    return attributeField(key, keyFrom, token.to);
  }
  if (entity === 'dataset' && !DATASET_KEYS.includes(key)) {
    throw new SearchError(`Datasets are found by ${DATASET_KEYS.join(', ')}.`, keyFrom, token.to);
  }
  return { entity, key };
}

function quotedField({ text, from, to }: Token, keys: KeyLookup | undefined): Field {
  const dot = text.indexOf('.');
  if (dot !== -1 && entityOf(text.slice(0, dot))) {
    throw new SearchError(`Quote the key alone: ${text.slice(0, dot)}.\`${text.slice(dot + 1)}\`.`, from, to);
  }
  return namedField(text, from, to, keys);
}

/** An attribute, or the one metric, param or tag that has the name. */
function namedField(name: string, from: number, to: number, keys: KeyLookup | undefined): Field {
  if (attributeOf(name) !== undefined) {
    return attributeField(name, from, to);
  }
  const field = keyField(name, from, to, keys);
  if (!field && keys) {
    throw new SearchError(
      `No run here has a metric, param or tag "${name}", and it is not an attribute of a run.`,
      from,
      to,
    );
  }
  return field ?? attributeField(name, from, to);
}

function keyField(key: string, from: number, to: number, keys: KeyLookup | undefined): Field | undefined {
  const fields = (keys?.(key) ?? []).map((entity): Field => ({ entity, key }));
  if (fields.length > 1) {
    throw new SearchError(
      `"${key}" is ${fields.map(({ entity }) => `a ${entity}`).join(' and ')} here: write ${fields.map(fieldText).join(' or ')}.`,
      from,
      to,
    );
  }
  return fields[0];
}

function attributeField(name: string, from: number, to: number): Field {
  const key = attributeOf(name);
  if (key === undefined) {
    throw new SearchError(
      `"${name}" is not an attribute of a run. Write metrics.${name}, params.${name} or tags.${name}.`,
      from,
      to,
    );
  }
  return { entity: 'attribute', key };
}
