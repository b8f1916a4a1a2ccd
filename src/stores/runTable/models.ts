import { parseJson } from '../../mlflow/json';

/** What the tag `mlflow.log-model.history` says of the newest model that a run logged (MLflow < 3). */

interface LoggedModelEntry {
  flavors?: Record<string, unknown>;
  model_size_bytes?: unknown;
}

/** The model's own flavor, e.g. "sklearn"; null where the text says nothing. */
export function modelFlavor(history: string): string | null {
  const flavors = Object.entries(newest(history)?.flavors ?? {});
  const own = flavors.find(([name]) => name !== 'python_function');
  if (own) {
    return own[0];
  }
  const generic = flavors[0]?.[1];
  const module =
    typeof generic === 'object' && generic !== null && 'loader_module' in generic
      ? generic.loader_module
      : undefined;
  return typeof module === 'string' ? module.replace(/^mlflow\./, '') : flavors[0] ? 'python_function' : null;
}

/** Bytes of the model, or null. */
export function modelSize(history: string): number | null {
  const size = newest(history)?.model_size_bytes;
  return typeof size === 'number' ? size : null;
}

function newest(history: string): LoggedModelEntry | null {
  try {
    const parsed = parseJson(history);
    const last: unknown = Array.isArray(parsed) ? parsed.at(-1) : null;
    return typeof last === 'object' && last !== null ? last : null;
  } catch {
    return null;
  }
}
