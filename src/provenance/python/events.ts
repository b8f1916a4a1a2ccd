import type { Origin, Value } from './values';

/** One run that the code starts. */
export interface RunToken {
  id: number;
  name: Value | null;
  nested: boolean;
  /** The uncertain region in which it starts. */
  region: number;
  /** Tags that the code sets. */
  tags: Map<string, Value>;
}

/** One param that the code logs. */
export interface LogEvent {
  run: RunToken;
  key: Value;
  value: Value;
  /** It happens whenever its run does. */
  isCertain: boolean;
  /** The uncertain region it stands in, and those around it. */
  regions: readonly number[];
  /** What stands in that region happens as a whole. */
  isWhole: boolean;
  /** Where the logging call stands. */
  site: Origin | null;
  /** The call of autologging that logs it, or null for a call in the code. */
  autolog: AutologEvent | null;
}

/** What the library itself declares: a class or a function whose parameters are logged under a prefix. */
export interface Owner {
  prefix: string;
  name: string;
}

/** A call of autologging that logs more params than the code names: those may be the library's defaults. */
export interface AutologEvent {
  run: RunToken;
  flavour: string;
  site: Origin | null;
  /** Keys of the call that the code sets to something unknown. */
  open: boolean;
  /** Whose parameters are logged, in the order in which they count. */
  owners: readonly Owner[];
}

/** A model that the code logs or fits: the class of its estimator. */
export interface ModelEvent {
  run: RunToken;
  /** `Lasso`, also where it is the last step of a pipeline. */
  estimator: string;
}
