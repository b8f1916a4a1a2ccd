import { dictOf } from '../iteration';
import type { Machine, Site } from '../machine';
import { text, UNKNOWN, type CallArguments, type InstanceData, type Scope, type Value } from '../values';

/** Lightning's `self.save_hyperparameters()`: the arguments of the `__init__` that calls it. */
export function saveHyperparameters(
  m: Machine,
  instance: InstanceData,
  args: CallArguments,
  site: Site,
): Value {
  const chosen = args.positional.map(text).filter((name): name is string => name !== null);
  const scope = methodScope(site.scope, instance);
  const single = args.positional[0];
  if (single && chosen.length === 0) {
    instance.attributes.set('hparams', single);
    return UNKNOWN;
  }
  const ignored = args.named.get('ignore');
  const skip = new Set(
    ignored?.data.kind === 'list' ? ignored.data.items.map(text) : ignored ? [text(ignored)] : [],
  );
  const pairs: [string, Value][] = [];
  for (const [name, value] of scope?.names ?? []) {
    if (
      name !== 'self' &&
      !skip.has(name) &&
      (chosen.length === 0 || chosen.includes(name)) &&
      !name.startsWith('_')
    ) {
      pairs.push([name, value]);
    }
  }
  instance.attributes.set('hparams', dictOf(m, pairs, null));
  return UNKNOWN;
}

function methodScope(scope: Scope, instance: InstanceData): Scope | null {
  for (let current: Scope | null = scope; current; current = current.parent) {
    if (current.self?.data === instance) {
      return current;
    }
  }
  return null;
}
