import { anyOf, constant, optionsOf, UNKNOWN, type Data, type Value } from '../values';

/** Classes that a value of the code is an instance of, by their last name; null where that is not known. */
function classesOf(data: Data): readonly string[] | null {
  switch (data.kind) {
    case 'constant':
      return CONSTANTS[data.constant.type] ?? null;
    case 'dict':
      return [
        ...(data.config ? ['DictConfig', 'BaseContainer', 'Container'] : ['dict']),
        'MutableMapping',
        'Mapping',
      ];
    case 'list':
      return data.config
        ? ['ListConfig', 'BaseContainer', 'Container', 'Sequence']
        : (LISTS[data.type] ?? null);
    case 'module':
    case 'function':
    case 'class':
    case 'library':
      return [];
    default:
      return null;
  }
}

const CONSTANTS: Readonly<Record<string, readonly string[]>> = {
  str: ['str', 'Sequence'],
  int: ['int', 'Number', 'Real', 'Integral'],
  float: ['float', 'Number', 'Real'],
  bool: ['bool', 'int', 'Number', 'Real', 'Integral'],
  bytes: ['bytes', 'Sequence'],
  none: ['NoneType'],
};

const LISTS: Readonly<Record<string, readonly string[]>> = {
  list: ['list', 'MutableSequence', 'Sequence'],
  tuple: ['tuple', 'Sequence'],
  set: ['set', 'Set', 'MutableSet'],
};

const KNOWN =
  /^(?:builtins|typing|numbers|collections|collections\.abc|types|omegaconf(?:\.\w+)*)\.(str|int|float|bool|bytes|list|tuple|set|dict|NoneType|(?:Mutable)?(?:Mapping|Sequence|Set)|Dict|List|Tuple|Number|Real|Integral|DictConfig|ListConfig|Container|BaseContainer)$/;

/** Whether a value is of some built-in type, of OmegaConf's or of the abstract ones above them; unknown for all else. */
export function isInstance(value: Value, type: Value): Value {
  if (value.data.kind === 'any') {
    return anyOf(optionsOf(value).map((option) => isInstance(option, type)));
  }
  const classes = classesOf(value.data);
  const types = type.data.kind === 'list' ? type.data.items : [type];
  const names = types.map((each) => {
    const name = each.data.kind === 'library' ? KNOWN.exec(each.data.path)?.[1] : undefined;
    return name && (BUILT_IN[name] ?? name);
  });
  return classes === null || names.includes(undefined)
    ? UNKNOWN
    : constant(
        'bool',
        names.some((name) => classes.includes(name!)),
        null,
      );
}

/** What typing calls otherwise. */
const BUILT_IN: Readonly<Record<string, string>> = { Dict: 'dict', List: 'list', Tuple: 'tuple' };
