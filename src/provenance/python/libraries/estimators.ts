import { dictOf, elementsOf } from '../iteration';
import { argument, type Machine } from '../machine';
import { text, UNKNOWN, type DictData, type ObjectData, type Value } from '../values';

const libraryDefaults = new WeakMap<DictData, string>();

/** The flavour, for a dict whose missing entries are the library's defaults. */
export function isLibraryDefaults(data: DictData): string | undefined {
  return libraryDefaults.get(data);
}

export const ESTIMATOR =
  /^(?:(?:sklearn|imblearn|category_encoders)(?:\W.*)?\W[a-z\d_]*[A-Z]|lightgbm(?:\.sklearn)?\.LGBM\w|xgboost(?:\.sklearn)?\.XGB\w|catboost\.CatBoost)\w*$/;

/** Names of the arguments that estimators take by position. */
const POSITIONAL: Readonly<Record<string, readonly string[]>> = {
  Lasso: ['alpha'],
  Ridge: ['alpha'],
  ElasticNet: ['alpha'],
  LogisticRegression: ['penalty'],
  RandomForestClassifier: ['n_estimators'],
  RandomForestRegressor: ['n_estimators'],
  ExtraTreesClassifier: ['n_estimators'],
  ExtraTreesRegressor: ['n_estimators'],
  KNeighborsClassifier: ['n_neighbors'],
  KNeighborsRegressor: ['n_neighbors'],
  KMeans: ['n_clusters'],
  PCA: ['n_components'],
  Pipeline: ['steps'],
  GridSearchCV: ['estimator', 'param_grid'],
  RandomizedSearchCV: ['estimator', 'param_distributions'],
  CountVectorizer: ['input'],
  ColumnTransformer: ['transformers'],
};

function className(path: string): string {
  return path.split('.').at(-1) ?? path;
}

/** The constructor's arguments by name; null where some have no known name. */
function named(object: ObjectData): { params: [string, Value][]; open: boolean } {
  const names = POSITIONAL[className(object.path)] ?? [];
  const params: [string, Value][] = [
    ...object.args.named,
    ...[...object.attributes]
      .filter(([name]) => name.startsWith('param:'))
      .map(([name, value]): [string, Value] => [name.slice(6), value]),
  ];
  object.args.positional.forEach((value, index) => {
    const name = names[index];
    if (name) {
      params.push([name, value]);
    }
  });
  return { params, open: object.args.open || object.args.positional.length > names.length };
}

/** `make_pipeline` names each step after its class. */
function steps(object: ObjectData): [string, Value][] | null {
  if (/(^|\.)make_(pipeline|union)$/.test(object.path)) {
    return object.args.positional.map((step) => [
      step.data.kind === 'object' ? className(step.data.path).toLowerCase() : '',
      step,
    ]);
  }
  const list = argument(object.args, 0, 'steps');
  const elements = list ? elementsOf(m0, list) : null;
  if (!elements?.exact) {
    return null;
  }
  return elements.items.flatMap((item): [string, Value][] => {
    const pair = item.data.kind === 'list' ? item.data.items : [];
    const name = pair[0] ? text(pair[0]) : null;
    return name !== null && pair[1] ? [[name, pair[1]]] : [];
  });
}

/** `elementsOf` needs a machine only to count its steps. */
const m0 = { step: () => undefined, region: 0 } as Pick<Machine, 'step' | 'region'> as Machine;

/** `get_params(deep=True)`: what the constructor was given, under the names of its steps; the rest is default. */
export function estimatorParams(m: Machine, object: ObjectData, flavour: string): Value {
  const pairs: [string, Value][] = [];
  const collect = (current: ObjectData, prefix: string): void => {
    if (/(^|\.)(Pipeline|make_pipeline)$/.test(current.path)) {
      const inner = steps(current);
      pairs.push([`${prefix}steps`, UNKNOWN]);
      for (const [name, step] of inner ?? []) {
        pairs.push([`${prefix}${name}`, UNKNOWN]);
        if (step.data.kind === 'object') {
          collect(step.data, `${prefix}${name}__`);
        }
      }
      for (const [name, value] of current.args.named) {
        if (name !== 'steps') {
          pairs.push([prefix + name, value]);
        }
      }
      return;
    }
    const { params } = named(current);
    for (const [name, value] of params) {
      pairs.push([prefix + name, value]);
      if (value.data.kind === 'object' && ESTIMATOR.test(value.data.path)) {
        collect(value.data, `${prefix}${name}__`);
      }
    }
  };
  collect(object, '');
  const value = dictOf(m, pairs, null, true);
  const unclear = named(object).open && !/(^|\.)make_pipeline$/.test(object.path);
  if (value.data.kind === 'dict' && !unclear) {
    libraryDefaults.set(value.data, flavour);
  }
  return value;
}

/** Classes of estimators, also of the projects' own ones, that say nothing themselves: what they hold does. */
const WRAPPER = /^(Pipeline|make_pipeline|TransformedTargetRegressor|CalibratedClassifierCV|\w*SearchCV)$/;

/** The class of a model's estimator: the last step of a pipeline, what a search tries; null where it is not known. */
export function estimatorClass(model: Value, depth = 0): string | null {
  const { data } = model;
  if (data.kind === 'instance') {
    return data.type.name;
  }
  if (data.kind !== 'object' || depth > 4) {
    return null;
  }
  const name = className(data.path);
  if (!WRAPPER.test(name)) {
    return ESTIMATOR.test(data.path) || /^[A-Z]\w*$/.test(name) ? name : null;
  }
  const inner =
    steps(data)?.at(-1)?.[1] ?? argument(data.args, 0, 'estimator') ?? data.args.named.get('regressor');
  return inner ? estimatorClass(inner, depth + 1) : null;
}
