import { attributesAsDict } from '../assignment';
import { callBack } from '../calls';
import type { Machine } from '../machine';
import { isRecordClass } from '../records';
import type { CallArguments, Value } from '../values';

/** Methods that records have without writing them: pydantic's, NamedTuple's. */
export function recordMethod(m: Machine, receiver: Value, name: string, args: CallArguments): Value | null {
  const { data } = receiver;
  if (data.kind !== 'instance') {
    return null;
  }
  if (/^(dict|model_dump|_asdict|to_dict|asdict)$/.test(name) && isRecordClass(data.type)) {
    return attributesAsDict(m, receiver);
  }
  if (/^(copy|model_copy|_replace)$/.test(name) && isRecordClass(data.type)) {
    callBack(m, args);
    const attributes = new Map(data.attributes);
    const update = args.named.get('update');
    const changes: [string, Value][] =
      update?.data.kind === 'dict'
        ? [...update.data.entries].map(([key, entry]) => [key.slice(4), entry.value])
        : name === '_replace'
          ? [...args.named]
          : [];
    changes.forEach(([key, value]) => attributes.set(key, value));
    return { ...receiver, data: { ...data, attributes, region: m.region } };
  }
  return null;
}
