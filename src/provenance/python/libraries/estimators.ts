import { dictOf, elementsOf } from '../iteration';
import { declaredDefaults } from './defaults';
import type { Owner } from '../events';
import { argument, type Machine } from '../machine';
import { sameOrigin, text, UNKNOWN, type DictData, type ObjectData, type Value } from '../values';

/** Whose defaults the missing entries of a dict are. */
export interface LibraryDefaults {
  flavour: string;
  owners: readonly Owner[];
}

const libraryDefaults = new WeakMap<DictData, LibraryDefaults>();

export function libraryDefaultsOf(data: DictData): LibraryDefaults | undefined {
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
  FeatureUnion: ['transformer_list'],
  VotingClassifier: ['estimators'],
  VotingRegressor: ['estimators'],
  StackingClassifier: ['estimators', 'final_estimator'],
  StackingRegressor: ['estimators', 'final_estimator'],
  GridSearchCV: ['estimator', 'param_grid'],
  RandomizedSearchCV: ['estimator', 'param_distributions'],
  CountVectorizer: ['input'],
  PolynomialFeatures: ['degree'],
  SplineTransformer: ['n_knots', 'degree'],
  KBinsDiscretizer: ['n_bins'],
  TruncatedSVD: ['n_components'],
  NMF: ['n_components'],
  GaussianMixture: ['n_components'],
  MiniBatchKMeans: ['n_clusters'],
  SelectKBest: ['score_func'],
  MLPClassifier: ['hidden_layer_sizes', 'activation'],
  MLPRegressor: ['hidden_layer_sizes', 'activation'],
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

/** `estimator.name`: scikit-learn keeps what the constructor was given under its name; null where it was not given. */
export function estimatorMember(object: ObjectData, name: string): Value | null {
  if (!ESTIMATOR.test(object.path)) {
    return null;
  }
  const values = named(object).params.filter(([key]) => key === name);
  if (values.length > 0) {
    return values.at(-1)![1];
  }
  return declaredDefaults(object.path.split('.')[0]!, className(object.path), name).length > 0
    ? UNKNOWN
    : null;
}

/** Arguments that hold estimators with their names: each is a param of its own, and so are its params. */
const NAMED_STEPS: Readonly<Record<string, string>> = {
  Pipeline: 'steps',
  ColumnTransformer: 'transformers',
  FeatureUnion: 'transformer_list',
  VotingClassifier: 'estimators',
  VotingRegressor: 'estimators',
  StackingClassifier: 'estimators',
  StackingRegressor: 'estimators',
};

/** The estimators that one holds by name; null where they are not known. `make_pipeline` names each after its class. */
function steps(object: ObjectData): [string, Value][] | null {
  if (isMade(object)) {
    return object.args.positional.map((step) => [
      step.data.kind === 'object' ? className(step.data.path).toLowerCase() : '',
      step,
    ]);
  }
  const list = argument(object.args, 0, NAMED_STEPS[className(object.path)] ?? 'steps');
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

function isMade(object: ObjectData): boolean {
  return /(^|\.)make_(pipeline|union)$/.test(object.path);
}

/** The class that a function makes an object of. */
function ownerName(object: ObjectData): string {
  const name = className(object.path);
  return name === 'make_pipeline' ? 'Pipeline' : name === 'make_union' ? 'FeatureUnion' : name;
}

/** `elementsOf` needs a machine only to count its steps. */
const m0 = { step: () => undefined, region: 0 } as Pick<Machine, 'step' | 'region'> as Machine;

/** `get_params(deep=True)`: what the constructor was given, under the names of its steps; the rest is default. */
export function estimatorParams(m: Machine, object: ObjectData, flavour: string): Value {
  const pairs: [string, Value][] = [];
  const owners: Owner[] = [];
  let unclear = false;
  const collect = (current: ObjectData, prefix: string, depth: number): void => {
    const name = ownerName(current);
    const list = NAMED_STEPS[name];
    owners.push({ prefix, name });
    if (list !== undefined) {
      pairs.push([prefix + list, UNKNOWN]);
      for (const [label, step] of steps(current) ?? []) {
        pairs.push([prefix + label, isOfOneLine(step) ? step : UNKNOWN]);
        if (step.data.kind === 'object' && depth < MOST_NESTED) {
          collect(step.data, `${prefix}${label}__`, depth + 1);
        }
      }
    }
    const { params, open } = isMade(current)
      ? { params: [...current.args.named], open: false }
      : named(current);
    unclear ||= open;
    for (const [key, value] of params) {
      if (key !== list) {
        pairs.push([prefix + key, value]);
      }
      if (value.data.kind === 'object' && ESTIMATOR.test(value.data.path) && depth < MOST_NESTED) {
        collect(value.data, `${prefix}${key}__`, depth + 1);
      }
    }
  };
  collect(object, '', 0);
  const value = dictOf(m, pairs, null, true);
  if (value.data.kind === 'dict' && !unclear) {
    libraryDefaults.set(value.data, { flavour, owners });
  }
  return value;
}

/** Whether one line alone decides what scikit-learn writes of an estimator: the call, with all that it is given. */
function isOfOneLine({ data, origin }: Value): boolean {
  return (
    data.kind === 'object' &&
    [...data.args.positional, ...data.args.named.values()].every((value) => sameOrigin(value.origin, origin))
  );
}

/** Estimators in estimators that are followed. */
const MOST_NESTED = 6;

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
