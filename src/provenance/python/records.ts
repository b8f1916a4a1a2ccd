import { force } from './expressions';
import { argument, type Machine } from './machine';
import { callValue } from './calls';
import { noArguments } from './machine';
import { anyOf, text, UNKNOWN, type CallArguments, type ClassData, type Value } from './values';

const RECORD_BASES =
  /^(pydantic(\.\w+)*\.(BaseModel|BaseSettings)|pydantic_settings\.BaseSettings|typing\.NamedTuple|sqlmodel\.SQLModel|msgspec\.Struct)$/;
const RECORD_DECORATORS =
  /^(dataclasses\.dataclass|pydantic\.dataclasses\.dataclass|attrs?\.(s|attrs|define|frozen|mutable|dataclass)|chex\.dataclass|flax\.struct\.dataclass)$/;

/** A class whose `__init__` is made of its annotated fields: dataclass, NamedTuple, attrs, pydantic. */
export function isRecordClass(type: ClassData): boolean {
  return (
    type.decorators.some((decorator) => RECORD_DECORATORS.test(pathOf(decorator))) ||
    type.bases.some(
      (base) => RECORD_BASES.test(pathOf(base)) || (base.data.kind === 'class' && isRecordClass(base.data)),
    )
  );
}

/** The path of a library's name, also where it was called: `dataclass(frozen=True)`. */
export function pathOf(value: Value): string {
  return value.data.kind === 'library' || value.data.kind === 'object' ? value.data.path : '';
}

/** Whether a record's fields are read from the environment before their defaults. */
function isSettings(type: ClassData): boolean {
  return type.bases.some(
    (base) => pathOf(base).endsWith('BaseSettings') || (base.data.kind === 'class' && isSettings(base.data)),
  );
}

/** All fields, those of bases first. */
export function recordFields(m: Machine, type: ClassData): { name: string; preset: Value | undefined }[] {
  const fields = new Map<string, Value | undefined>();
  const collect = (current: ClassData): void => {
    for (const base of current.bases) {
      const resolved = force(m, base);
      if (resolved.data.kind === 'class') {
        collect(resolved.data);
      }
    }
    for (const name of current.fields) {
      fields.set(name, current.attributes.get(name));
    }
    for (const [name, value] of current.attributes) {
      if (/^attrs?\.(ib|attrib|field)$/.test(pathOf(value))) {
        fields.set(name, value);
      }
    }
  };
  collect(type);
  return [...fields].map(([name, preset]) => ({ name, preset }));
}

/** Sets the fields of a new record from its arguments and defaults. */
export function bindFields(m: Machine, type: ClassData, instance: Value, args: CallArguments): void {
  const { data } = instance;
  if (data.kind !== 'instance') {
    return;
  }
  const settings = isSettings(type);
  const checked = validated(m, type);
  let position = 0;
  for (const { name, preset } of recordFields(m, type)) {
    const given = isArgument(preset)
      ? (argument(args, position++, name) ?? args.named.get(name.replace(/^_/, '')))
      : undefined;
    // What is not known may give the field, also with its default's value.
    let value = given ?? (preset && !args.open ? fieldDefault(m, preset) : UNKNOWN);
    if (checked.has(name) || checked.has('*') || isConverted(preset)) {
      value = anyOf([value, UNKNOWN]);
    }
    if (!given && settings && value.data.kind === 'constant') {
      value = { ...value, outside: { kind: 'default', name: name.toUpperCase() } };
    }
    data.attributes.set(name, value);
  }
}

/** `field(init=False)` is none of `__init__`. */
export function isArgument(preset: Value | undefined): boolean {
  const init = preset?.data.kind === 'object' ? preset.data.args.named.get('init') : undefined;
  return init?.data.kind !== 'constant' || init.data.constant.value !== false;
}

/** A converter may make another value of what is given. */
function isConverted(preset: Value | undefined): boolean {
  const converter = preset?.data.kind === 'object' ? preset.data.args.named.get('converter') : undefined;
  return converter !== undefined && !/^builtins\.(int|float|str)$/.test(pathOf(converter));
}

/** Fields whose values a validator may change; `*` for all. */
function validated(m: Machine, type: ClassData): Set<string> {
  const names = new Set<string>();
  for (const value of type.attributes.values()) {
    for (const decorator of value.data.kind === 'function' ? value.data.decorators : []) {
      const kind = /(^|\.)((field_|model_|root_)?validator)$/.exec(pathOf(decorator))?.[2];
      if (kind === 'model_validator' || kind === 'root_validator') {
        names.add('*');
      } else if (kind && decorator.data.kind === 'object') {
        decorator.data.args.positional.forEach((name) => names.add(text(name) ?? '*'));
      }
    }
  }
  for (const base of type.bases) {
    const { data } = force(m, base);
    (data.kind === 'class' ? validated(m, data) : []).forEach((name) => names.add(name));
  }
  return names;
}

/** `field(default=…)`, `Field(…)`, `attr.ib(default=…)`, or the value itself. */
function fieldDefault(m: Machine, preset: Value): Value {
  const { data } = preset;
  if (data.kind !== 'object' || !/(^|\.)(field|Field|ib|attrib|PrivateAttr)$/.test(data.path)) {
    return preset;
  }
  const named = data.args.named.get('default');
  if (named) {
    return named;
  }
  const factory = data.args.named.get('default_factory') ?? data.args.named.get('factory');
  if (factory) {
    return callValue(m, factory, noArguments(), null);
  }
  return data.args.positional[0] ?? UNKNOWN;
}
