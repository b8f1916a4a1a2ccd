import { signatureSpecs } from '../mlflow/artifacts/mlmodel';
import { isRequired, MAX_DEPTH, specOf, typeText, type Spec } from '../mlflow/schema';

/** How one model's signature differs from another's. */
export interface SignatureChange {
  /** Goes on from the model's name: `needs the new input "x" (double)`. */
  text: string;
  /** What was sent to the old model, or taken from it, may fail with the new one. */
  breaks: boolean;
}

/**
 * Conversions that MLflow makes on its own (mlflow/models/utils.py, _enforce_mlflow_datatype, of 3.17.2); what is
 * sent as another type is refused. A string that reads as a boolean or a date is a matter of its values: refused.
 */
const CONVERTED: Readonly<Record<string, readonly string[]>> = {
  integer: ['long', 'double'],
  float: ['double'],
  string: ['binary'],
  binary: ['string'],
};
/** The same for params (_ALLOWED_CONVERSIONS_FOR_PARAMS). */
const CONVERTED_PARAMS: Readonly<Record<string, readonly string[]>> = {
  integer: ['long', 'float', 'double'],
  long: ['float', 'double'],
  float: ['double'],
};

/**
 * What changed from one MLmodel file's signature to another's, and whether data that fits the first fits the second,
 * as MLflow's schema enforcement decides. MLflow does not enforce outputs: a missing or retyped one breaks whoever
 * reads it. Empty where nothing changed or neither has a signature.
 */
export function signatureChanges(before: string | null, after: string | null): SignatureChange[] {
  const [old, now] = [signatureSpecs(before), signatureSpecs(after)];
  if (!old && !now) {
    return [];
  }
  if (!now) {
    return [{ text: 'no longer has a signature: MLflow does not check its input', breaks: false }];
  }
  if (!old) {
    return [{ text: 'now has a signature: MLflow refuses input that does not match it', breaks: false }];
  }
  return [
    ...inputChanges(old.inputs, now.inputs),
    ...outputChanges(old.outputs, now.outputs),
    ...paramChanges(old.params ?? [], now.params ?? []),
  ];
}

/** A signature in short and on one line; a part that it does not have counts as null. */
export interface SignatureSummary {
  inputs: number | null;
  outputs: number | null;
  /** `("x": double) → #1: long; params "t": double`. */
  text: string;
}

/** null where there is no signature. */
export function signatureSummary(mlmodel: string | null): SignatureSummary | null {
  const signature = signatureSpecs(mlmodel);
  if (!signature) {
    return null;
  }
  const { inputs, outputs, params } = signature;
  const list = (fields: Spec[] | null | undefined): string | null =>
    fields ? fields.map((spec, index) => `${nameOf(spec, index)}: ${typeText(spec)}`).join(', ') : null;
  const paramsText = list(params);
  return {
    inputs: inputs?.length ?? null,
    outputs: outputs?.length ?? null,
    text: `(${list(inputs) ?? 'anything'}) → ${list(outputs) || 'unknown'}${paramsText ? `; params ${paramsText}` : ''}`,
  };
}

function inputChanges(old: Spec[] | null, now: Spec[] | null): SignatureChange[] {
  if (!now) {
    return old ? [{ text: 'no longer says what input it takes', breaks: false }] : [];
  }
  if (!old) {
    return [{ text: 'now says what input it takes', breaks: false }];
  }
  if (isTensors(old) !== isTensors(now)) {
    const kind = (list: readonly Spec[]): string =>
      isTensors(list) ? typeText(list[0]!) : list.length === 1 ? 'one column' : `${list.length} columns`;
    return [{ text: `takes ${kind(now)}, not ${kind(old)}`, breaks: true }];
  }
  const counterpart = counterparts(old, now);
  const changes = now.flatMap((spec, index): SignatureChange[] => {
    const name = nameOf(spec, index);
    const known = counterpart(spec, index);
    if (!known) {
      return isRequired(spec)
        ? [{ text: `needs the new input ${name} (${typeText(spec)})`, breaks: true }]
        : [{ text: `takes the new optional input ${name}`, breaks: false }];
    }
    const needed = isRequired(spec) && !isRequired(known);
    return [
      ...(needed ? [{ text: `needs the input ${name}, which was optional`, breaks: true }] : []),
      ...retyped(`takes ${name} as`, known, spec),
    ];
  });
  return [
    ...changes,
    ...gone(old, now).map((name) => ({ text: `ignores the input ${name}`, breaks: false })),
  ];
}

function outputChanges(old: Spec[] | null, now: Spec[] | null): SignatureChange[] {
  if (!old || !now) {
    return old ? [{ text: 'no longer says what output it gives', breaks: false }] : [];
  }
  const counterpart = counterparts(old, now);
  const changes = now.flatMap((spec, index): SignatureChange[] => {
    const known = counterpart(spec, index);
    return known
      ? retyped(`gives ${nameOf(spec, index)} as`, known, spec, {})
      : [{ text: `gives the new output ${nameOf(spec, index)}`, breaks: false }];
  });
  return [
    ...gone(old, now).map((name) => ({ text: `no longer gives the output ${name}`, breaks: true })),
    ...changes,
  ];
}

/** A param has a default: a new one breaks nobody, and one that is not known is ignored. */
function paramChanges(old: Spec[], now: Spec[]): SignatureChange[] {
  const counterpart = counterparts(old, now);
  const changes = now.flatMap((spec, index): SignatureChange[] => {
    const known = counterpart(spec, index);
    return known
      ? retyped(`takes the param ${nameOf(spec, index)} as`, known, spec, CONVERTED_PARAMS)
      : [{ text: `takes the new param ${nameOf(spec, index)}`, breaks: false }];
  });
  return [
    ...changes,
    ...gone(old, now).map((name) => ({ text: `ignores the param ${name}`, breaks: false })),
  ];
}

function retyped(verb: string, old: Spec, now: Spec, converted = CONVERTED): SignatureChange[] {
  const [from, to] = [typeText(old), typeText(now)];
  return from === to ? [] : [{ text: `${verb} ${to}, not ${from}`, breaks: !fits(old, now, converted, 0) }];
}

/** Whether data of the one type passes as the other. */
function fits(
  old: Spec,
  now: Spec,
  converted: Readonly<Record<string, readonly string[]>>,
  depth: number,
): boolean {
  const [from, to] = [old, now].map(({ type }) => (typeof type === 'string' ? type : 'any')) as [
    string,
    string,
  ];
  if (depth > MAX_DEPTH) {
    return false;
  }
  if (to === 'any') {
    return true;
  }
  if (from !== to) {
    return converted[from]?.includes(to) ?? false;
  }
  switch (to) {
    case 'tensor':
      return tensorFits(specOf(old['tensor-spec']), specOf(now['tensor-spec']));
    case 'array':
      return fits(specOf(old.items), specOf(now.items), converted, depth + 1);
    case 'map':
      return fits(specOf(old.values), specOf(now.values), converted, depth + 1);
    case 'object':
      return objectFits(specOf(old.properties), specOf(now.properties), converted, depth + 1);
    default:
      return JSON.stringify(old.shape ?? null) === JSON.stringify(now.shape ?? null);
  }
}

/** The types must be equal; -1 takes any size. */
function tensorFits(old: Spec, now: Spec): boolean {
  const [from, to] = [listOf(old.shape), listOf(now.shape)];
  return (
    old.dtype === now.dtype &&
    from.length === to.length &&
    to.every((size, at) => size === -1 || size === from[at])
  );
}

/** Unlike columns, properties that the new one does not know are refused (_enforce_object). */
function objectFits(
  old: Spec,
  now: Spec,
  converted: Readonly<Record<string, readonly string[]>>,
  depth: number,
): boolean {
  return (
    Object.keys(old).every((name) => Object.hasOwn(now, name)) &&
    Object.entries(now).every(([name, property]) => {
      const spec = specOf(property);
      if (!Object.hasOwn(old, name)) {
        return !isRequired(spec);
      }
      const known = specOf(old[name]);
      return (isRequired(known) || !isRequired(spec)) && fits(known, spec, converted, depth);
    })
  );
}

type Find = (spec: Spec, index: number) => Spec | undefined;

/** In the old schema: by name; by place where the new one has no names (_enforce_unnamed_col_schema). */
function counterparts(old: readonly Spec[], now: readonly Spec[]): Find {
  if (!hasNames(now)) {
    return (_, index) => old[index];
  }
  return hasNames(old) ? byName(old) : () => undefined;
}

function byName(list: readonly Spec[]): Find {
  // The first of a name counts.
  const named = new Map(list.toReversed().map((spec) => [spec.name, spec]));
  return ({ name }) => named.get(name);
}

/** Names of what the old one has and the new one not. */
function gone(old: readonly Spec[], now: readonly Spec[]): string[] {
  const find: Find = hasNames(now) ? byName(now) : (_, index) => now[index];
  return old.flatMap((spec, index) => (find(spec, index) ? [] : [nameOf(spec, index)]));
}

function isTensors(list: readonly Spec[]): boolean {
  return list[0]?.type === 'tensor';
}

function hasNames(list: readonly Spec[]): boolean {
  return list.some(({ name }) => typeof name === 'string');
}

function nameOf({ name }: Spec, index: number): string {
  return typeof name === 'string' ? `"${name}"` : `#${index + 1}`;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
